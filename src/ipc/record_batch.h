/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of workers, packed one behind another into batches of at most RECORD_BATCH_BYTES, of
 * which each is one packet of a channel. A record's wire form: the fixed part as it is (both
 * sides are one build), the lengths of the texts, the texts. Nothing is aligned, so everything
 * is copied.
 */
#ifndef FAIRLEAD_IPC_RECORD_BATCH_H
#define FAIRLEAD_IPC_RECORD_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

#define RECORD_BATCH_BYTES 65536
#define RECORD_TEXT_BYTES 8192 /* longer texts are cut, as the ALB does */
#define RECORD_TEXTS_MOST 32

/* A kind of record: its texts (struct slice) stand behind the fixed part. */
struct record_form {
    size_t fixed_bytes;
    unsigned text_count;
};

/*
 * Appends the record to a batch of capacity bytes, of which *used are taken; false and nothing
 * changed when it does not fit.
 */
bool record_pack(const struct record_form *form, const void *record, char *batch,
                 size_t capacity, size_t *used);

/* Takes the next record off a batch; texts point into the batch. False at the end or when the
 * rest is malformed. What the fixed part says is not judged. */
bool record_unpack(const struct record_form *form, struct slice *batch, void *record);

#endif
