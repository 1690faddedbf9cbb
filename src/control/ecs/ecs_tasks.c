/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks and their containers. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_describe.h"
#include "control/ecs/ecs_instances.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_service_json.h"
#include "control/ecs/ecs_task_json.h"
#include "control/ecs/ecs_view.h"
#include "control/scheduler/scheduler.h"

#define TASKS_MAX 100

/* What a list is asked for; NULL: any. */
struct filter {
    const char *cluster, *service, *family, *started_by, *instance;
    const json_t *own_service; /* the same of one that a call has made */
    bool is_stopped;           /* desiredStatus */
};

/* The configured service that the call names, or NULL; is_given, whether it names any. */
static const char *
find_service(const struct ecs_view *view, const char *cluster, const char *given)
{
    for (size_t i = 0; i < view->call->parts->config->service_count; i++) {
        const char *name = ecs_view_service_name(view, i);
        if (name != NULL &&
            (strcmp(given, name) == 0 || ecs_arn_names(given, ECS_SERVICE, cluster, name)))
            return name;
    }
    return NULL;
}

/* False: the call has failed, or nothing can be wanted. */
static bool
read_filter(struct filter *filter, const struct ecs_view *view, struct aws_call *call)
{
    const char *service = aws_text(call, "serviceName");
    const char *status = aws_text(call, "desiredStatus");
    const char *launch_type = aws_text(call, "launchType");

    filter->cluster = ecs_view_cluster(view, call);
    if (filter->cluster == NULL)
        return false;
    if (service != NULL) {
        filter->own_service = ecs_service_document(call, filter->cluster, service, true);
        filter->service = find_service(view, filter->cluster, service);
        if (filter->service == NULL && filter->own_service == NULL)
            aws_fail(call, "ServiceNotFoundException", "Service not found.");
    }
    filter->family = aws_text(call, "family");
    filter->started_by = aws_text(call, "startedBy");
    filter->instance = aws_text(call, "containerInstance");
    filter->is_stopped = status != NULL && strcmp(status, "STOPPED") == 0;
    return call->error_code == NULL && (status == NULL || strcmp(status, "PENDING") != 0) &&
           (launch_type == NULL || strcmp(launch_type, "EC2") == 0);
}

static bool
is_started_by(const struct ecs_view *view, struct ecs_task *task, const char *wanted)
{
    const char *service = ecs_view_service(view, task);
    char id[ECS_DEPLOYMENT_ID_SIZE];

    if (service == NULL)
        return false;
    ecs_deployment_id(service, id);
    return strcmp(id, wanted) == 0;
}

static bool
is_listed(const struct ecs_view *view, struct ecs_task *task, const struct filter *filter)
{
    return strcmp(task->cluster, filter->cluster) == 0 &&
           ecs_task_is_wanted(task) != filter->is_stopped &&
           (filter->service == NULL || ecs_view_service(view, task) == filter->service) &&
           filter->own_service == NULL &&
           (filter->family == NULL ||
            text_is_same(task->records[0]->task->service, filter->family)) &&
           (filter->started_by == NULL || is_started_by(view, task, filter->started_by)) &&
           (filter->instance == NULL ||
            ecs_arn_names(filter->instance, ECS_INSTANCE, task->cluster,
                          ecs_instance_id(task).text));
}

static bool
is_of_family(const struct scheduled_task *task, const char *family)
{
    size_t length = strlen(family);

    return strncmp(task->definition_id, family, length) == 0 &&
           task->definition_id[length] == ':';
}

static bool
is_own_listed(const struct scheduled_task *task, const struct filter *filter)
{
    const char *started_by = task->deployment != NULL ? task->deployment : task->started_by;

    return strcmp(task->cluster, filter->cluster) == 0 &&
           task->is_wanted != filter->is_stopped && filter->service == NULL &&
           (filter->own_service == NULL ||
            text_is_same(task->service, service_document_text(filter->own_service, "name"))) &&
           (filter->family == NULL || is_of_family(task, filter->family)) &&
           (filter->started_by == NULL || text_is_same(started_by, filter->started_by)) &&
           (filter->instance == NULL ||
            ecs_arn_names(filter->instance, ECS_INSTANCE, task->cluster, task->instance->id));
}

/* Those that fairlead runs. */
static void
list_own(struct ecs_listing *listing, const struct aws_call *call, const struct filter *filter)
{
    const struct scheduled_task *task = NULL;

    while ((task = scheduler_next_task(call->parts->scheduler, task)) != NULL)
        if (is_own_listed(task, filter))
            ecs_listing_add(listing, ecs_arn(call, ECS_TASK, task->cluster, task->id));
}

json_t *
ecs_list_tasks(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct filter filter = {0};
    struct ecs_view view;

    ecs_view_make(&view, call);
    if (read_filter(&filter, &view, call)) {
        for (size_t i = 0; i < view.count; i++)
            if (is_listed(&view, &view.tasks[i], &filter))
                ecs_listing_add(
                    &listing, ecs_arn(call, ECS_TASK, view.tasks[i].cluster, view.tasks[i].id));
        list_own(&listing, call, &filter);
    }
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "taskArns", ECS_LISTING_PAGE);
}

