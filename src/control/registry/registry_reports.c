/* SPDX-License-Identifier: Apache-2.0 */
/* What sources report of their tasks: there, gone, all that there are, about to stop, ended. */
#include "control/registry/registry_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#define FUTURE_SLACK_NS UINT64_C(2000000000)

/* Whoever says a start in the future must not take another task's address by it: such a claim
 * counts as the oldest, for good. Clocks of other machines may differ a little. */
static void
note_start(struct task_record *record, uint64_t start)
{
    uint64_t now = clock_wall_us() * 1000;

    record->is_of_future = start > now + FUTURE_SLACK_NS;
    record->claimant.start = record->is_of_future ? 0 : start < now ? start : now;
}

/* A container that began anew died first. */
static void
tell_end_of_run(struct registry *registry, struct task_record *record)
{
    if (record->end == NULL || record->task == NULL)
        return;
    event_log_add(registry->events, EVENT_TASK_GONE,
                  record->task->name != NULL ? record->task->name : record->task->id,
                  "%s; started again", record->end);
    free(record->end);
    record->end = NULL;
}

static void
replace_task(struct registry *registry, struct task_record *record, struct task *task)
{
    if (record->task != NULL && record->task->generation != task->generation)
        overrides_forget_task(registry->parts.overrides, record->task);
    /* A stop sign holds for the run that it was sent to. */
    if (record->task == NULL || record->task->generation != task->generation) {
        record->is_stopping = record->is_withdrawn = false;
        record->stopping_since_ms = 0;
        record->claimant.sequence = ++registry->sequence;
        note_start(record, task->generation);
        tell_end_of_run(registry, record);
        /* Its source says so as long as it holds, and has said it of this run before. */
    } else if (task_is_stopping(record->task) && task_is_eligible(task)) {
        record->is_stopping = false;
    }
    if (record->task != NULL) {
        if (!text_is_same(record->task->name, task->name))
            registry_set_misfit(registry, record, NULL);
        registry_leave_project(registry, record);
    }
    task_free(&record->task);
    record->task = task;
    registry_join_project(registry, record);
    registry_mark_dirty(registry, record);
}

/* True when it was not known, or in another generation. */
static bool
take_in(struct registry *registry, struct task *task, bool is_stale)
{
    struct task_record *record = registry_find(registry, task->source, task->id);
    bool is_new = record == NULL || record->task->generation != task->generation;

    if (record == NULL)
        record = registry_add_record(registry, task);
    record->is_stale = is_stale;
    record->is_seen = true;
    if (record->is_missing)
        registry_mark_dirty(registry, record);
    record->is_missing = false;
    if (!is_new && !task_differs(record->task, task)) {
        task_free(&task);
        return false;
    }
    if (is_new)
        event_log_add(registry->events, EVENT_TASK_REPORTED,
                      task->name != NULL ? task->name : task->id, "%s, reported by %s",
                      task_status_text(task->last_status), task->source);
    replace_task(registry, record, task);
    return is_new;
}

void
registry_put_task(struct registry *registry, struct task *task)
{
    take_in(registry, task, false);
    registry_settle(registry);
}

void
registry_put_stale_task(struct registry *registry, struct task *task)
{
    take_in(registry, task, true);
    registry_settle(registry);
}

static void
remove_record(struct registry *registry, struct task_record *record, enum target_event event,
              const char *why)
{
    const struct task *task = record->task;
    char *end = memory_copy_text(record->end != NULL ? record->end : why);

    event_log_add(registry->events, EVENT_TASK_GONE, task->name != NULL ? task->name : task->id,
                  "%s", end);
    registry_set_misfit(registry, record, NULL);
    reconcile_removed_task(&registry->parts, record, event, end);
    overrides_forget_task(registry->parts.overrides, task);
    free(end);
    registry_free_record(registry, record);
}

void
registry_remove_task(struct registry *registry, const char *source, const char *id,
                     uint64_t generation)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record == NULL || (generation != 0 && record->task->generation != generation))
        return;
    remove_record(registry, record, TARGET_EVENT_TASK_ENDED, "its task is gone");
    registry_settle(registry);
}

/* True when this is the source's first full set: what it finds was not missed by events. */
static bool
note_synced(struct registry *registry, const char *source)
{
    for (struct known_source *one = registry->synced_sources; one != NULL; one = one->next) {
        if (strcmp(one->name, source) == 0)
            return false;
    }
    struct known_source *added = memory_take(1, sizeof(*added));
    added->name = memory_copy_text(source);
    added->next = registry->synced_sources;
    registry->synced_sources = added;
    return true;
}

/* Tasks of the source that a full set did not name. */
static unsigned
sweep(struct registry *registry, const char *source)
{
    struct task_record *record, *next;
    unsigned removed = 0;

    HASH_ITER (hh, registry->by_key, record, next) {
        if (record->is_seen || strcmp(record->task->source, source) != 0)
            continue;
        remove_record(registry, record, TARGET_EVENT_TASK_ENDED,
                      "its source no longer has its task");
        removed++;
    }
    return removed;
}

unsigned
registry_put_full_set(struct registry *registry, const char *source, struct task **tasks,
                      size_t count)
{
    struct task_record *record;
    unsigned missed = 0;

    for (record = registry->by_key; record != NULL; record = record->hh.next)
        record->is_seen = false;
    for (size_t i = 0; i < count; i++)
        missed += take_in(registry, tasks[i], false) ? 1 : 0;
    free(tasks);
    missed += sweep(registry, source);
    registry_settle(registry);
    return note_synced(registry, source) ? 0 : missed;
}

void
registry_note_end(struct registry *registry, const char *source, const char *id,
                  const char *end)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record == NULL)
        return;
    free(record->end);
    record->end = memory_copy_text(end);
}

void
registry_stop_sign(struct registry *registry, const char *source, const char *id,
                   const char *sign)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record == NULL || record->is_stopping)
        return;
    record->is_stopping = true;
    event_log_add(registry->events, EVENT_TASK_STOPPING,
                  record->task->name != NULL ? record->task->name : id, "stop sign: %s", sign);
    registry_mark_dirty(registry, record);
    registry_settle(registry);
}

static void
set_withdrawn(struct registry *registry, struct task_record *record, bool is_withdrawn)
{
    record->is_withdrawn = is_withdrawn;
    registry_mark_dirty(registry, record);
    registry_settle(registry);
}

void
registry_withdraw(struct registry *registry, const char *source, const char *id, bool is_meant)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record == NULL || record->is_withdrawn == is_meant)
        return;
    if (is_meant)
        event_log_add(registry->events, EVENT_TASK_STOPPING,
                      record->task->name != NULL ? record->task->name : id,
                      "fairlead is going to stop it");
    set_withdrawn(registry, record, is_meant);
}

void
registry_leave_out(struct registry *registry, const char *source, const char *id)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record != NULL && !record->is_withdrawn)
        set_withdrawn(registry, record, true);
}

void
registry_forget_source(struct registry *registry, const char *source)
{
    struct task_record *record, *next;

    HASH_ITER (hh, registry->by_key, record, next) {
        if (strcmp(record->task->source, source) == 0)
            remove_record(registry, record, TARGET_EVENT_DEREGISTER,
                          "its provider was removed");
    }
    registry_settle(registry);
}
