/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/access_record.h"

#include "ipc/counters.h"

static const struct record_form form = {offsetof(struct access_record, texts),
                                        ACCESS_TEXT_COUNT};

bool
access_record_pack(const struct access_record *record, char *batch, size_t capacity,
                   size_t *used)
{
    return record_pack(&form, record, batch, capacity, used);
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
    struct slice rest = *batch;

    if (!record_unpack(&form, &rest, record) || !is_sound(record))
        return false;
    *batch = rest;
    return true;
}
