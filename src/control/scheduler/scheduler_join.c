/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks come from three sides: a plan starts them, the store has those of RunTask, and after a
 * restart engines have the containers of all. What is not known yet becomes known here.
 */
#include "control/scheduler/scheduler_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/scheduler/task_labels.h"

static void
set_text(char **text, const char *value)
{
    free(*text);
    *text = memory_copy_text(value);
}

static void
set_problem(struct scheduler *scheduler, const struct engine *engine, const char *id,
            const char *reason)
{
    char object[32];

    snprintf(object, sizeof(object), "container %.12s", id);
    providers_report_problem(scheduler->parts.providers, engine->source, object, reason);
}

/* A container whose instance is not in the configuration any more, or that is a copy of a
 * task's, is left alone. */
static void
report(struct scheduler *scheduler, struct engine *engine, const char *id, const char *reason)
{
    if (engine->reported == NULL)
        engine->reported = json_object();
    json_object_set_new(engine->reported, id, json_true());
    set_problem(scheduler, engine, id, reason);
}

static void
withdraw_report(struct scheduler *scheduler, struct engine *engine, const char *id)
{
    if (json_object_get(engine->reported, id) == NULL)
        return;
    set_problem(scheduler, engine, id, NULL);
    json_object_del(engine->reported, id);
}

/* Those that are there no more. */
static void
withdraw_reports(struct scheduler *scheduler, struct engine *engine)
{
    const char *id;
    json_t *value;
    void *next;

    json_object_foreach_safe (engine->reported, next, id, value)
        if (engine_containers_find(engine->containers, id) == NULL)
            withdraw_report(scheduler, engine, id);
}

/* What runs has been RUNNING, and well, as far as anybody knows: it is not taken for one that
 * has just been started. What has ended did so in another life: it is no failure of this one,
 * and nothing is told of it. */
static void
begin_where_it_is(struct scheduled_task *task, const struct engine_container *container)
{
    task->life = container->state == ENGINE_CONTAINER_RUNNING ? LIFE_RUNNING : LIFE_PENDING;
    task->has_run = container->state == ENGINE_CONTAINER_RUNNING;
    task->has_been_well = container->state != ENGINE_CONTAINER_CREATED;
    task->running_ms = clock_ms();
    task->started_us = task->has_been_well ? container->created_us : 0;
}

static const char not_configured[] =
    "it was started by fairlead on a container instance that is not configured: put the "
    "instance back, or remove the container";

static struct scheduled_task *
join_task(struct scheduler *scheduler, struct instance *instance,
          const struct engine_container *container, const struct task_labels *labels)
{
    struct service *service = NULL;

    struct scheduled_task *task =
        scheduled_task_new(labels->task_id, labels->cluster, labels->definition_id,
                           scheduler_definition(scheduler, labels->definition_id));
    set_text(&task->service, labels->service);
    set_text(&task->deployment, labels->deployment);
    set_text(&task->started_by, labels->started_by);
    set_text(&task->group, labels->group);
    task->instance = instance;
    task->created_us = container->created_us;
    begin_where_it_is(task, container);
    if (labels->service != NULL) {
        char *id = service_document_id(labels->cluster, labels->service);
        service = service_table_find(scheduler->services, id);
        free(id);
    }
    /* Nobody asks for it any more: its service has gone while fairlead was away. */
    if (labels->service != NULL && service == NULL)
        scheduled_task_stop(task, STOP_CODE_SERVICE_SCHEDULER_INITIATED,
                            "Its service was deleted");
    return scheduler_add_task(scheduler, task, service);
}

/* A stop that was asked for holds, whatever came between. */
static void
follow_stop(struct scheduled_task *task, const struct object *object)
{
    const char *reason = service_document_text(object->document, "stoppedReason");

    if (reason != NULL)
        scheduled_task_stop(task, STOP_CODE_USER_INITIATED, reason);
}

/* What the store says of a task that has just been found. One of RunTask is in the store until
 * it has STOPPED: without that it is over. */
static void
follow_object(struct scheduler *scheduler, struct scheduled_task *task)
{
    char *id = memory_print("task/%s/%s", task->cluster, task->id);
    const struct object *object = objects_find(scheduler->parts.objects, id);

    free(id);
    if (object != NULL)
        follow_stop(task, object);
    else if (task->service == NULL)
        scheduled_task_stop(task, STOP_CODE_ESSENTIAL_CONTAINER_EXITED,
                            "Essential container in task exited");
}

