/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One look at everything: engines, tasks, services, tasks again. It comes soon after anything
 * has changed, and each second. Start reading at look.
 */
#include "control/scheduler/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/scheduler/scheduler_state.h"
#include "control/scheduler/task_end.h"
#include "control/scheduler/task_labels.h"
#include "control/scheduler/task_observe.h"
#include "control/scheduler/task_start.h"

#define LOOK_EVERY_MS 1000
/* Between a change and the look: what comes together is looked at together. */
#define LOOK_WAIT_US 5000
/* Of control's time, looks take one part in so many. */
#define LOOK_SHARE 4
/* As long as ECS tells of what is over. */
#define PAST_MS (60 * 60 * 1000)

static void look(struct scheduler *scheduler);

static void
look_soon(void *argument)
{
    struct scheduler *scheduler = argument;
    uint64_t wait_us = LOOK_SHARE * scheduler->took_us;

    if (!scheduler->is_stopping && !alarm_clock_is_set(&scheduler->soon))
        alarm_clock_set(&scheduler->soon, wait_us < LOOK_WAIT_US ? LOOK_WAIT_US : wait_us);
}

static void
on_soon(void *argument)
{
    look(argument);
}

static void
on_time(void *argument)
{
    struct scheduler *scheduler = argument;

    timer_set(&scheduler->timer, scheduler->parts.loop, LOOK_EVERY_MS);
    if (scheduler->tasks != NULL || scheduler->services != NULL ||
        instances_count(scheduler->instances) > 0)
        look(scheduler);
}

static void
on_edited(void *argument, const char *id)
{
    (void)id;
    look_soon(argument);
}

struct scheduler *
scheduler_new(const struct scheduler_parts *parts)
{
    struct scheduler *scheduler = memory_take(1, sizeof(*scheduler));

    scheduler->parts = *parts;
    scheduler->task_parts = (struct task_parts){
        .registry = parts->registry, .on_change = look_soon, .argument = scheduler};
    scheduler->instances = instances_new(&(struct instances_parts){
        parts->loop, parts->providers, parts->objects, look_soon, scheduler});
    scheduler->edits = service_edits_new(parts->orders, on_edited, scheduler);
    alarm_clock_open(&scheduler->soon, parts->loop, on_soon, scheduler);
    timer_init(&scheduler->timer, on_time, scheduler);
    timer_set(&scheduler->timer, parts->loop, LOOK_EVERY_MS);
    return scheduler;
}

static void
drop_task(struct scheduler *scheduler, struct scheduled_task *task)
{
    task_end_forget(task);
    task_table_remove(&scheduler->tasks, task);
    scheduled_task_free(&task);
}

static void
drop_service(struct scheduler *scheduler, struct service *service)
{
    service_table_remove(&scheduler->services, service);
    service_free(&service);
}

static void
drop_past(struct scheduler *scheduler, struct past_service *past)
{
    past_table_remove(&scheduler->past, past);
    json_decref(past->document);
    free(past->id);
    free(past);
}

void
scheduler_free(struct scheduler **scheduler)
{
    struct scheduler *freed = *scheduler;
    struct scheduled_task *task, *next_task;
    struct service *service, *next_service;
    struct past_service *past, *next_past;

    *scheduler = NULL;
    if (freed == NULL)
        return;
    HASH_ITER (hh, freed->tasks, task, next_task)
        drop_task(freed, task);
    HASH_ITER (hh, freed->services, service, next_service)
        drop_service(freed, service);
    HASH_ITER (hh, freed->past, past, next_past)
        drop_past(freed, past);
    instances_free(&freed->instances);
    service_edits_free(&freed->edits);
    alarm_clock_close(&freed->soon);
    timer_close(&freed->timer, freed->parts.loop);
    free(freed);
}

/* An engine that was opened anew knows nothing of who waits for its images. */
static void
ask_for_images_again(struct scheduler *scheduler)
{
    struct scheduled_task *task, *next;

    HASH_ITER (hh, scheduler->tasks, task, next)
        for (size_t i = 0; i < task->container_count; i++) {
            if (task->instance->engine->pulls != NULL)
                image_pulls_forget(task->instance->engine->pulls, task->containers[i]);
            task->containers[i]->is_pulling = false;
        }
}

void
scheduler_set_config(struct scheduler *scheduler, const struct config *config)
{
    scheduler->config = config;
    scheduler->task_parts.config = config;
    ask_for_images_again(scheduler);
    instances_set_config(scheduler->instances, config);
    scheduler_follow_objects(scheduler);
}

/* What is INACTIVE is told of a while longer. */
static void
retire(struct scheduler *scheduler, struct service *service)
{
    struct past_service *past = memory_take(1, sizeof(*past));

    past->id = memory_copy_text(service->id);
    past->document = json_incref(service->document);
    json_object_set_new(past->document, "status", json_string("INACTIVE"));
    past->ended_ms = clock_ms();
    past_table_add(&scheduler->past, past);
    drop_service(scheduler, service);
}

