/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_cluster_objects.h"
#include "control/registry/service_match.h"
#include "control/scheduler/scheduler.h"

#define ARN_START "arn:"
#define ARN_TASK ":task/"

/* Where a container belongs. */
struct ecs_place {
    char *cluster, *id;
    const struct task_record *record;
};

/* "arn:...:task/CLUSTER/ID/CONTAINER", or of old ones "arn:...:task/ID/CONTAINER"; false: it is
 * something else. */
static bool
read_arn(struct ecs_place *place, const char *id)
{
    const char *path = strstr(id, ARN_TASK);
    const char *container = strrchr(id, '/');

    if (strncmp(id, ARN_START, strlen(ARN_START)) != 0 || path == NULL)
        return false;
    path += strlen(ARN_TASK);
    if (container < path)
        return false;
    const char *slash = strchr(path, '/');
    if (slash == container) {
        place->cluster = memory_copy_text(ECS_DEFAULT_CLUSTER);
        place->id = memory_copy_bytes(path, (size_t)(container - path));
        return true;
    }
    place->cluster = memory_copy_bytes(path, (size_t)(slash - path));
    place->id = memory_copy_bytes(slash + 1, (size_t)(container - slash - 1));
    return true;
}

static void
make_place(struct ecs_place *place, const struct task_record *record)
{
    const struct task *task = record->task;

    place->record = record;
    if (read_arn(place, task->id))
        return;
    /* A container that was started again is another task. */
    char *run = memory_print("%s\n%" PRIu64, task->id, task->generation);
    place->cluster = memory_copy_text(ECS_DEFAULT_CLUSTER);
    place->id = memory_copy_text(ecs_id_make(ECS_TASK, task->source, run).text);
    free(run);
}

static int
compare(const void *one, const void *other)
{
    const struct ecs_place *first = one, *second = other;
    int order = strcmp(first->cluster, second->cluster);

    if (order == 0)
        order = strcmp(first->id, second->id);
    return order != 0 ? order : strcmp(first->record->task->id, second->record->task->id);
}

static bool
is_of(const struct ecs_task *task, const struct ecs_place *place)
{
    return strcmp(task->id, place->id) == 0 && strcmp(task->cluster, place->cluster) == 0;
}

static void
join(struct ecs_view *view, struct ecs_task *next)
{
    struct ecs_task *last = NULL;

    for (size_t i = 0; i < view->record_count; i++) {
        const struct ecs_place *place = &view->places[i];
        view->records[i] = place->record;
        if (last == NULL || !is_of(last, place)) {
            last = next++;
            *last = (struct ecs_task){
                .cluster = place->cluster, .id = place->id, .records = &view->records[i]};
            view->count++;
        }
        last->count++;
    }
}

void
ecs_view_make(struct ecs_view *view, const struct aws_call *call)
{
    struct registry *registry = call->parts->registry;
    struct task_record *record = NULL;
    size_t most = 0;

    while ((record = registry_next_task(registry, record)) != NULL)
        most++;
    *view = (struct ecs_view){.call = call};
    view->places = memory_take(most + 1, sizeof(*view->places));
    view->records = memory_take(most + 1, sizeof(struct task_record *));
    view->tasks = memory_take(most + 1, sizeof(*view->tasks));
    while ((record = registry_next_task(registry, record)) != NULL)
        if (!scheduler_owns(call->parts->scheduler, record->task->source, record->task->id))
            make_place(&view->places[view->record_count++], record);
    qsort(view->places, view->record_count, sizeof(*view->places), compare);
    join(view, view->tasks);
}

void
ecs_view_clear(struct ecs_view *view)
{
    for (size_t i = 0; i < view->record_count; i++) {
        free(view->places[i].cluster);
        free(view->places[i].id);
    }
    free(view->places);
    free(view->records);
    free(view->tasks);
    *view = (struct ecs_view){0};
}

/* The default one is there until it is deleted. */
const char *
ecs_view_find_cluster(const struct ecs_view *view, const char *given)
{
    const struct config *config = view->call->parts->config;
    const char *name = ecs_arn_path(given, ECS_CLUSTER);

    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->tasks[i].cluster, name) == 0)
            return view->tasks[i].cluster;
    /* One that was deleted is not there, though instances of the configuration name it. */
    const struct object *object = ecs_cluster_object(view->call, name);
    for (size_t i = 0; i < config->container_instance_count && object == NULL; i++)
        if (strcmp(config->container_instances[i].cluster, name) == 0)
            return config->container_instances[i].cluster;
    if (object == NULL)
        return strcmp(name, ECS_DEFAULT_CLUSTER) == 0 ? ECS_DEFAULT_CLUSTER : NULL;
    return ecs_cluster_is_made(object) ? strchr(object->id, '/') + 1 : NULL;
}

