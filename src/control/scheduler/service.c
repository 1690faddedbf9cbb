/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"

struct service *
service_new(const struct object *object)
{
    struct service *service = memory_take(1, sizeof(*service));

    service->id = memory_copy_text(object->id);
    service->cluster = memory_copy_text(service_document_text(object->document, "cluster"));
    service->name = memory_copy_text(service_document_text(object->document, "name"));
    LIST_INIT(&service->tasks);
    service_follow(service, object);
    return service;
}

void
service_free(struct service **service)
{
    struct service *freed = *service;

    *service = NULL;
    if (freed == NULL)
        return;
    service_events_clear(&freed->events);
    placement_rules_free(&freed->placement);
    json_decref(freed->document);
    free(freed->unplaced);
    free(freed->last_failure);
    free(freed->id);
    free(freed->cluster);
    free(freed->name);
    free(freed);
}

/* Another PRIMARY deployment begins without the failures of the one before. */
static void
follow_deployment(struct service *service)
{
    const char *id = service_document_text(service_document_primary(service->document), "id");

    if (strcmp(service->deployment, id) == 0)
        return;
    snprintf(service->deployment, sizeof(service->deployment), "%s", id);
    service->breaker = (struct breaker){.failures = 0};
    service->failed_tasks = 0;
    free(service->last_failure);
    service->last_failure = NULL;
    service->is_steady = service->is_completion_told = service->is_failure_told = false;
    service->is_told_of_failures = false;
    free(service->unplaced);
    service->unplaced = NULL;
}

void
service_follow(struct service *service, const struct object *object)
{
    json_t *document = json_deep_copy(object->document);
    bool is_resized =
        service->document != NULL &&
        json_integer_value(json_object_get(document, "desiredCount")) !=
            json_integer_value(json_object_get(service->document, "desiredCount"));

    json_decref(service->document);
    service->document = document;
    service->revision = object->revision;
    service->is_steady = service->is_steady && !is_resized;
    placement_rules_free(&service->placement);
    follow_deployment(service);
}

/* Both were judged when they came. */
const struct placement_rules *
service_placement(struct service *service, const json_t *definition)
{
    if (service->placement != NULL)
        return service->placement;
    service->placement = placement_rules_read(
        service_document_given(service->document, "placementConstraints"),
        service_document_given(service->document, "placementStrategy"), NULL);
    CHECK(service->placement != NULL);
    placement_rules_add(service->placement, json_object_get(definition, "placementConstraints"),
                        NULL);
    return service->placement;
}

unsigned
service_desired(const struct service *service)
{
    if (service_document_is_daemon(service->document))
        return service->daemon_desired;
    return (unsigned)json_integer_value(json_object_get(service->document, "desiredCount"));
}

struct service_counts
service_count(const struct service *service, const char *deployment)
{
    struct service_counts counts = {0};
    const struct scheduled_task *task;

    LIST_FOREACH (task, &service->tasks, of_service) {
        if (task->is_lost ||
            (deployment != NULL && !text_is_same(task->deployment, deployment)))
            continue;
        counts.running += task->life == LIFE_RUNNING;
        counts.pending += task->life < LIFE_RUNNING;
    }
    return counts;
}