static void
forget_past(struct scheduler *scheduler, const char *id)
{
    struct past_service *past;

    past = past_table_find(scheduler->past, id);
    if (past != NULL)
        drop_past(scheduler, past);
}

static void
follow_service(struct scheduler *scheduler, const struct object *object)
{
    struct service *service;

    service = service_table_find(scheduler->services, object->id);
    if (service == NULL) {
        service = service_new(object);
        service_table_add(&scheduler->services, service);
        forget_past(scheduler, service->id);
    } else if (service->revision != object->revision) {
        service_follow(service, object);
    }
}

void
scheduler_follow_objects(struct scheduler *scheduler)
{
    struct service *service, *next;

    for (size_t i = 0; i < objects_count(scheduler->parts.objects); i++) {
        const struct object *object = objects_at(scheduler->parts.objects, i);
        if (object->kind == OBJECT_SERVICE)
            follow_service(scheduler, object);
    }
    HASH_ITER (hh, scheduler->services, service, next)
        if (objects_find(scheduler->parts.objects, service->id) == NULL)
            retire(scheduler, service);
    instances_follow_objects(scheduler->instances);
    for (size_t i = 0; i < objects_count(scheduler->parts.objects); i++) {
        const struct object *object = objects_at(scheduler->parts.objects, i);
        if (object->kind == OBJECT_TASK)
            scheduler_join_object(scheduler, object);
    }
    look_soon(scheduler);
}

void
scheduler_note_change(struct scheduler *scheduler)
{
    if (scheduler->tasks != NULL)
        look_soon(scheduler);
}

void
scheduler_stop(struct scheduler *scheduler)
{
    scheduler->is_stopping = true;
    alarm_clock_stop(&scheduler->soon);
    timer_stop(&scheduler->timer);
}

json_t *
scheduler_definition(const struct scheduler *scheduler, const char *definition_id)
{
    char *id = memory_print("task-definition/%s", definition_id);
    const struct object *object = objects_find(scheduler->parts.objects, id);

    free(id);
    return object == NULL ? NULL : json_object_get(object->document, "definition");
}

static struct service *
service_of(const struct scheduler *scheduler, const struct scheduled_task *task)
{
    struct service *service = NULL;

    if (task->service == NULL)
        return NULL;
    char *id = service_document_id(task->cluster, task->service);
    service = service_table_find(scheduler->services, id);
    free(id);
    return service;
}

struct scheduled_task *
scheduler_add_task(struct scheduler *scheduler, struct scheduled_task *task,
                   struct service *service)
{
    task->parts = &scheduler->task_parts;
    task_table_add(&scheduler->tasks, task);
    if (service == NULL)
        return task;
    LIST_INSERT_HEAD(&service->tasks, task, of_service);
    task->targets_expected =
        (unsigned)json_array_size(service_document_given(service->document, "loadBalancers"));
    return task;
}

/* What the store says of a task is not needed once it is over. */
static void
end_object(struct scheduler *scheduler, const struct scheduled_task *task)
{
    char *id = memory_print("task/%s/%s", task->cluster, task->id);

    if (objects_find(scheduler->parts.objects, id) != NULL)
        service_edits_order(scheduler->edits, TASK_EDIT_END, id, NULL);
    free(id);
}

static void
note_stopped(struct scheduler *scheduler, struct scheduled_task *task)
{
    struct service *service = service_of(scheduler, task);

    if (service != NULL) {
        LIST_REMOVE(task, of_service);
        scheduler_note_stopped(scheduler, service, task);
    }
}

static void
advance(struct scheduler *scheduler, struct scheduled_task *task)
{
    enum task_life before = task->life;

    if (task->is_wanted)
        task_start_advance(&scheduler->task_parts, task);
    if (!task->is_wanted)
        task_end_advance(&scheduler->task_parts, task);
    if (task->life == before)
        return;
    struct service *service = service_of(scheduler, task);
    if (task->life == LIFE_RUNNING && service != NULL)
        scheduler_note_running(scheduler, service);
    if (task->life == LIFE_STOPPED)
        note_stopped(scheduler, task);
    look_soon(scheduler);
}

/* Containers stay for their logs, and the task for who asks about it. */
static void
age(struct scheduler *scheduler, struct scheduled_task *task)
{
    uint64_t since_ms = clock_ms() - task->stopped_ms;

    end_object(scheduler, task);
    if (!task_end_is_kept(&scheduler->task_parts, task))
        return;
    if (since_ms < scheduler->config->stopped_task_keep_ms)
        return;
    if (task_end_remove(&scheduler->task_parts, task) && since_ms >= PAST_MS)
        drop_task(scheduler, task);
}

static void
look_at_tasks(struct scheduler *scheduler)
{
    struct scheduled_task *task, *next;

    HASH_ITER (hh, scheduler->tasks, task, next)
        if (task->life == LIFE_STOPPED)
            age(scheduler, task);
        else
            advance(scheduler, task);
}

/* Nothing is left of one that is DRAINING: it is INACTIVE. */
static void
look_at_service(struct scheduler *scheduler, struct service *service)
{
    bool is_known = scheduler_plan(scheduler, service);

    if (is_known && !service_document_is_active(service->document) &&
        LIST_EMPTY(&service->tasks))
        service_edits_order(scheduler->edits, SERVICE_EDIT_END, service->id, NULL);
}

