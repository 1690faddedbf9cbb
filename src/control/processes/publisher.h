/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a snapshot is made and who has it: changes are gathered for a few milliseconds, compiled
 * once, sent to every child, and its owner hears when the last worker works by it.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_PUBLISHER_H
#define FAIRLEAD_CONTROL_PROCESSES_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/snapshot.h"
#include "net/loop.h"

struct publisher;

struct publisher_callbacks {
    /* Compiles what there is now; the files become the publisher's. False with errno. */
    bool (*build)(void *argument, uint64_t generation, struct snapshot_files *files);
    /* Send it to the children, and what had to wait for it behind it. */
    void (*on_published)(void *argument, uint64_t generation);
};

struct publisher *publisher_new(struct loop *loop, const struct publisher_callbacks *callbacks,
                                void *argument);
void publisher_free(struct publisher **publisher);

/* The generations before this one were another control's. Before the first is published. */
void publisher_go_on(struct publisher *publisher, uint64_t generation);

/*
 * Something changed. Urgent: at the end of this turn, without waiting for more; but never
 * before the workers have taken in the generation before, and had as long again to themselves:
 * a burst of changes costs them at most half of their time.
 */
void publisher_request(struct publisher *publisher, bool is_urgent);

/* Now, in the caller's turn: for the first snapshot and for a reload. */
void publisher_publish(struct publisher *publisher);

/* Every living worker chooses by this generation. */
void publisher_note_applied(struct publisher *publisher, uint64_t generation);

/* Of the newest generation: its building, and from its first change to the last worker. */
struct publisher_times {
    uint64_t build_us, applied_us;
};

struct publisher_times publisher_times(const struct publisher *publisher);

/* The newest one; generation 0 and no files before the first. */
uint64_t publisher_generation(const struct publisher *publisher);
const struct snapshot_files *publisher_files(const struct publisher *publisher);

#endif
