/* SPDX-License-Identifier: Apache-2.0 */
/* The event log as a list, or as a stream of JSON lines that goes on. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"

#define DEFAULT_EVENTS 200

/* Those whose kind is one of ?kinds=target,group; all where it is not given. */
static bool
is_wanted(const char *kinds, const struct log_entry *entry)
{
    struct slice word = slice_of(event_kind_row(entry->kind)->word);
    struct slice rest = slice_of(kinds), kind;

    if (kinds == NULL)
        return true;
    while (slice_next(&rest, ',', &kind)) {
        if (slice_equal(kind, word))
            return true;
    }
    return false;
}

/* A stream; freed when its client goes. */
struct event_stream {
    struct admin_request *request; /* NULL: its client is gone */
    struct event_follower follower;
    struct loop *loop;
    char *kinds; /* NULL: all */
};

static json_t *
entry_to_json(const struct log_entry *entry)
{
    const struct event_kind_row *row = event_kind_row(entry->kind);
    json_t *object = json_object();
    char *text = memory_print("%s %s: %s", row->word, entry->subject, entry->message);

    admin_set_number(object, "Sequence", entry->sequence);
    admin_set_time(object, "Time", entry->wall_us);
    admin_set_text(object, "Kind", row->word);
    admin_set_text(object, "Subject", entry->subject);
    admin_set_text(object, "Message", entry->message);
    admin_set_text(object, "Text", text);
    json_object_set_new(object, "IsVerbose", json_boolean(row->is_verbose));
    free(text);
    return object;
}

static void
send_entry(void *argument, const struct log_entry *entry)
{
    struct event_stream *stream = argument;

    if (stream->request == NULL || !is_wanted(stream->kinds, entry))
        return;
    json_t *object = entry_to_json(entry);
    char *bytes = json_dumps(object, JSON_COMPACT);
    char *line = memory_print("%s\n", bytes == NULL ? "{}" : bytes);

    admin_request_stream_add(stream->request, slice_of(line));
    free(line);
    free(bytes);
    json_decref(object);
}

static void
free_stream(void *object)
{
    struct event_stream *stream = object;

    free(stream->kinds);
    free(stream);
}

static void
on_gone(void *argument)
{
    struct event_stream *stream = argument;

    stream->request = NULL;
    event_log_unfollow(&stream->follower);
    loop_free_later(stream->loop, stream, free_stream);
}

/* The sequence number behind which the last few of those kinds come. */
static uint64_t
last_few(const struct event_log *events, const char *kinds)
{
    uint64_t last = event_log_last_sequence(events), since = 0;
    const struct log_entry *entry;
    unsigned count = 0;

    if (kinds == NULL)
        return last > DEFAULT_EVENTS ? last - DEFAULT_EVENTS : 0;
    while ((entry = event_log_next(events, since)) != NULL) {
        since = entry->sequence;
        count += is_wanted(kinds, entry) ? 1 : 0;
    }
    for (since = 0; count > DEFAULT_EVENTS; since = entry->sequence) {
        entry = event_log_next(events, since);
        count -= is_wanted(kinds, entry) ? 1 : 0;
    }
    return since;
}

/* since=N: after that sequence number; without it the last few. */
static uint64_t
read_since(const struct admin_call *call, const char *kinds)
{
    const char *since = admin_request_parameter(call->request, "since");
    uint64_t sequence;

    if (since != NULL && slice_to_number(slice_of(since), UINT64_MAX - 1, &sequence))
        return sequence;
    return last_few(call->parts->events, kinds);
}

static void
follow(struct admin_call *call, uint64_t since, const char *kinds)
{
    struct event_stream *stream = memory_take(1, sizeof(*stream));
    const struct log_entry *entry;

    stream->request = call->request;
    stream->loop = call->parts->loop;
    stream->kinds = memory_copy_text(kinds);
    stream->follower.on_entry = send_entry;
    stream->follower.argument = stream;
    event_log_follow(call->parts->events, &stream->follower);
    admin_request_stream_begin(call->request, "application/jsonl", on_gone, stream);
    while ((entry = event_log_next(call->parts->events, since)) != NULL) {
        since = entry->sequence;
        send_entry(stream, entry);
    }
}

void
admin_show_events(struct admin_call *call)
{
    const char *kinds = admin_request_parameter(call->request, "kinds");
    uint64_t since = read_since(call, kinds);
    const struct log_entry *entry;

    if (admin_flag(call, "follow")) {
        follow(call, since, kinds);
        return;
    }
    json_t *events = json_array();
    while ((entry = event_log_next(call->parts->events, since)) != NULL) {
        since = entry->sequence;
        if (is_wanted(kinds, entry))
            json_array_append_new(events, entry_to_json(entry));
    }
    admin_answer(call->request, 200, json_pack("{s:o}", "Events", events));
}
