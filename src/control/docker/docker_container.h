/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Docker API says about containers, turned into tasks: the answers of inspect and of
 * list, as API 1.24 to 1.52 and Podman give them. Pure: text in, structs out.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_CONTAINER_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/docker/docker_items.h"
#include "control/docker/docker_network.h"
#include "model/task.h"

/* A container id in full, and NUL. */
#define DOCKER_ID_SIZE 65

/* Whether text is an id that may stand in a path: hexadecimal and not too long. */
bool docker_id_is_valid(const char *text);

/* Where the engine stands, for addresses. */
struct docker_place {
    const char *source; /* the provider's name */
    const char *host;   /* to dial for bindings on all addresses; NULL: this machine */
    struct docker_reach reach;
};

enum docker_verdict {
    DOCKER_RUNNING,     /* running or paused; task is set */
    DOCKER_NOT_RUNNING, /* created, restarting, exited, being removed */
    DOCKER_NOT_OURS,    /* it takes no traffic; reason NULL: its labels switch it off */
    DOCKER_BROKEN       /* reason is set */
};

struct docker_container {
    enum docker_verdict verdict;
    struct task *task;
    char *reason;        /* BROKEN, NOT_OURS: why; RUNNING: what is odd about it, or NULL */
    char *name;          /* without the leading slash; NULL: unknown */
    uint64_t generation; /* start in nanoseconds */
    int stop_signal;     /* the number, SIGTERM unless the image says otherwise */
    unsigned stop_timeout_seconds; /* 0: the engine's default */
    int exit_code;                 /* NOT_RUNNING: of its last run; -1: unknown */
    bool is_oom;
};

/* Reads the answer of GET /containers/ID/json. */
void docker_container_read(struct docker_container *container, const char *text, size_t length,
                           const struct docker_place *place);
void docker_container_clear(struct docker_container *container);

/* "SIGTERM", "TERM", "15", "SIGRTMIN+3"; the default for an empty text; 0: unknown. */
int docker_signal_number(const char *text);

/* One line of GET /containers/json: just enough to see whether an inspect is needed. */
struct docker_listed {
    char id[DOCKER_ID_SIZE];
    uint64_t fingerprint; /* of state, health, names, ports and networks */
    bool is_young;        /* up for seconds: may have restarted unseen, inspect it anyway */
    bool is_cut;          /* too long to be read */
};

/* More containers than this are counted only. */
#define DOCKER_LISTED_MOST 10000

/* The list as it comes, without those whose labels switch them off. Zero it before use. */
struct docker_list {
    struct docker_items items;
    struct docker_listed *rows;
    size_t count, capacity;
    size_t left_out; /* beyond DOCKER_LISTED_MOST */
    char *error;     /* as soon as it is none */
};

void docker_list_feed(struct docker_list *list, const char *bytes, size_t length);

/* NULL: it came whole; else the reason, the caller's. */
char *docker_list_finish(struct docker_list *list);
void docker_list_clear(struct docker_list *list);

#endif
