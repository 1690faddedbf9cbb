/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry remembers the versions of tasks that live; those of stopped ones are kept here,
 * so that a late event does not bring one back.
 */
#include "control/discovery/task_events.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/memory.h"

/* Late events come within minutes; this many stops are remembered. */
#define STOPPED_KEPT 16384
/* Where a task that is bound to all addresses is dialled: containers of this machine. */
#define THIS_HOST "127.0.0.1"
#define THIS_HOST_IPV6 "::1"

struct stopped_task {
    char *arn;
    UT_hash_handle hh; /* keeps the order of insertion: the oldest is forgotten first */
};

struct task_events {
    struct registry *registry;
    struct stopped_task *stopped;
};

struct task_events *
task_events_new(struct registry *registry)
{
    struct task_events *events = memory_take(1, sizeof(*events));

    events->registry = registry;
    return events;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
forget(struct task_events *events, struct stopped_task *stopped)
{
    HASH_DEL(events->stopped, stopped);
    free(stopped->arn);
    free(stopped);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
task_events_free(struct task_events **events)
{
    struct stopped_task *stopped, *next;

    if (*events == NULL)
        return;
    HASH_ITER (hh, (*events)->stopped, stopped, next)
        forget(*events, stopped);
    free(*events);
    *events = NULL;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static bool
is_stopped(const struct task_events *events, const char *arn)
{
    struct stopped_task *stopped;

    HASH_FIND_STR(events->stopped, arn, stopped);
    return stopped != NULL;
}

static void
note_stopped(struct task_events *events, const char *arn)
{
    if (HASH_COUNT(events->stopped) >= STOPPED_KEPT)
        forget(events, events->stopped);
    struct stopped_task *stopped = memory_take(1, sizeof(*stopped));
    stopped->arn = memory_copy_text(arn);
    HASH_ADD_KEYPTR(hh, events->stopped, stopped->arn, strlen(stopped->arn), stopped);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static void
refuse(struct task_event_verdict *verdict, const char *reason)
{
    verdict->result = TASK_EVENT_REFUSED;
    if (verdict->reason == NULL)
        verdict->reason = memory_copy_text(reason);
}

static const char *
member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The envelope: what kind of event it is and which task it is about. */
static bool
check_envelope(const json_t *event, struct task_event_verdict *verdict)
{
    const char *type = member(event, "detail-type");
    const json_t *detail = json_object_get(event, "detail");
    const char *arn = member(detail, "taskArn");
    const char *id = member(event, "id");

    verdict->subject = memory_copy_text(arn != NULL ? arn : id != NULL ? id : "task event");
    if (type == NULL || strcmp(type, "ECS Task State Change") != 0)
        refuse(verdict, "its detail-type is not \"ECS Task State Change\"");
    else if (!json_is_object(detail))
        refuse(verdict, "it has no detail");
    else if (arn == NULL)
        refuse(verdict, "its detail has no taskArn");
    else if (!json_is_integer(json_object_get(detail, "version")))
        refuse(verdict, "its detail has no version, so it cannot be put in order");
    return verdict->reason == NULL;
}

/* A running task of which no container has a port cannot be a target, and says why not. */
static bool
check_bindings(struct task **tasks, size_t count, struct task_event_verdict *verdict)
{
    size_t bindings = 0, eligible = 0;

    for (size_t i = 0; i < count; i++) {
        bindings += tasks[i]->binding_count;
        eligible += task_is_eligible(tasks[i]) ? 1 : 0;
    }
    if (count == 0)
        refuse(verdict, "its task has no containers");
    else if (eligible != 0 && bindings == 0)
        refuse(verdict, "its task runs, but no container has networkBindings");
    return verdict->reason == NULL;
}

static bool
is_old(const struct task_events *events, const struct task *task)
{
    const struct task_record *record =
        registry_find(events->registry, TASK_EVENTS_SOURCE, task->id);

    return record != NULL && task->version <= record->task->version;
}

/* Ownership of the task passes. True when it was news. */
static bool
take_task(struct task_events *events, struct task *task)
{
    if (is_old(events, task)) {
        task_free(&task);
        return false;
    }
    if (task->host == NULL && task->host_ipv6 == NULL) {
        task->host = memory_copy_text(THIS_HOST);
        task->host_ipv6 = memory_copy_text(THIS_HOST_IPV6);
    }
    registry_put_task(events->registry, task);
    return true;
}

static bool
take_tasks(struct task_events *events, struct task **tasks, size_t count)
{
    bool is_news = false;

    for (size_t i = 0; i < count; i++) {
        is_news = take_task(events, tasks[i]) || is_news;
        tasks[i] = NULL;
    }
    return is_news;
}

/* The last word about a task, whatever its version. */
static void
take_stop(struct task_events *events, const char *arn, struct task **tasks, size_t count)
{
    note_stopped(events, arn);
    for (size_t i = 0; i < count; i++)
        registry_remove_task(events->registry, TASK_EVENTS_SOURCE, tasks[i]->id, 0);
}

static void
take_event(struct task_events *events, const json_t *event, struct task **tasks, size_t count,
           struct task_event_verdict *verdict)
{
    const char *status = member(json_object_get(event, "detail"), "lastStatus");
    bool is_news = false;

    if (is_stopped(events, verdict->subject)) {
        verdict->result = TASK_EVENT_OLD;
        return;
    }
    if (status != NULL && strcmp(status, "STOPPED") == 0) {
        take_stop(events, verdict->subject, tasks, count);
        is_news = true;
    } else if (check_bindings(tasks, count, verdict)) {
        is_news = take_tasks(events, tasks, count);
    }
    if (verdict->reason == NULL)
        verdict->result = is_news ? TASK_EVENT_TAKEN : TASK_EVENT_OLD;
}

void
task_events_take(struct task_events *events, const char *text, size_t length,
                 struct task_event_verdict *verdict)
{
    json_error_t where;
    json_t *event = json_loadb(text, length, 0, &where);
    size_t count = 0;

    *verdict = (struct task_event_verdict){0};
    if (!json_is_object(event)) {
        verdict->subject = memory_copy_text("task event");
        refuse(verdict, event == NULL ? where.text : "it is not a JSON object");
    } else if (check_envelope(event, verdict)) {
        struct task **tasks =
            task_parse_json(text, length, TASK_EVENTS_SOURCE, &count, &verdict->reason);
        if (tasks == NULL)
            verdict->result = TASK_EVENT_REFUSED;
        else
            take_event(events, event, tasks, count, verdict);
        for (size_t i = 0; i < count; i++)
            task_free(&tasks[i]);
        free(tasks);
    }
    json_decref(event);
}

void
task_event_verdict_clear(struct task_event_verdict *verdict)
{
    free(verdict->subject);
    free(verdict->reason);
    *verdict = (struct task_event_verdict){0};
}
