/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands records to the process that writes or shows them: they are packed into a batch
 * (ipc/record_batch.h), which is sent when it is full or at the next tick, never waiting. What
 * cannot be sent is dropped and counted.
 */
#ifndef FAIRLEAD_WORKER_RECORD_CHANNEL_H
#define FAIRLEAD_WORKER_RECORD_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/counters.h"

struct record_channel;
struct worker;

/* A kind of record: pack is as record_batch.h has it, begin (NULL: nothing) makes a batch. */
struct record_kind {
    bool (*pack)(const void *record, char *batch, size_t capacity, size_t *used);
    void (*begin)(char *batch, size_t *used);
    enum counter dropped;
};

struct record_channel *record_channel_new(struct worker *worker,
                                          const struct record_kind *kind);

/* One whose batches travel by the descriptor of another, which outlives it. */
struct record_channel *record_channel_new_beside(struct record_channel *other,
                                                 const struct record_kind *kind);
void record_channel_free(struct record_channel **channel);

/* Takes over the channel's descriptor. */
void record_channel_use(struct record_channel *channel, int fd);

/* Whether it has one: records made before are dropped. */
bool record_channel_is_open(const struct record_channel *channel);

void record_channel_add(struct record_channel *channel, const void *record);

#endif
