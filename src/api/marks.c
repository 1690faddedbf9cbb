/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that come within some seconds of each other are one mark: a deploy brings many. */
#include "api/marks.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "api/own_question.h"
#include "api/waiters.h"
#include "base/clock.h"
#include "base/memory.h"

#define QUESTION "GET /v1/events?kinds=deploy,configuration,task"
#define FRESH_MS 3000
#define MARKS_MAX 200 /* as many as control tells of */
#define SAME_US 15000000
#define MICROSECONDS 1000000

struct mark {
    uint64_t wall_us;
    unsigned tasks; /* that came; 0: it is about something else */
    char *text;
};

struct marks {
    struct control_calls *calls;
    struct waiters waiters;
    struct mark marks[MARKS_MAX];
    size_t count;
    uint64_t known_ms; /* 0: never */
    bool is_asking;
};

struct marks *
marks_new(struct control_calls *calls)
{
    struct marks *marks = memory_take(1, sizeof(*marks));

    marks->calls = calls;
    return marks;
}

static void
forget(struct marks *marks)
{
    while (marks->count > 0)
        free(marks->marks[--marks->count].text);
}

void
marks_free(struct marks **marks)
{
    if (*marks == NULL)
        return;
    forget(*marks);
    waiters_clear(&(*marks)->waiters);
    free(*marks);
    *marks = NULL;
}

static const char *
word_of(const json_t *event, const char *member)
{
    const char *word = json_string_value(json_object_get(event, member));

    return word == NULL ? "" : word;
}

/* True: it is one more of the tasks that the last mark tells of. */
static bool
joins_last(struct marks *marks, uint64_t wall_us)
{
    struct mark *last = marks->count == 0 ? NULL : &marks->marks[marks->count - 1];

    if (last == NULL || last->tasks == 0 || wall_us - last->wall_us > SAME_US)
        return false;
    free(last->text);
    last->text = memory_print("%u tasks came", ++last->tasks);
    return true;
}

static void
take_event(struct marks *marks, const json_t *event)
{
    bool is_task = strcmp(word_of(event, "Kind"), "task") == 0;
    uint64_t wall_us;

    if (!clock_parse_iso(word_of(event, "Time"), &wall_us) || marks->count == MARKS_MAX)
        return;
    if (is_task && strstr(word_of(event, "Message"), "reported") == NULL)
        return;
    if (is_task && joins_last(marks, wall_us))
        return;
    marks->marks[marks->count++] =
        (struct mark){wall_us, is_task ? 1 : 0, memory_copy_text(word_of(event, "Text"))};
}

static void
take(struct marks *marks, struct slice body)
{
    json_t *answer = json_loadb(body.at, body.length, 0, NULL);
    const json_t *events = json_object_get(answer, "Events");

    forget(marks);
    for (size_t i = 0; i < json_array_size(events); i++)
        take_event(marks, json_array_get(events, i));
    marks->known_ms = clock_ms();
    json_decref(answer);
}

static void
on_answer(void *argument, const struct control_answer *answer)
{
    struct marks *marks = argument;

    if (!answer->is_last)
        return;
    marks->is_asking = false;
    if (answer->status == 200)
        take(marks, answer->body);
    waiters_call(&marks->waiters);
}

void
marks_when_fresh(struct marks *marks, void (*on_fresh)(void *argument), void *argument)
{
    bool is_fresh = marks->known_ms != 0 && clock_ms() - marks->known_ms < FRESH_MS;

    if (!is_fresh && !marks->is_asking)
        marks->is_asking = own_question_ask(marks->calls, QUESTION, on_answer, marks) != 0;
    if (is_fresh || !marks->is_asking)
        on_fresh(argument);
    else
        waiters_add(&marks->waiters, on_fresh, argument);
}

void
marks_write(const struct marks *marks, const char *name, unsigned seconds,
            struct json_writer *out)
{
    uint64_t from_us = clock_wall_us() - (uint64_t)seconds * MICROSECONDS;

    json_array_begin(out, name);
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->marks[i].wall_us < from_us)
            continue;
        json_object_begin(out, NULL);
        json_add_amount(out, "Time", (double)marks->marks[i].wall_us / MICROSECONDS);
        json_add_text(out, "Text", slice_of(marks->marks[i].text));
        json_object_end(out);
    }
    json_array_end(out);
}
