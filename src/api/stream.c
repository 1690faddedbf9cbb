/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at streams_look. */
#include "api/stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "api/answer.h"
#include "api/event_topic.h"
#include "api/group_topic.h"
#include "base/clock.h"
#include "base/memory.h"

#define CONTENT_TYPE "application/x-ndjson"
#define GROUPS_MAX 8
#define GROUP_TOPIC "group:"
#define ALIVE_MS 4000

struct watched {
    struct group_topic *topic;
    uint64_t targets_version, rates_version; /* sent last */
};

/* Freed when its reader goes. */
struct stream {
    LIST_ENTRY(stream) entry;
    struct streams *all;
    struct http_service_request *request;
    bool has_overview, has_events;
    bool waits_for_needs; /* the first overview does */
    struct watched groups[GROUPS_MAX];
    size_t group_count;
    uint64_t sent_ms;
};

struct streams {
    struct stream_parts parts;
    const struct snapshot *snapshot;
    LIST_HEAD(, stream) streams;
    struct group_topics topics;
    struct event_topic *events;
    struct json_writer line;
};

static void on_event(void *argument, struct slice event);

struct streams *
streams_new(const struct stream_parts *parts)
{
    struct streams *streams = memory_take(1, sizeof(*streams));

    streams->parts = *parts;
    LIST_INIT(&streams->streams);
    LIST_INIT(&streams->topics.topics);
    streams->events = event_topic_new(parts->calls, on_event, streams);
    return streams;
}

static void
leave_topics(struct stream *stream)
{
    while (stream->group_count > 0)
        group_topic_leave(&stream->groups[--stream->group_count].topic);
    if (stream->has_events)
        event_topic_leave(stream->all->events);
}

static void
on_gone(void *argument)
{
    struct stream *stream = argument;

    leave_topics(stream);
    LIST_REMOVE(stream, entry);
    loop_free_later(stream->all->parts.loop, stream, NULL);
}

void
streams_free(struct streams **streams)
{
    if (*streams == NULL)
        return;
    while (!LIST_EMPTY(&(*streams)->streams))
        on_gone(LIST_FIRST(&(*streams)->streams));
    event_topic_free(&(*streams)->events);
    json_clear(&(*streams)->line);
    free(*streams);
    *streams = NULL;
}

void
streams_set_snapshot(struct streams *streams, const struct snapshot *snapshot)
{
    streams->snapshot = snapshot;
}

/* {"Topic":"...","Data": */
static struct json_writer *
begin_line(struct streams *streams, const char *topic)
{
    json_restart(&streams->line);
    json_object_begin(&streams->line, NULL);
    json_add_text(&streams->line, "Topic", slice_of(topic));
    return &streams->line;
}

static void
end_line(struct json_writer *line)
{
    json_object_end(line);
    json_add_line_end(line);
}

static void
send_line(struct stream *stream)
{
    const struct text *text = &stream->all->line.text;

    stream->sent_ms = clock_ms();
    http_service_stream_add(stream->request, text->at, text->length);
}

static void
on_event(void *argument, struct slice event)
{
    struct streams *streams = argument;
    struct json_writer *line = begin_line(streams, "event");
    struct stream *stream;

    json_add_raw(line, "Data", event);
    end_line(line);
    LIST_FOREACH (stream, &streams->streams, entry) {
        if (stream->has_events)
            send_line(stream);
    }
}

static void
send_overview(struct stream *stream)
{
    struct json_writer *line = begin_line(stream->all, "overview");

    json_add_raw(line, "Data", overview_json(stream->all->parts.overview));
    end_line(line);
    send_line(stream);
}