static void
forget_old(struct scheduler *scheduler)
{
    struct past_service *past, *next;

    HASH_ITER (hh, scheduler->past, past, next)
        if (clock_ms() - past->ended_ms >= PAST_MS)
            drop_past(scheduler, past);
}

struct placement_view *
scheduler_view(struct scheduler *scheduler, const char *cluster)
{
    struct cluster_view *view = scheduler->views;

    while (view != NULL && strcmp(view->cluster, cluster) != 0)
        view = view->next;
    if (view == NULL) {
        view = memory_take(1, sizeof(*view));
        view->cluster = memory_copy_text(cluster);
        placement_view_make(&view->view, scheduler, cluster);
        view->next = scheduler->views;
        scheduler->views = view;
    }
    return &view->view;
}

static void
drop_views(struct scheduler *scheduler)
{
    struct cluster_view *view;

    while ((view = scheduler->views) != NULL) {
        scheduler->views = view->next;
        placement_view_clear(&view->view);
        free(view->cluster);
        free(view);
    }
}

static void
look(struct scheduler *scheduler)
{
    uint64_t began_us = clock_precise_us();
    struct scheduled_task *task, *next_task;
    struct service *service, *next_service;

    if (scheduler->config == NULL || scheduler->is_stopping)
        return;
    instances_look(scheduler->instances);
    scheduler_join_engines(scheduler);
    HASH_ITER (hh, scheduler->tasks, task, next_task) {
        task_observe(task);
        task->is_lost =
            !task->instance->is_configured || scheduler_has_lost(scheduler, task->instance);
    }
    HASH_ITER (hh, scheduler->services, service, next_service)
        look_at_service(scheduler, service);
    drop_views(scheduler);
    look_at_tasks(scheduler);
    forget_old(scheduler);
    scheduler->took_us = clock_precise_us() - began_us;
}

struct instances *
scheduler_instances(const struct scheduler *scheduler)
{
    return scheduler->instances;
}

bool
scheduler_has_lost(const struct scheduler *scheduler, const struct instance *instance)
{
    return instance_is_lost(instance, scheduler->config->instance_lost_ms);
}

const struct scheduled_task *
scheduler_find_task(const struct scheduler *scheduler, const char *id)
{
    struct scheduled_task *task;

    task = task_table_find(scheduler->tasks, id);
    return task;
}

const struct scheduled_task *
scheduler_next_task(const struct scheduler *scheduler, const struct scheduled_task *task)
{
    return task == NULL ? scheduler->tasks : task->hh.next;
}

const struct service *
scheduler_find_service(const struct scheduler *scheduler, const char *id)
{
    struct service *service;

    service = service_table_find(scheduler->services, id);
    return service;
}

const struct service *
scheduler_next_service(const struct scheduler *scheduler, const struct service *service)
{
    return service == NULL ? scheduler->services : service->hh.next;
}

const json_t *
scheduler_find_past_service(const struct scheduler *scheduler, const char *id)
{
    struct past_service *past;

    past = past_table_find(scheduler->past, id);
    return past == NULL ? NULL : past->document;
}

static const struct engine_container *
find_container(const struct scheduler *scheduler, const char *source, const char *id)
{
    const struct engine_container *container = NULL;

    for (size_t i = 0; i < instances_engine_count(scheduler->instances); i++) {
        const struct engine *engine = instances_engine(scheduler->instances, i);
        if (engine->containers != NULL && strcmp(engine->source, source) == 0)
            container = engine_containers_find(engine->containers, id);
    }
    return container;
}

bool
scheduler_owns(const struct scheduler *scheduler, const char *source, const char *id)
{
    return find_container(scheduler, source, id) != NULL;
}

const struct scheduled_task *
scheduler_task_of(const struct scheduler *scheduler, const char *source, const char *id)
{
    const struct engine_container *container = find_container(scheduler, source, id);
    const struct scheduled_task *task = NULL;
    struct task_labels labels;

    if (container != NULL && task_labels_read(&labels, container->labels)) {
        task = scheduler_find_task(scheduler, labels.task_id);
        task_labels_clear(&labels);
    }
    return task;
}

struct instance_use
scheduler_instance_use(const struct scheduler *scheduler, const struct instance *instance)
{
    struct instance_use use = {.cpu_left = instance_cpu(instance),
                               .memory_left = instance_memory_mib(instance)};
    struct scheduled_task *task, *next;

    HASH_ITER (hh, scheduler->tasks, task, next) {
        if (task->instance != instance || task->life == LIFE_STOPPED)
            continue;
        struct task_size size = task->size;
        use.running += task->life == LIFE_RUNNING;
        use.pending += task->life < LIFE_RUNNING;
        use.cpu_left -= size.cpu < use.cpu_left ? size.cpu : use.cpu_left;
        use.memory_left -= size.memory < use.memory_left ? size.memory : use.memory_left;
    }
    return use;
}
