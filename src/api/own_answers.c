/* SPDX-License-Identifier: Apache-2.0 */
#include "api/own_answers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "api/answer.h"
#include "api/target_rates.h"
#include "base/clock.h"
#include "base/memory.h"

#define MICROSECONDS 1000000

/* A request that waits for what control knows. */
struct waiting {
    struct own_answers *answers;
    struct http_service_request *request;
    LIST_ENTRY(waiting) entry;
};

struct own_answers {
    struct own_answers_parts parts;
    const struct snapshot *snapshot;
    LIST_HEAD(, waiting) waiting;
};

typedef void serve_function(struct own_answers *answers, struct http_service_request *request);

struct own_answer {
    const char *path;
    serve_function *serve;
    bool is_open;
};

struct own_answers *
own_answers_new(const struct own_answers_parts *parts)
{
    struct own_answers *answers = memory_take(1, sizeof(*answers));

    answers->parts = *parts;
    LIST_INIT(&answers->waiting);
    return answers;
}

static void
stop_waiting(struct waiting *waiting)
{
    LIST_REMOVE(waiting, entry);
    free(waiting);
}

void
own_answers_free(struct own_answers **answers)
{
    struct waiting *waiting, *next;

    if (*answers == NULL)
        return;
    for (waiting = LIST_FIRST(&(*answers)->waiting); waiting != NULL; waiting = next) {
        next = LIST_NEXT(waiting, entry);
        free(waiting);
    }
    free(*answers);
    *answers = NULL;
}

void
own_answers_set_snapshot(struct own_answers *answers, const struct snapshot *snapshot)
{
    answers->snapshot = snapshot;
}

/* Answers with what was written, which it clears. */
static void
reply(struct http_service_request *request, struct json_writer *json)
{
    answer_json(request, 200, text_slice(&json->text));
    json_clear(json);
}

static struct waiting *
wait_with(struct own_answers *answers, struct http_service_request *request)
{
    struct waiting *waiting = memory_take(1, sizeof(*waiting));

    waiting->answers = answers;
    waiting->request = request;
    LIST_INSERT_HEAD(&answers->waiting, waiting, entry);
    return waiting;
}

static void
on_needs(void *argument)
{
    struct waiting *waiting = argument;

    overview_note_change(waiting->answers->parts.overview);
    answer_json(waiting->request, 200, overview_json(waiting->answers->parts.overview));
    stop_waiting(waiting);
}

static void
show_overview(struct own_answers *answers, struct http_service_request *request)
{
    needs_when_fresh(answers->parts.needs, on_needs, wait_with(answers, request));
}

/* The row of ?group=; false: it is missing, or there is none, which has been said. */
static bool
read_group(const struct own_answers *answers, struct http_service_request *request,
           uint32_t *group)
{
    const char *name = http_service_parameter(request, "group");

    *group = name == NULL ? SNAPSHOT_NO_INDEX
                          : target_rates_find_group(answers->snapshot, slice_of(name));
    if (*group != SNAPSHOT_NO_INDEX)
        return true;
    if (name == NULL)
        answer_refuse(request, 400, "ValidationError", "group is needed");
    else
        answer_refuse(request, 404, "TargetGroupNotFound", "there is no such target group");
    return false;
}

static void
show_target_rates(struct own_answers *answers, struct http_service_request *request)
{
    struct json_writer json = {.needs_comma = false};
    uint32_t group;

    if (!read_group(answers, request, &group))
        return;
    json_object_begin(&json, NULL);
    target_rates_write(answers->snapshot, answers->parts.sampler, group, &json);
    json_object_end(&json);
    reply(request, &json);
}

static unsigned
read_seconds(const struct http_service_request *request)
{
    const char *text = http_service_parameter(request, "seconds");
    uint64_t seconds;

    if (text == NULL || !slice_to_number(slice_of(text), HISTORY_SECONDS, &seconds))
        return HISTORY_SECONDS;
    return (unsigned)seconds;
}

/* A group in which nothing has happened yet has no values. */
static void
write_history(const struct own_answers *answers, const struct sampler_group *sample,
              unsigned seconds, struct json_writer *json)
{
    json_object_begin(json, NULL);
    json_add_number(json, "End", clock_wall_us() / MICROSECONDS);
    json_add_number(json, "Step", 1);
    json_object_begin(json, "Series");
    history_write(sample->series == NULL ? NULL : series_history(sample->series), seconds,
                  json);
    json_object_end(json);
    marks_write(answers->parts.marks, "Marks", seconds, json);
    json_object_end(json);
}

static void
on_marks(void *argument)
{
    struct waiting *waiting = argument;
    struct own_answers *answers = waiting->answers;
    struct http_service_request *request = waiting->request;
    struct sampler_group sample = sampler_all(answers->parts.sampler);
    struct json_writer json = {.needs_comma = false};
    bool has_group = http_service_parameter(request, "group") != NULL;
    uint32_t group;

    stop_waiting(waiting);
    if (has_group && !read_group(answers, request, &group))
        return;
    if (has_group)
        sample = sampler_group(answers->parts.sampler, group);
    write_history(answers, &sample, read_seconds(request), &json);
    reply(request, &json);
}

static void
show_history(struct own_answers *answers, struct http_service_request *request)
{
    marks_when_fresh(answers->parts.marks, on_marks, wait_with(answers, request));
}

static void
show_rule_hits(struct own_answers *answers, struct http_service_request *request)
{
    struct json_writer json = {.needs_comma = false};

    rule_hits_write(answers->parts.rule_hits, answers->snapshot, &json);
    reply(request, &json);
}

static void
show_failures(struct own_answers *answers, struct http_service_request *request)
{
    struct json_writer json = {.needs_comma = false};

    failures_write(answers->parts.failures, &json);
    reply(request, &json);
}

static void
show_stream(struct own_answers *answers, struct http_service_request *request)
{
    streams_begin(answers->parts.streams, request);
}

enum { ASKED, OPEN };

static const struct own_answer rows[] = {
#define OWN_ANSWER(path, function, who) {(path), (function), (who) == OPEN},
#include "api/own_answers.def"
#undef OWN_ANSWER
};

const struct own_answer *
own_answers_find(const char *path)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].path, path) == 0)
            return &rows[i];
    return NULL;
}

bool
own_answer_is_open(const struct own_answer *answer)
{
    return answer->is_open;
}

void
own_answers_serve(struct own_answers *answers, const struct own_answer *answer,
                  struct http_service_request *request)
{
    answer->serve(answers, request);
}
