/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container as last read: an entry of the roster. It lives from the first hint or list line
 * about its container until a reading says that it is gone. For docker_roster.c and
 * docker_sweep.c, which decide what is to be read.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_ENTRY_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <uthash.h>

#include "control/discovery/discovery.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_end.h"
#include "control/docker/docker_engine.h"
#include "control/docker/docker_items.h"
#include "control/docker/docker_roster.h"
#include "control/docker/docker_stop_sign.h"

#define DOCKER_ROSTER_TAG 0x726f7374
#define DOCKER_REFUSAL_BYTES 512

struct docker_entry {
    char id[DOCKER_ID_SIZE];
    UT_hash_handle hh;
    TAILQ_ENTRY(docker_entry) queue_entry;
    struct docker_roster *roster;
    struct api_request *request; /* the inspect under way */
    struct timer hold;           /* how long a stop sign counts; then it is read again */
    /* as last read */
    struct task *task; /* NULL: nothing that may be reported */
    struct docker_stop_sign stop;
    struct docker_end end;
    char *problem; /* its name under which a problem was reported */
    uint64_t fingerprint;
    /* what is to be done */
    uint64_t fingerprint_listed; /* becomes fingerprint with the next reading */
    unsigned sweep;              /* the last sweep whose list held it */
    unsigned tries;
    bool is_oversized; /* an event or list line of it was too long */
    bool is_queued, is_hinted, is_swept, is_wanted_again, has_failed;
};

TAILQ_HEAD(docker_entry_queue, docker_entry);

struct docker_roster {
    uint32_t tag;
    struct loop *loop;
    struct docker_engine *engine;
    const struct docker_place *place;
    const struct discovery_sink *sink;
    const struct docker_roster_owner *owner;
    struct docker_entry *entries; /* hash by id */
    struct docker_entry_queue queue;
    unsigned inspects;
    void (*on_read)(struct docker_roster *roster); /* an inspect is over */
    struct timer retry;
    /* the sweep under way */
    struct api_request *list;
    enum docker_sweep kind;
    bool is_sweeping, has_surprise;
    unsigned sweep, swept_left;
    struct timer grace;
    struct docker_list listed;          /* as it comes */
    char refusal[DOCKER_REFUSAL_BYTES]; /* the beginning of what came instead */
    size_t refusal_length;
    bool is_full; /* told so */
};

/* The entry of that id; NULL: none, or (add) there are too many, which is told then. */
struct docker_entry *docker_entry_find(struct docker_roster *roster, const char *id);
struct docker_entry *docker_entry_find_or_add(struct docker_roster *roster, const char *id);

/* Forgets it. */
void docker_entry_drop(struct docker_entry *entry);

/* Asks for a reading; those that an event told of (hint) go first, and are reported at once. */
void docker_entry_read(struct docker_entry *entry);
void docker_entry_hint(struct docker_entry *entry);

/* The connection is gone: no reading is under way or wanted. */
void docker_entry_suspend(struct docker_entry *entry);

/* While its stop sign holds its task is stopping. */
void docker_entry_judge_stop(struct docker_entry *entry);

/* Quarantine: reason NULL lifts it. */
void docker_entry_set_problem(struct docker_entry *entry, const char *name, const char *reason);

/* Reads those again that could not be read; a timer's callback. */
void docker_roster_retry(void *argument);

/* Containers are left out, or (false) no more. */
void docker_roster_tell_full(struct docker_roster *roster, bool is_full);

#endif