/* What has changed since the last line. */
static void
send_group(struct stream *stream, struct watched *watched)
{
    const struct group_topic *topic = watched->topic;
    bool has_targets = topic->targets_version != watched->targets_version;

    if (!has_targets && topic->rates_version == watched->rates_version)
        return;
    char *name = memory_print(GROUP_TOPIC "%s", topic->name);
    struct json_writer *line = begin_line(stream->all, name);
    free(name);
    json_object_begin(line, "Data");
    if (has_targets)
        json_add_raw(line, "Targets",
                     topic->targets == NULL ? SLICE_LITERAL("null") : slice_of(topic->targets));
    json_add_raw(line, NULL, text_slice(&topic->rates.text));
    json_object_end(line);
    end_line(line);
    send_line(stream);
    watched->targets_version = topic->targets_version;
    watched->rates_version = topic->rates_version;
}

static void
send_news(struct stream *stream)
{
    if (stream->has_overview && !stream->waits_for_needs)
        send_overview(stream);
    for (size_t i = 0; i < stream->group_count; i++)
        send_group(stream, &stream->groups[i]);
    if (clock_ms() - stream->sent_ms < ALIVE_MS)
        return;
    end_line(begin_line(stream->all, "alive"));
    send_line(stream);
}

void
streams_look(struct streams *streams)
{
    struct group_topic *topic;
    struct stream *stream;
    bool has_overview = false;

    LIST_FOREACH (topic, &streams->topics.topics, entry)
        group_topic_look(topic, streams->snapshot, streams->parts.sampler);
    LIST_FOREACH (stream, &streams->streams, entry) {
        has_overview = has_overview || stream->has_overview;
        send_news(stream);
    }
    if (has_overview)
        needs_ask(streams->parts.needs);
    event_topic_look(streams->events);
}

/* Those that have just begun get their first overview with it. */
static void
on_needs(void *argument)
{
    struct streams *streams = argument;
    struct stream *stream;

    overview_note_change(streams->parts.overview);
    LIST_FOREACH (stream, &streams->streams, entry) {
        if (!stream->waits_for_needs)
            continue;
        stream->waits_for_needs = false;
        send_overview(stream);
    }
}

/* False: there is no such topic, or there are too many. */
static bool
add_topic(struct stream *stream, struct slice word)
{
    struct slice start = SLICE_LITERAL(GROUP_TOPIC);

    if (slice_equal(word, SLICE_LITERAL("overview"))) {
        stream->has_overview = true;
    } else if (slice_equal(word, SLICE_LITERAL("events"))) {
        if (!stream->has_events)
            event_topic_watch(stream->all->events);
        stream->has_events = true;
    } else if (slice_starts_with(word, start) && stream->group_count < GROUPS_MAX) {
        char *name = memory_copy_bytes(word.at + start.length, word.length - start.length);
        stream->groups[stream->group_count++] = (struct watched){
            .topic = group_topic_watch(&stream->all->topics, stream->all->parts.calls, name)};
        free(name);
    } else {
        return false;
    }
    return true;
}

static bool
read_topics(struct stream *stream)
{
    struct slice rest = slice_of(http_service_parameter(stream->request, "topics")), word;
    bool is_good = rest.length > 0;

    while (is_good && slice_next(&rest, ',', &word))
        is_good = add_topic(stream, word);
    return is_good;
}

void
streams_begin(struct streams *streams, struct http_service_request *request)
{
    struct stream *stream = memory_take(1, sizeof(*stream));

    *stream = (struct stream){.all = streams, .request = request};
    LIST_INSERT_HEAD(&streams->streams, stream, entry);
    if (!read_topics(stream)) {
        on_gone(stream);
        answer_refuse(request, 400, "ValidationError",
                      "topics is a list of overview, events and at most 8 of group:NAME");
        return;
    }
    answer_add_fields(request);
    http_service_stream_begin(request, CONTENT_TYPE, on_gone, stream);
    for (size_t i = 0; i < stream->group_count; i++)
        group_topic_look(stream->groups[i].topic, streams->snapshot, streams->parts.sampler);
    stream->waits_for_needs = stream->has_overview;
    send_news(stream);
    if (stream->has_overview)
        needs_when_fresh(streams->parts.needs, on_needs, streams);
}