static json_t *
bindings_to_json(const struct task *task)
{
    json_t *array = json_array();

    for (size_t i = 0; i < task->binding_count; i++) {
        const struct task_binding *binding = &task->bindings[i];
        json_array_append_new(
            array,
            json_pack("{s:s, s:i, s:i, s:s}", "bindIP",
                      *binding->host_ip == '\0' ? "0.0.0.0" : binding->host_ip, "containerPort",
                      (int)binding->container_port, "hostPort", (int)binding->host_port,
                      "protocol", binding->is_tcp ? "tcp" : "udp"));
    }
    return array;
}

static json_t *
interfaces_to_json(const struct task *task)
{
    return task->container_address == NULL
               ? json_array()
               : json_pack("[{s:s}]",
                           strchr(task->container_address, ':') == NULL ? "privateIpv4Address"
                                                                        : "ipv6Address",
                           task->container_address);
}

/* A UUID's form. */
static char *
container_arn(const struct aws_call *call, const struct ecs_task *task, const char *name)
{
    struct ecs_id id = ecs_id_make(ECS_CONTAINER, task->id, name);
    char *path = memory_print("%s/%.8s-%.4s-%.4s-%.4s-%.12s", task->id, id.text, id.text + 8,
                              id.text + 12, id.text + 16, id.text + 20);
    char *arn = ecs_arn(call, ECS_CONTAINER, task->cluster, path);

    free(path);
    return arn;
}

static json_t *
container_to_json(const struct aws_call *call, const struct ecs_task *of,
                  const struct task_record *record, const char *task_arn)
{
    const struct task *task = record->task;
    const char *name = task->container_name != NULL ? task->container_name
                       : task->name != NULL         ? task->name
                                                    : task->id;
    char *arn = container_arn(call, of, name);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s*, s:s, s:s, s:s, s:s*, s:o, s:o}", "containerArn", arn, "taskArn",
        task_arn, "name", name, "image", task->image, "runtimeId", task->id, "lastStatus",
        task_status_text(task->last_status), "healthStatus",
        ecs_health_text(task->health_status), "reason", record->end, "networkBindings",
        bindings_to_json(task), "networkInterfaces", interfaces_to_json(task));

    free(arn);
    return object;
}

/* Who started it, as far as a service of the configuration stands for that. */
static void
add_group(json_t *object, const struct ecs_view *view, struct ecs_task *task)
{
    const char *service = ecs_view_service(view, task);
    const char *family = task->records[0]->task->service;
    char id[ECS_DEPLOYMENT_ID_SIZE];

    if (service == NULL && family == NULL)
        return;
    char *group = memory_print("%s:%s", service != NULL ? "service" : "family",
                               service != NULL ? service : family);
    json_object_set_new(object, "group", json_string(group));
    free(group);
    if (service == NULL)
        return;
    ecs_deployment_id(service, id);
    json_object_set_new(object, "startedBy", json_string(id));
}

static void
add_times(json_t *object, const struct task_record *first)
{
    char known[CLOCK_ISO_SIZE];
    const char *started = first->task->started_at;
    uint64_t wall_us;

    clock_format_iso(known, first->known_wall_us);
    if (started != NULL && !clock_parse_iso(started, &wall_us))
        started = NULL;
    json_object_set_new(object, "createdAt", json_string(started != NULL ? started : known));
    if (first->task->last_status == TASK_PENDING)
        return;
    json_object_set_new(object, "startedAt", json_string(started != NULL ? started : known));
}

static json_t *
task_to_json(const struct ecs_view *view, struct ecs_task *task)
{
    const struct aws_call *call = view->call;
    const struct task_record *first = task->records[0];
    char *arn = ecs_arn(call, ECS_TASK, task->cluster, task->id);
    char *cluster_arn = ecs_arn_cluster(call, task->cluster);
    char *instance_arn = ecs_arn(call, ECS_INSTANCE, task->cluster, ecs_instance_id(task).text);
    json_t *containers = json_array();

    for (size_t i = 0; i < task->count; i++)
        json_array_append_new(containers, container_to_json(call, task, task->records[i], arn));
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:s, s:I, s:[], s:[], s:[], s:o}", "taskArn",
        arn, "clusterArn", cluster_arn, "containerInstanceArn", instance_arn, "lastStatus",
        task_status_text(ecs_task_status(task)), "desiredStatus",
        ecs_task_is_wanted(task) ? "RUNNING" : "STOPPED", "healthStatus",
        ecs_task_health_text(task), "availabilityZone", first->task->zone, "launchType", "EC2",
        "connectivity", first->is_stale ? "DISCONNECTED" : "CONNECTED", "version",
        (json_int_t)(first->task->version == 0 ? 1 : first->task->version), "attachments",
        "attributes", "tags", "containers", containers);
    add_group(object, view, task);
    add_times(object, first);
    free(arn);
    free(cluster_arn);
    free(instance_arn);
    return object;
}

static json_t *
describe(const struct ecs_view *view, const char *cluster, const char *given)
{
    const struct scheduled_task *own = ecs_task_find(view->call, cluster, given);

    if (own != NULL)
        return ecs_task_json(view->call, own);
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->tasks[i].cluster, cluster) == 0 &&
            ecs_arn_names(given, ECS_TASK, cluster, view->tasks[i].id))
            return task_to_json(view, &view->tasks[i]);
    return NULL;
}

json_t *
ecs_describe_tasks(struct aws_call *call)
{
    const json_t *names = ecs_names(call, "tasks", TASKS_MAX);

    return names == NULL ? NULL : ecs_describe(call, names, ECS_TASK, "tasks", describe);
}
