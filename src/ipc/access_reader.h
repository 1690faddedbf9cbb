/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading ends of the workers' channels of access records, one a worker: takes batches off
 * each, some a turn, until its worker has closed it.
 */
#ifndef FAIRLEAD_IPC_ACCESS_READER_H
#define FAIRLEAD_IPC_ACCESS_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/loop.h"

struct access_reader;

struct access_reader_callbacks {
    /* Records in their wire form (access_record.h); empty: nonsense. Valid during the call. */
    void (*on_batch)(void *argument, struct slice batch);
    /* The last channel has ended; may be NULL. */
    void (*on_last_end)(void *argument);
};

struct access_reader *access_reader_new(struct loop *loop,
                                        const struct access_reader_callbacks *callbacks,
                                        void *argument);

/* Takes what still lies in the channels, and closes them. */
void access_reader_free(struct access_reader **reader);

/* Takes over a worker's channel; an earlier one of the same slot is read to its end first. */
void access_reader_add(struct access_reader *reader, uint32_t slot, int fd);

/* Whether a worker may still send records. */
bool access_reader_has_channels(const struct access_reader *reader);

#endif
