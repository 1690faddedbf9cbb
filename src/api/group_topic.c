/* SPDX-License-Identifier: Apache-2.0 */
#include "api/group_topic.h"

#include <stdlib.h>
#include <string.h>

#include "api/own_question.h"
#include "api/target_rates.h"
#include "base/clock.h"
#include "base/memory.h"

/* A snapshot comes for each change of any target; and what checks found ages without one. */
#define AGAIN_MS 2000
#define AGED_MS 10000

struct group_topic *
group_topic_watch(struct group_topics *topics, struct control_calls *calls, const char *name)
{
    struct group_topic *topic;

    LIST_FOREACH (topic, &topics->topics, entry) {
        if (strcmp(topic->name, name) == 0) {
            topic->watchers++;
            return topic;
        }
    }
    topic = memory_take(1, sizeof(*topic));
    topic->name = memory_copy_text(name);
    topic->watchers = 1;
    topic->calls = calls;
    LIST_INSERT_HEAD(&topics->topics, topic, entry);
    return topic;
}

void
group_topic_leave(struct group_topic **topic)
{
    struct group_topic *left = *topic;

    *topic = NULL;
    if (--left->watchers > 0)
        return;
    if (left->call_id != 0)
        control_calls_cancel(left->calls, left->call_id);
    LIST_REMOVE(left, entry);
    json_clear(&left->rates);
    free(left->targets);
    free(left->name);
    free(left);
}

/* The array in control's answer on one line: no text in JSON has a line's end in it. */
static char *
take_array(struct slice body)
{
    char *line = memory_take(body.length + 1, 1);
    size_t length = 0;
    bool is_indent = false;

    for (size_t i = slice_find(body, '['); i < body.length; i++) {
        char byte = body.at[i];
        if (byte == '\n')
            is_indent = true;
        else if (byte != ' ')
            is_indent = false;
        if (!is_indent)
            line[length++] = byte;
    }
    while (length > 0 && line[length - 1] != ']')
        length--;
    line[length] = '\0';
    return line;
}

static void
on_answer(void *argument, const struct control_answer *answer)
{
    struct group_topic *topic = argument;

    if (!answer->is_last)
        return;
    topic->call_id = 0;
    free(topic->targets);
    topic->targets = answer->status == 200 ? take_array(answer->body) : NULL;
    topic->targets_version++;
}

/* The name as a segment of a path; the caller's to free. */
static char *
question(const char *name)
{
    static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_.~";

    if (name[strspn(name, unreserved)] != '\0')
        return NULL; /* no group is called so */
    return memory_print("GET /v1/target-groups/%s/targets", name);
}

static void
ask(struct group_topic *topic, const struct snapshot *snapshot)
{
    uint64_t generation = snapshot_generation(snapshot), passed = clock_ms() - topic->asked_ms;
    bool is_due = topic->asked_ms == 0 || passed >= AGED_MS ||
                  (passed >= AGAIN_MS && generation != topic->asked_generation);
    char *line = topic->call_id == 0 && is_due ? question(topic->name) : NULL;

    if (line == NULL)
        return;
    topic->asked_ms = clock_ms();
    topic->asked_generation = generation;
    topic->call_id = own_question_ask(topic->calls, line, on_answer, topic);
    free(line);
}

static void
write_rates(struct group_topic *topic, const struct snapshot *snapshot,
            const struct sampler *sampler)
{
    uint32_t group = target_rates_find_group(snapshot, slice_of(topic->name));
    struct json_writer rates = {.needs_comma = false};

    if (group != SNAPSHOT_NO_INDEX)
        target_rates_write(snapshot, sampler, group, &rates);
    else
        json_add_null(&rates, "Rates");
    if (topic->rates_version != 0 &&
        slice_equal(text_slice(&rates.text), text_slice(&topic->rates.text))) {
        json_clear(&rates);
        return;
    }
    json_clear(&topic->rates);
    topic->rates = rates;
    topic->rates_version++;
}

void
group_topic_look(struct group_topic *topic, const struct snapshot *snapshot,
                 const struct sampler *sampler)
{
    ask(topic, snapshot);
    write_rates(topic, snapshot, sampler);
}
