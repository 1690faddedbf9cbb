/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change marks its task dirty; settle compares every dirty task with its targets and may
 * disturb others that claimed the same address. Targets without a task are plain_targets.c's;
 * what people order is registry_by_hand.c's.
 */
#include "control/registry/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/registry/misfit.h"
#include "control/registry/registry_state.h"

#define FUTURE_SLACK_NS UINT64_C(2000000000)

static bool
is_same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void
mark_dirty(struct registry *registry, struct task_record *record)
{
    if (record->is_dirty)
        return;
    record->is_dirty = true;
    record->next_dirty = registry->first_dirty;
    registry->first_dirty = record;
}

static void
on_disturbed(void *argument, struct claimant *claimant)
{
    struct task_record *record =
        (struct task_record *)((char *)claimant - offsetof(struct task_record, claimant));

    mark_dirty(argument, record);
}

/* Of a plain target; reason NULL: it may be one again. */
static void
on_refusal(void *argument, const char *object, const char *reason)
{
    struct registry *registry = argument;

    if (registry->on_problem != NULL)
        registry->on_problem(registry->problem_argument, "configuration", object, reason);
}

/* What people call it: containers by their name and the beginning of their id. */
static char *
object_of(const struct task *task)
{
    bool is_container = strlen(task->id) == 64 && strspn(task->id, "0123456789abcdef") == 64;

    if (task->name == NULL || strcmp(task->name, task->id) == 0)
        return memory_print("task %s", task->id);
    return memory_print("task %s (%.*s)", task->name, is_container ? 12 : 255, task->id);
}

/* Tells why the task is no target, or (reason NULL) that this is over. Takes the reason over.
 */
static void
set_misfit(struct registry *registry, struct task_record *record, char *reason)
{
    bool is_news = reason == NULL
                       ? record->misfit != NULL
                       : record->misfit == NULL || strcmp(record->misfit, reason) != 0;

    free(record->misfit);
    record->misfit = reason;
    if (!is_news || registry->on_problem == NULL)
        return;
    char *object = object_of(record->task);
    registry->on_problem(registry->problem_argument, record->task->source, object, reason);
    free(object);
}

static void
judge_fit(struct registry *registry, struct task_record *record)
{
    char *reason = task_record_is_leaving(record)
                       ? NULL
                       : misfit_explain(&registry->parts.matcher, record->task);

    if (reason == NULL && record->is_of_future && task_is_eligible(record->task))
        reason = memory_copy_text("its start lies in the future, so that any other task may "
                                  "take its address: set its machine's clock, or started_at");
    set_misfit(registry, record, reason);
}

struct registry *
registry_new(struct targets *targets, struct event_log *events)
{
    struct registry *registry = memory_take(1, sizeof(*registry));

    registry->parts.targets = targets;
    registry->events = events;
    registry->parts.claims = claims_new(on_disturbed, registry);
    registry->parts.overrides = overrides_new();
    registry->local = local_addresses_new();
    registry->parts.matcher.host = local_addresses_host(registry->local);
    registry->parts.matcher.projects = projects_new();
    registry->plain = plain_targets_new(&(struct plain_targets_parts){
        .targets = targets,
        .overrides = registry->parts.overrides,
        .host = registry->parts.matcher.host,
        .on_refusal = on_refusal,
        .argument = registry,
    });
    return registry;
}

void
registry_watch_problems(struct registry *registry, registry_on_problem *on_problem,
                        void *argument)
{
    registry->on_problem = on_problem;
    registry->problem_argument = argument;
}

const struct service_matcher *
registry_matcher(const struct registry *registry)
{
    return &registry->parts.matcher;
}

const char *
registry_address_fault(const struct registry *registry, const struct address *address)
{
    const struct service_matcher *matcher = &registry->parts.matcher;

    return matcher->config == NULL
               ? NULL
               : target_address_fault(matcher->config, matcher->host, address);
}

