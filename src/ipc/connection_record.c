/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/connection_record.h"

#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"

/* A time that no access record is made at. */
#define MARK UINT64_MAX

static const struct record_form form = {offsetof(struct connection_record, texts),
                                        CONNECTION_TEXT_COUNT};

void
connection_batch_begin(char *batch, size_t *used)
{
    static const uint64_t mark = MARK;

    memcpy(batch, &mark, sizeof(mark));
    *used = sizeof(mark);
}

bool
connection_batch_take(struct slice *batch)
{
    uint64_t mark;

    if (batch->length < sizeof(mark))
        return false;
    memcpy(&mark, batch->at, sizeof(mark));
    if (mark != MARK)
        return false;
    *batch = slice_make(batch->at + sizeof(mark), batch->length - sizeof(mark));
    return true;
}

bool
connection_record_pack(const struct connection_record *record, char *batch, size_t capacity,
                       size_t *used)
{
    return record_pack(&form, record, batch, capacity, used);
}

/* The worker is not trusted. */
static bool
is_sound(const struct connection_record *record)
{
    return (record->failure < TLS_FAILURE_COUNT || record->failure == CONNECTION_NO_FAILURE) &&
           record->verdict < TLS_VERDICT_COUNT && record->client.family <= ADDRESS_UNIX &&
           record->listener.family <= ADDRESS_UNIX;
}

bool
connection_record_unpack(struct slice *batch, struct connection_record *record)
{
    struct slice rest = *batch;

    if (!record_unpack(&form, &rest, record) || !is_sound(record))
        return false;
    *batch = rest;
    return true;
}
