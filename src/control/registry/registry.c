/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change marks its task dirty; settle compares every dirty task with its targets and may
 * disturb others that claimed the same address. Targets without a task are plain_targets.c's;
 * what sources report is registry_reports.c's, what people order registry_by_hand.c's.
 */
#include "control/registry/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/registry/misfit.h"
#include "control/registry/registry_state.h"

void
registry_mark_dirty(struct registry *registry, struct task_record *record)
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

    registry_mark_dirty(argument, record);
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

void
registry_set_misfit(struct registry *registry, struct task_record *record, char *reason)
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
    registry_set_misfit(registry, record, reason);
}

struct registry *
registry_new(struct targets *targets, struct event_log *events, struct dials *dials)
{
    struct registry *registry = memory_take(1, sizeof(*registry));

    registry->parts.targets = targets;
    registry->parts.dials = dials;
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
        if (record->task->project != NULL && text_is_same(record->task->service, service))
            registry_mark_dirty(registry, record);
    }
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
registry_leave_project(struct registry *registry, struct task_record *record)
{
    bool is_news;

    projects_give_back(registry->parts.matcher.projects, &record->project, &is_news);
    if (is_news)
        disturb_service(registry, record->task->service);
}

void
registry_join_project(struct registry *registry, struct task_record *record)
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
void
registry_free_record(struct registry *registry, struct task_record *record)
{
    registry_leave_project(registry, record);
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
        registry_free_record(registry, record);
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
        registry_mark_dirty(registry, record);
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
struct task_record *
registry_add_record(struct registry *registry, const struct task *task)
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

void
registry_note_missing(struct registry *registry, const struct registered_target *target,
                      bool is_missing)
{
    struct task_record *record = target->record;

    if (record == NULL || record->is_missing == is_missing ||
        !target_is_of_task(target, record->task))
        return;
    record->is_missing = is_missing;
    registry_mark_dirty(registry, record);
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
        if (strcmp(task->id, word) == 0 || text_is_same(task->name, word))
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