static char *
make_key(const char *source, const char *id)
{
    return memory_print("%s %s", source, id);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
struct task_record *
registry_find(struct registry *registry, const char *source, const char *id)
{
    char *key = make_key(source, id);
    struct task_record *record;

    HASH_FIND_STR(registry->by_key, key, record);
    free(key);
    return record;
}

/* Others of the service may have won or lost its bare name. */
static void
disturb_service(struct registry *registry, const char *service)
{
    for (struct task_record *record = registry->by_key; record != NULL;
         record = record->hh.next) {
        if (record->task->project != NULL && is_same_text(record->task->service, service))
            mark_dirty(registry, record);
    }
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static void
leave_project(struct registry *registry, struct task_record *record)
{
    bool is_news;

    projects_give_back(registry->parts.matcher.projects, &record->project, &is_news);
    if (is_news)
        disturb_service(registry, record->task->service);
}

static void
join_project(struct registry *registry, struct task_record *record)
{
    const struct task *task = record->task;
    bool is_news;

    if (task->service == NULL || task->project == NULL || !task_is_eligible(task))
        return;
    record->project =
        projects_take(registry->parts.matcher.projects, task->service, task->project, &is_news);
    if (is_news)
        disturb_service(registry, task->service);
}

static void
undirty(struct registry *registry, struct task_record *record)
{
    struct task_record **link = &registry->first_dirty;

    if (!record->is_dirty)
        return;
    while (*link != record)
        link = &(*link)->next_dirty;
    *link = record->next_dirty;
    record->is_dirty = false;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
free_record(struct registry *registry, struct task_record *record)
{
    leave_project(registry, record);
    claims_set(registry->parts.claims, &record->claimant, NULL, 0);
    undirty(registry, record);
    HASH_DEL(registry->by_key, record);
    task_free(&record->task);
    free(record->key);
    free(record->end);
    free(record->misfit);
    free(record);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
registry_free(struct registry **registry_at)
{
    struct registry *registry = *registry_at;
    struct task_record *record, *next;

    if (registry == NULL)
        return;
    HASH_ITER (hh, registry->by_key, record, next)
        free_record(registry, record);
    while (registry->synced_sources != NULL) {
        struct known_source *one = registry->synced_sources;
        registry->synced_sources = one->next;
        free(one->name);
        free(one);
    }
    plain_targets_free(&registry->plain);
    projects_free(&registry->parts.matcher.projects);
    local_addresses_free(&registry->local);
    overrides_free(&registry->parts.overrides);
    claims_free(&registry->parts.claims);
    free(registry);
    *registry_at = NULL;
}

void
registry_settle(struct registry *registry)
{
    struct task_record *record;

    if (registry->is_settling)
        return;
    registry->is_settling = true;
    while ((record = registry->first_dirty) != NULL) {
        undirty(registry, record);
        reconcile_task(&registry->parts, record);
        judge_fit(registry, record);
    }
    if (registry->are_plain_dirty) {
        registry->are_plain_dirty = false;
        plain_targets_settle(registry->plain);
    }
    registry->is_settling = false;
}

void
registry_settle_everything(struct registry *registry)
{
    for (struct task_record *record = registry->by_key; record != NULL;
         record = record->hh.next)
        mark_dirty(registry, record);
    registry->are_plain_dirty = true;
    registry_settle(registry);
}

void
registry_note_gone(struct registry *registry, struct registered_target *target)
{
    if (target->origin == ORIGIN_TASK)
        registry->are_plain_dirty = true;
    if (target->record != NULL)
        LIST_REMOVE(target, of_task);
    target->record = NULL;
}

/*
 * Targets of a removed group leave at once, because no snapshot can name them; what is in
 * flight ends with the generation that it was routed with.
 */
static void
drop_groupless(struct registry *registry)
{
    struct registered_target *target = TAILQ_FIRST(targets_live(registry->parts.targets));

    while (target != NULL) {
        struct registered_target *next = TAILQ_NEXT(target, in_table);
        if (config_find_group(registry->parts.matcher.config, target->group) == NULL) {
            targets_apply(registry->parts.targets, target, TARGET_EVENT_DEREGISTER,
                          "its target group was removed");
            targets_apply(registry->parts.targets, target, TARGET_EVENT_DRAINED,
                          "its target group was removed");
        }
        target = next;
    }
}

void
registry_set_config(struct registry *registry, const struct config *config)
{
    registry->parts.matcher.config = config;
    drop_groupless(registry);
    plain_targets_set_config(registry->plain, config);
    registry_settle_everything(registry);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static struct task_record *
add_record(struct registry *registry, const struct task *task)
{
    struct task_record *record = memory_take(1, sizeof(*record));

    record->key = make_key(task->source, task->id);
    record->known_wall_us = clock_wall_us();
    LIST_INIT(&record->targets);
    claimant_init(&record->claimant);
    HASH_ADD_KEYPTR(hh, registry->by_key, record->key, strlen(record->key), record);
    return record;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

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
        if (!is_same_text(record->task->name, task->name))
            set_misfit(registry, record, NULL);
        leave_project(registry, record);
    }
    task_free(&record->task);
    record->task = task;
    join_project(registry, record);
    mark_dirty(registry, record);
}

/* True when it was not known, or in another generation. */
static bool
take_in(struct registry *registry, struct task *task, bool is_stale)
{
    struct task_record *record = registry_find(registry, task->source, task->id);
    bool is_new = record == NULL || record->task->generation != task->generation;

    if (record == NULL)
        record = add_record(registry, task);
    record->is_stale = is_stale;
    record->is_seen = true;
    if (record->is_missing)
        mark_dirty(registry, record);
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
    set_misfit(registry, record, NULL);
    reconcile_removed_task(&registry->parts, record, event, end);
    overrides_forget_task(registry->parts.overrides, task);
    free(end);
    free_record(registry, record);
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
    mark_dirty(registry, record);
    registry_settle(registry);
}

void
registry_withdraw(struct registry *registry, const char *source, const char *id, bool is_meant)
{
    struct task_record *record = registry_find(registry, source, id);

    if (record == NULL || record->is_withdrawn == is_meant)
        return;
    record->is_withdrawn = is_meant;
    if (is_meant)
        event_log_add(registry->events, EVENT_TASK_STOPPING,
                      record->task->name != NULL ? record->task->name : id,
                      "fairlead is going to stop it");
    mark_dirty(registry, record);
    registry_settle(registry);
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

void
registry_note_missing(struct registry *registry, const struct registered_target *target,
                      bool is_missing)
{
    struct task_record *record = target->record;

    if (record == NULL || record->is_missing == is_missing ||
        !target_is_of_task(target, record->task))
        return;
    record->is_missing = is_missing;
    mark_dirty(registry, record);
    registry_settle(registry);
}

struct task_record *
registry_find_by_word(struct registry *registry, const char *word)
{
    struct task_record *found = NULL;
    size_t length = strlen(word);

    for (struct task_record *record = registry->by_key; record != NULL;
         record = record->hh.next) {
        const struct task *task = record->task;
        if (strcmp(task->id, word) == 0 || is_same_text(task->name, word))
            return record;
        if (strncmp(task->id, word, length) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = record;
    }
    return found;
}

struct task_record *
registry_next_task(struct registry *registry, const struct task_record *record)
{
    return record == NULL ? registry->by_key : record->hh.next;
}

size_t
registry_task_count(const struct registry *registry, const char *source)
{
    size_t count = 0;

    for (const struct task_record *record = registry->by_key; record != NULL;
         record = record->hh.next) {
        if (source == NULL || strcmp(record->task->source, source) == 0)
            count++;
    }
    return count;
}
