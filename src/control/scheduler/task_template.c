/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/task_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/docker/docker_secrets.h"
#include "control/docker/docker_template.h"
#include "control/scheduler/instances.h"
#include "control/scheduler/task_labels.h"
#include "model/config_engines.h"

const struct task_container *
task_template_other(const struct task_container *container, const json_t *element)
{
    const char *text = json_is_string(element)
                           ? json_string_value(element)
                           : json_string_value(json_object_get(element, "sourceContainer"));

    if (text == NULL)
        return NULL;
    char *name = memory_copy_bytes(text, strcspn(text, ":"));
    const struct task_container *other = scheduled_task_find(container->task, name);
    free(name);
    return other;
}

static json_t *
ids_of(const struct scheduled_task *task)
{
    json_t *ids = json_object();

    for (size_t i = 0; i < task->container_count; i++)
        if (*task->containers[i]->id != '\0')
            json_object_set_new(ids, task->containers[i]->name,
                                json_string(task->containers[i]->id));
    return ids;
}

static char *
arn_of(const struct scheduled_task *task)
{
    return memory_print("arn:aws:ecs:us-east-1:000000000000:task/%s/%s", task->cluster,
                        task->id);
}

static struct docker_template
template_of(const struct scheduled_task *task, const char *arn)
{
    return (struct docker_template){
        .definition = task->definition,
        .cluster = task->cluster,
        .task_arn = arn,
        .deployment = task->deployment,
        .zone = task->instance->zone,
    };
}

json_t *
task_template_body(const struct task_container *container, const struct config *config,
                   char **error)
{
    const struct scheduled_task *task = container->task;
    json_t *secrets =
        docker_secrets_read(config->api_secrets_dir, container->definition, error);

    if (secrets == NULL)
        return NULL;
    json_t *ids = ids_of(task);
    char *arn = arn_of(task);
    struct docker_template what = template_of(task, arn);
    what.container = container->definition;
    what.secrets = secrets;
    what.ids = ids;
    what.bind_address = config_bind_address(config, task->instance->engine->endpoint);
    json_t *body = docker_template_body(&what);
    json_t *labels = task_labels_make(container, arn);
    json_object_update(json_object_get(body, "Labels"), labels);
    json_decref(labels);
    json_decref(ids);
    json_decref(secrets);
    free(arn);
    return body;
}

char *
task_template_name(const struct task_container *container)
{
    struct docker_template what = template_of(container->task, "");
    char digits[9];

    what.container = container->definition;
    snprintf(digits, sizeof(digits), "%.8s", container->task->id);
    return docker_template_name(&what, (uint32_t)strtoul(digits, NULL, 16));
}

static json_t *
volumes_of(const struct scheduled_task *task,
           json_t *(*make)(const struct docker_template *what))
{
    char *arn = arn_of(task);
    struct docker_template what = template_of(task, arn);
    json_t *volumes = make(&what);

    free(arn);
    return volumes;
}

json_t *
task_template_volumes(const struct scheduled_task *task)
{
    return volumes_of(task, docker_template_volumes);
}

json_t *
task_template_own_volumes(const struct scheduled_task *task)
{
    return volumes_of(task, docker_template_own_volumes);
}