const char *
ecs_view_cluster(const struct ecs_view *view, struct aws_call *call)
{
    const char *given = aws_text(call, "cluster");
    const char *cluster =
        ecs_view_find_cluster(view, given == NULL ? ECS_DEFAULT_CLUSTER : given);

    if (cluster == NULL)
        aws_fail(call, "ClusterNotFoundException", "Cluster not found.");
    return cluster;
}

const char *
ecs_view_service_name(const struct ecs_view *view, size_t index)
{
    const struct config *config = view->call->parts->config;
    const char *name = config->services[index].name;

    /* Of services that calls have made it is only what joins their tasks with groups. */
    if (aws_edit_object(view->call, config->services[index].places) != NULL)
        return NULL;
    for (size_t i = 0; i < index; i++)
        if (strcmp(config->services[i].name, name) == 0)
            return NULL;
    return name;
}

/* The entry's name as the first of that name has it. */
static const char *
first_name(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (strcmp(config->services[i].name, name) == 0)
            return config->services[i].name;
    return NULL;
}

/* A port that is not bound, as before the start, is no reason that it is not the service's. */
static const char *
find_service(const struct ecs_view *view, const struct task *task)
{
    const struct config *config = view->call->parts->config;
    const struct service_matcher *matcher = registry_matcher(view->call->parts->registry);
    struct address address;

    for (size_t i = 0; i < config->service_count && task->service != NULL; i++)
        if (service_match(matcher, &config->services[i], task, &address) >
            SERVICE_CONTAINER_DIFFERS)
            return first_name(config, config->services[i].name);
    return NULL;
}

const char *
ecs_view_service(const struct ecs_view *view, struct ecs_task *task)
{
    for (size_t i = 0; i < task->count && !task->is_service_known; i++) {
        task->service = find_service(view, task->records[i]->task);
        task->is_service_known = task->service != NULL;
    }
    task->is_service_known = true;
    return task->service;
}

bool
ecs_view_has_service(const struct ecs_view *view, const char *service, const char *cluster)
{
    bool has_tasks = false;

    for (size_t i = 0; i < view->count; i++) {
        if (ecs_view_service(view, &view->tasks[i]) != service)
            continue;
        if (strcmp(view->tasks[i].cluster, cluster) == 0)
            return true;
        has_tasks = true;
    }
    return !has_tasks;
}

bool
ecs_task_is_wanted(const struct ecs_task *task)
{
    for (size_t i = 0; i < task->count; i++)
        if (task->records[i]->task->desired_status != TASK_RUNNING ||
            task_record_is_leaving(task->records[i]))
            return false;
    return true;
}

enum task_status
ecs_task_status(const struct ecs_task *task)
{
    for (size_t i = 0; i < task->count; i++)
        if (task->records[i]->task->last_status != TASK_RUNNING)
            return task->records[i]->task->last_status;
    return TASK_RUNNING;
}

/* Of those that fairlead runs. */
static void
count_own(const struct ecs_view *view, const char *cluster, struct ecs_counts *counts)
{
    const struct scheduled_task *task = NULL;

    while ((task = scheduler_next_task(view->call->parts->scheduler, task)) != NULL) {
        if (strcmp(task->cluster, cluster) != 0)
            continue;
        counts->desired += task->life != LIFE_STOPPED;
        counts->running += task->life == LIFE_RUNNING;
        counts->pending += task->life < LIFE_RUNNING;
    }
}

struct ecs_counts
ecs_view_count(const struct ecs_view *view, const char *cluster, const char *service)
{
    struct ecs_counts counts = {0};

    if (service == NULL)
        count_own(view, cluster, &counts);
    for (size_t i = 0; i < view->count; i++) {
        struct ecs_task *task = &view->tasks[i];
        if (strcmp(task->cluster, cluster) != 0 ||
            (service != NULL && ecs_view_service(view, task) != service))
            continue;
        enum task_status status = ecs_task_status(task);
        if (!ecs_task_is_wanted(task))
            continue;
        counts.desired++;
        counts.running += status == TASK_RUNNING;
        counts.pending += status == TASK_PENDING;
    }
    return counts;
}

/* ECS has no word for one whose first check is still to come. */
const char *
ecs_health_text(enum task_health health)
{
    return task_health_text(health == TASK_HEALTH_STARTING ? TASK_HEALTH_NONE : health);
}

const char *
ecs_task_health_text(const struct ecs_task *task)
{
    enum task_health health = TASK_HEALTH_NONE;

    for (size_t i = 0; i < task->count; i++) {
        enum task_health one = task->records[i]->task->health_status;
        if (one == TASK_HEALTH_UNHEALTHY || one == TASK_HEALTH_STARTING)
            return ecs_health_text(one);
        health = one == TASK_HEALTH_NONE ? health : one;
    }
    return ecs_health_text(health);
}

const char *
ecs_task_host(const struct ecs_task *task)
{
    const struct task *first = task->records[0]->task;

    return first->host == NULL ? first->source : first->host;
}
