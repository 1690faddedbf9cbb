/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/task_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/scheduler/instances.h"
#include "net/digest.h"

#define LABEL_TASK_ARN "com.amazonaws.ecs.task-arn"
#define LABEL_CONTAINER "com.amazonaws.ecs.container-name"
#define LABEL_FAMILY "com.amazonaws.ecs.task-definition-family"
#define LABEL_REVISION "com.amazonaws.ecs.task-definition-version"
#define LABEL_CLUSTER "com.amazonaws.ecs.cluster"
#define LABEL_SERVICE "fairlead.service"
#define LABEL_ZONE "fairlead.zone"
#define LABEL_MANAGED "fairlead.managed"
#define LABEL_INSTANCE "fairlead.instance"
#define LABEL_DEPLOYMENT "fairlead.deployment"
#define LABEL_STARTED_BY "fairlead.started-by"
#define LABEL_GROUP "fairlead.group"

static void
put(json_t *labels, const char *name, const char *value)
{
    if (value != NULL)
        json_object_set_new(labels, name, json_string(value));
}

static void
put_definition(json_t *labels, const char *definition_id)
{
    const char *colon = strrchr(definition_id, ':');
    char *family = memory_copy_bytes(definition_id, (size_t)(colon - definition_id));

    put(labels, LABEL_FAMILY, family);
    put(labels, LABEL_REVISION, colon + 1);
    free(family);
}

char *
task_labels_service(const char *cluster, const char *service)
{
    return memory_print("%s/%s", cluster, service);
}

/* Users' own, which may not say otherwise, and ours. */
json_t *
task_labels_make(const struct task_container *container, const char *task_arn)
{
    const struct scheduled_task *task = container->task;
    json_t *own = json_object_get(container->definition, "dockerLabels");
    json_t *labels = own == NULL ? json_object() : json_copy(own);

    put(labels, LABEL_MANAGED, "1");
    put(labels, LABEL_TASK_ARN, task_arn);
    put(labels, LABEL_CONTAINER, container->name);
    put(labels, LABEL_CLUSTER, task->cluster);
    put(labels, LABEL_INSTANCE, task->instance->name);
    put(labels, LABEL_ZONE, task->instance->zone);
    put(labels, LABEL_DEPLOYMENT, task->deployment);
    put(labels, LABEL_STARTED_BY, task->started_by);
    put(labels, LABEL_GROUP, task->group);
    put_definition(labels, task->definition_id);
    if (task->service != NULL) {
        char *name = task_labels_service(task->cluster, task->service);
        put(labels, LABEL_SERVICE, name);
        free(name);
    }
    return labels;
}

static const char *
text_of(const json_t *labels, const char *name)
{
    const char *text = json_string_value(json_object_get(labels, name));

    return text == NULL || *text == '\0' ? NULL : text;
}

static bool
read_task_id(struct task_labels *labels, const char *arn)
{
    const char *slash = arn == NULL ? NULL : strrchr(arn, '/');

    if (slash == NULL || strlen(slash + 1) != TASK_ID_SIZE - 1 ||
        strspn(slash + 1, "0123456789abcdef") != TASK_ID_SIZE - 1)
        return false;
    snprintf(labels->task_id, sizeof(labels->task_id), "%s", slash + 1);
    return true;
}

bool
task_labels_read(struct task_labels *labels, const json_t *object)
{
    const char *family = text_of(object, LABEL_FAMILY);
    const char *revision = text_of(object, LABEL_REVISION);
    const char *service = text_of(object, LABEL_SERVICE);

    *labels = (struct task_labels){
        .cluster = text_of(object, LABEL_CLUSTER),
        .container = text_of(object, LABEL_CONTAINER),
        .instance = text_of(object, LABEL_INSTANCE),
        .deployment = text_of(object, LABEL_DEPLOYMENT),
        .started_by = text_of(object, LABEL_STARTED_BY),
        .group = text_of(object, LABEL_GROUP),
    };
    if (!read_task_id(labels, text_of(object, LABEL_TASK_ARN)) || labels->cluster == NULL ||
        labels->container == NULL || labels->instance == NULL || family == NULL ||
        revision == NULL)
        return false;
    if (service != NULL && labels->deployment != NULL) {
        const char *slash = strrchr(service, '/');
        labels->service = slash == NULL ? service : slash + 1;
    }
    labels->definition_id = memory_print("%s:%s", family, revision);
    return true;
}

void
task_labels_clear(struct task_labels *labels)
{
    free(labels->definition_id);
    labels->definition_id = NULL;
}

void
task_labels_make_instance_id(char id[33], const char *cluster, const char *name)
{
    char *seed = memory_print("container-instance\n%s\n%s", cluster, name);
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];

    digest_sha256(slice_of(seed), digest);
    digest_format(digest, text);
    memcpy(id, text, 32);
    id[32] = '\0';
    free(seed);
}
