/* SPDX-License-Identifier: Apache-2.0 */
#include "api/event_topic.h"

#include <stdlib.h>

#include "api/own_question.h"
#include "base/memory.h"

/* From now on: there is no event behind that number. */
#define QUESTION "GET /v1/events?follow=true&since=18446744073709551614"

struct event_topic {
    struct control_calls *calls;
    void (*on_event)(void *argument, struct slice event);
    void *argument;
    unsigned watchers;
    uint64_t call_id; /* 0: nobody watches, or it is to be asked again */
};

struct event_topic *
event_topic_new(struct control_calls *calls,
                void (*on_event)(void *argument, struct slice event), void *argument)
{
    struct event_topic *topic = memory_take(1, sizeof(*topic));

    *topic = (struct event_topic){.calls = calls, .on_event = on_event, .argument = argument};
    return topic;
}

void
event_topic_free(struct event_topic **topic)
{
    free(*topic);
    *topic = NULL;
}

static void
on_answer(void *argument, const struct control_answer *answer)
{
    struct event_topic *topic = argument;
    struct slice rest = answer->body, line;

    while (answer->status == 200 && slice_next(&rest, '\n', &line)) {
        if (line.length > 0)
            topic->on_event(topic->argument, line);
    }
    if (answer->is_last)
        topic->call_id = 0;
}

static void
ask(struct event_topic *topic)
{
    if (topic->watchers > 0 && topic->call_id == 0)
        topic->call_id = own_question_ask(topic->calls, QUESTION, on_answer, topic);
}

void
event_topic_watch(struct event_topic *topic)
{
    topic->watchers++;
    ask(topic);
}

void
event_topic_leave(struct event_topic *topic)
{
    if (--topic->watchers > 0 || topic->call_id == 0)
        return;
    control_calls_cancel(topic->calls, topic->call_id);
    topic->call_id = 0;
}

void
event_topic_look(struct event_topic *topic)
{
    ask(topic);
}
