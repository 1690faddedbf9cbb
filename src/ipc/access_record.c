/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record's wire form: the fixed part as it is (both sides are one build), the lengths of the
 * texts, the texts. Nothing is aligned, so everything is copied.
 */
#include "ipc/access_record.h"

#include "ipc/counters.h"

#define FIXED_BYTES offsetof(struct access_record, texts)
#define LENGTHS_BYTES (ACCESS_TEXT_COUNT * sizeof(uint16_t))
#define HEAD_BYTES (FIXED_BYTES + LENGTHS_BYTES)

_Static_assert(ACCESS_TEXT_BYTES <= UINT16_MAX, "a text's length travels in 16 bits");

bool
access_record_pack(const struct access_record *record, char *batch, size_t capacity,
                   size_t *used)
{
    uint16_t lengths[ACCESS_TEXT_COUNT];
    size_t total = HEAD_BYTES;

    for (int i = 0; i < ACCESS_TEXT_COUNT; i++) {
        size_t length = record->texts[i].length;
        lengths[i] = (uint16_t)(length < ACCESS_TEXT_BYTES ? length : ACCESS_TEXT_BYTES);
        total += lengths[i];
    }
    if (capacity - *used < total)
        return false;
    char *at = batch + *used;
    memcpy(at, record, FIXED_BYTES);
    memcpy(at + FIXED_BYTES, lengths, LENGTHS_BYTES);
    at += HEAD_BYTES;
    for (int i = 0; i < ACCESS_TEXT_COUNT; i++) {
        if (lengths[i] != 0)
            memcpy(at, record->texts[i].at, lengths[i]);
        at += lengths[i];
    }
    *used += total;
    return true;
}

/* The worker is not trusted: what indexes a table must be in its range. */
static bool
is_sound(const struct access_record *record)
{
    return record->type < ACCESS_TYPE_COUNT && record->action <= ACCESS_FIXED_RESPONSE &&
           record->end_reason < END_REASON_COUNT && record->client.family <= ADDRESS_UNIX &&
           record->target.family <= ADDRESS_UNIX && record->listener.family <= ADDRESS_UNIX;
}

bool
access_record_unpack(struct slice *batch, struct access_record *record)
{
    uint16_t lengths[ACCESS_TEXT_COUNT];
    struct slice rest = *batch;

    if (rest.length < HEAD_BYTES)
        return false;
    memcpy(record, rest.at, FIXED_BYTES);
    memcpy(lengths, rest.at + FIXED_BYTES, LENGTHS_BYTES);
    rest = slice_make(rest.at + HEAD_BYTES, rest.length - HEAD_BYTES);
    for (int i = 0; i < ACCESS_TEXT_COUNT; i++) {
        if (lengths[i] > ACCESS_TEXT_BYTES || lengths[i] > rest.length)
            return false;
        record->texts[i] = slice_make(rest.at, lengths[i]);
        rest = slice_make(rest.at + lengths[i], rest.length - lengths[i]);
    }
    if (!is_sound(record))
        return false;
    *batch = rest;
    return true;
}
