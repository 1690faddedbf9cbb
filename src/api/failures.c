/* SPDX-License-Identifier: Apache-2.0 */
#include "api/failures.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ipc/access_reader.h"
#include "ipc/access_record.h"
#include "ipc/counters.h"

/* Of each text so much is kept: 1 MB of all. */
#define TEXT_BYTES 2048

/* The texts that are kept of a record. */
static const enum access_text kept[] = {ACCESS_METHOD,   ACCESS_TARGET_URI,
                                        ACCESS_HOST,     ACCESS_TARGET_GROUP,
                                        ACCESS_LISTENER, ACCESS_TRACE_ID};

#define KEPT_COUNT (sizeof(kept) / sizeof(*kept))

struct failures {
    struct access_reader *reader;
    size_t next; /* where the next one goes */
    struct access_record records[FAILURES_KEPT];
    char *memory[FAILURES_KEPT]; /* of its texts; NULL: there is no record here */
};

static void
on_batch(void *argument, struct slice batch)
{
    failures_take(argument, batch);
}

struct failures *
failures_new(struct loop *loop)
{
    static const struct access_reader_callbacks callbacks = {on_batch, NULL};
    struct failures *failures = memory_take(1, sizeof(*failures));

    failures->reader = access_reader_new(loop, &callbacks, failures);
    return failures;
}

void
failures_free(struct failures **failures)
{
    if (*failures == NULL)
        return;
    access_reader_free(&(*failures)->reader);
    for (size_t i = 0; i < FAILURES_KEPT; i++)
        free((*failures)->memory[i]);
    free(*failures);
    *failures = NULL;
}

void
failures_add_channel(struct failures *failures, uint32_t slot, int fd)
{
    access_reader_add(failures->reader, slot, fd);
}

/* Copies the texts that are kept, cut; the others become empty. */
static char *
copy_texts(struct access_record *record)
{
    struct slice texts[ACCESS_TEXT_COUNT] = {{NULL, 0}};
    size_t total = 1;

    for (size_t i = 0; i < KEPT_COUNT; i++) {
        struct slice text = record->texts[kept[i]];
        texts[kept[i]] =
            slice_make(text.at, text.length < TEXT_BYTES ? text.length : TEXT_BYTES);
        total += texts[kept[i]].length;
    }
    struct text memory = text_over(memory_take(total, 1), total);
    for (size_t i = 0; i < ACCESS_TEXT_COUNT; i++) {
        record->texts[i] = slice_make(memory.at + memory.length, texts[i].length);
        text_add_slice(&memory, texts[i]);
    }
    return memory.at;
}

void
failures_take(struct failures *failures, struct slice batch)
{
    struct access_record record;

    while (access_record_unpack(&batch, &record)) {
        free(failures->memory[failures->next]);
        failures->memory[failures->next] = copy_texts(&record);
        failures->records[failures->next] = record;
        failures->next = (failures->next + 1) % FAILURES_KEPT;
    }
}

static void
write_text(struct json_writer *out, const char *name, struct slice text)
{
    if (text.length == 0)
        json_add_null(out, name);
    else
        json_add_text(out, name, text);
}

static void
write_address(struct json_writer *out, const char *name, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    address_format_with_port(address, text);
    write_text(out, name, address->family == ADDRESS_NONE ? SLICE_NONE : slice_of(text));
}

/* As GET /v1/rules has it. */
static void
write_rule(struct json_writer *out, int32_t priority)
{
    if (priority > 0)
        json_add_number_text(out, "Rule", (uint64_t)priority);
    else
        write_text(out, "Rule", priority == 0 ? SLICE_LITERAL("default") : SLICE_NONE);
}

/* In milliseconds; null for what did not happen. */
static void
write_split(struct json_writer *out, const struct access_record *record)
{
    json_object_begin(out, "Split");
    json_add_amount(out, "Queue", (double)record->queue_us / 1000);
    json_add_amount(out, "Connect", (double)record->connect_us / 1000);
    json_add_amount(out, "FirstByte", (double)record->first_byte_us / 1000);
    json_add_amount(out, "Total", (double)record->total_us / 1000);
    json_object_end(out);
}

static void
write_one(struct json_writer *out, const struct access_record *record)
{
    enum end_reason reason = (enum end_reason)record->end_reason;

    json_object_begin(out, NULL);
    json_add_time(out, "Time", record->created_wall_us);
    write_address(out, "Client", &record->client);
    write_text(out, "Listener", record->texts[ACCESS_LISTENER]);
    write_rule(out, record->rule_priority);
    write_text(out, "TargetGroup", record->texts[ACCESS_TARGET_GROUP]);
    write_address(out, "Target", &record->target);
    json_add_number(out, "Code", record->status);
    json_add_text(out, "Reason", slice_of(end_reason_name(reason)));
    json_add_text(out, "ReasonText", slice_of(end_reason_text(reason)));
    write_text(out, "Method", record->texts[ACCESS_METHOD]);
    write_text(out, "Host", record->texts[ACCESS_HOST]);
    write_text(out, "Url", record->texts[ACCESS_TARGET_URI]);
    json_add_number(out, "Attempts", record->attempts);
    write_split(out, record);
    write_text(out, "TraceId", record->texts[ACCESS_TRACE_ID]);
    json_object_end(out);
}

void
failures_write(const struct failures *failures, struct json_writer *out)
{
    json_object_begin(out, NULL);
    json_array_begin(out, "FailedRequests");
    for (size_t ago = 1; ago <= FAILURES_KEPT; ago++) {
        size_t at = (failures->next + FAILURES_KEPT - ago) % FAILURES_KEPT;
        if (failures->memory[at] == NULL)
            break;
        write_one(out, &failures->records[at]);
    }
    json_array_end(out);
    json_object_end(out);
}