/* The container of the task that this one is; NULL: it was reported. Labels may be copied, to
 * an image and to all that runs it; the name that fairlead gave is the engine's only one. */
static struct task_container *
find_own(struct scheduler *scheduler, struct engine *engine,
         const struct engine_container *container, const struct task_labels *labels)
{
    struct scheduled_task *task = task_table_find(scheduler->tasks, labels->task_id);
    struct task_container *own =
        task == NULL ? NULL : scheduled_task_find(task, labels->container);
    struct instance *instance =
        instances_find(scheduler->instances, labels->cluster, labels->instance);
    char name_end[10];

    snprintf(name_end, sizeof(name_end), "-%.8s", labels->task_id);
    if (own != NULL && strcmp(own->id, container->id) == 0 && instance == task->instance) {
        if (instance->is_configured || task->life == LIFE_STOPPED)
            return own;
        report(scheduler, engine, container->id, not_configured);
        return NULL;
    }
    if (instance == NULL || instance->engine != engine || !instance->is_configured) {
        report(scheduler, engine, container->id, not_configured);
        return NULL;
    }
    if (!engine_container_is_named(container, name_end)) {
        report(scheduler, engine, container->id,
               "its labels are those of a task's container, but fairlead did not start it: it "
               "is left alone, and gets no requests");
        registry_leave_out(scheduler->parts.registry, engine->source, container->id);
        return NULL;
    }
    if (task == NULL) {
        task = join_task(scheduler, instance, container, labels);
        follow_object(scheduler, task);
    }
    own = scheduled_task_find(task, labels->container);
    return own != NULL ? own : scheduled_task_add(task, labels->container);
}

static void
join(struct scheduler *scheduler, struct engine *engine,
     const struct engine_container *container)
{
    struct task_labels labels;

    if (!task_labels_read(&labels, container->labels)) {
        report(scheduler, engine, container->id,
               "its labels say that fairlead has started it, but not for which task");
        return;
    }
    struct task_container *own = find_own(scheduler, engine, container, &labels);
    task_labels_clear(&labels);
    if (own == NULL)
        return;
    withdraw_report(scheduler, engine, container->id);
    if (*own->id == '\0' && own->call == NULL)
        snprintf(own->id, sizeof(own->id), "%s", container->id);
}

static void
join_engine(struct scheduler *scheduler, struct engine *engine)
{
    const struct engine_container *container = NULL;

    if (engine->containers == NULL)
        return;
    while ((container = engine_containers_next(engine->containers, container)) != NULL)
        join(scheduler, engine, container);
    withdraw_reports(scheduler, engine);
}

static void
join_run(struct scheduler *scheduler, const struct object *object, const char *definition)
{
    const json_t *document = object->document;
    struct scheduled_task *task;

    struct instance *instance =
        instances_find(scheduler->instances, service_document_text(document, "cluster"),
                       service_document_text(document, "instance"));
    if (instance == NULL)
        return;
    task = scheduled_task_new(service_document_text(document, "id"),
                              service_document_text(document, "cluster"), definition,
                              json_object_get(document, "definition"));
    task->overrides = json_incref(json_object_get(document, "overrides"));
    set_text(&task->started_by, service_document_text(document, "startedBy"));
    set_text(&task->group, service_document_text(document, "group"));
    task->instance = instance;
    task->created_us = object->created_us;
    scheduler_add_task(scheduler, task, NULL);
}

void
scheduler_join_object(struct scheduler *scheduler, const struct object *object)
{
    const char *definition = service_document_text(object->document, "taskDefinition");
    const char *id = service_document_text(object->document, "id");
    struct scheduled_task *task;

    task = task_table_find(scheduler->tasks, id);
    if (task == NULL && definition != NULL)
        join_run(scheduler, object, definition);
    task = task_table_find(scheduler->tasks, id);
    if (task != NULL)
        follow_stop(task, object);
}

void
scheduler_join_engines(struct scheduler *scheduler)
{
    for (size_t i = 0; i < instances_engine_count(scheduler->instances); i++)
        join_engine(scheduler, instances_engine(scheduler->instances, i));
}
