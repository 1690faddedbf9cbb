/* SPDX-License-Identifier: Apache-2.0 */
/* Task definitions are registered, deregistered and deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/ecs/ecs_task_definitions.h"
#include "control/scheduler/cluster_query.h"
#include "model/task_definition.h"

#define FAULT "ClientException"
#define DELETED_MOST 10 /* of a call */

/* What is answered of one is as the call leaves it. */
static json_t *
answer_with(const struct aws_call *call, const char *id)
{
    return ecs_task_definition_to_json(call, aws_edit_find(call, id));
}

/* The family's next revision: no number is given twice, whatever was deleted. */
static json_int_t
next_revision(struct aws_call *call, const char *family)
{
    char *id = memory_print("task-family/%s", family);
    const struct object *known = aws_edit_find(call, id);
    json_int_t next = 1;

    if (known != NULL)
        next += json_integer_value(json_object_get(known->document, "last"));
    json_t *document = json_pack("{s:{}, s:I}", "settings", "last", next);
    if (known == NULL)
        object_edit_create(call->edit, OBJECT_TASK_FAMILY, id, call->caller_name, document);
    else
        object_edit_change(call->edit, id, document);
    free(id);
    return next;
}

static bool
names_it(const json_t *document, const char *name)
{
    const char *own = json_string_value(json_object_get(document, "taskDefinition"));
    const json_t *deployment;
    size_t index;

    if (own != NULL && strcmp(own, name) == 0)
        return true;
    json_array_foreach (json_object_get(document, "deployments"), index, deployment) {
        own = json_string_value(json_object_get(deployment, "taskDefinition"));
        if (own != NULL && strcmp(own, name) == 0)
            return true;
    }
    return false;
}

/* Whether a service or task goes on with it. */
static bool
is_used(const struct aws_call *call, const struct object *definition)
{
    const char *name = strchr(definition->id, '/') + 1;

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        const char *status = json_string_value(json_object_get(object->document, "status"));
        if ((object->kind == OBJECT_SERVICE || object->kind == OBJECT_TASK) &&
            (status == NULL || strcmp(status, ECS_INACTIVE) != 0) &&
            names_it(object->document, name))
            return true;
    }
    return false;
}

/* Those that were deleted go, once nothing uses them. */
static void
sweep(struct aws_call *call)
{
    for (size_t i = aws_edit_count(call); i > 0; i--) {
        const struct object *object = aws_edit_at(call, i - 1);
        if (object->kind == OBJECT_TASK_DEFINITION &&
            strcmp(ecs_task_definition_status(object), ECS_DELETE_IN_PROGRESS) == 0 &&
            !is_used(call, object))
            object_edit_delete(call->edit, object->id);
    }
}

static json_t *
new_document(struct aws_call *call, json_t *tags)
{
    json_t *given = json_copy((json_t *)(uintptr_t)call->input);
    char *by = memory_print("arn:aws:iam::" AWS_ACCOUNT ":user/%s", call->caller_name);

    json_object_del(given, "tags");
    json_t *definition = task_definition_complete(given);
    json_object_set_new(definition, "revision",
                        json_integer(next_revision(call, aws_text(call, "family"))));
    json_t *document =
        json_pack("{s:{}, s:o, s:s, s:s, s:o}", "settings", "definition", definition, "status",
                  ECS_ACTIVE, "registeredBy", by, "tags", tags);
    json_decref(given);
    free(by);
    return document;
}

static json_t *
add(struct aws_call *call, json_t *tags)
{
    json_t *document = new_document(call, tags);
    char *id = memory_print(ECS_TASK_DEFINITION "/%s:%lld", aws_text(call, "family"),
                            (long long)json_integer_value(json_object_get(
                                json_object_get(document, "definition"), "revision")));

    object_edit_create(call->edit, OBJECT_TASK_DEFINITION, id, call->caller_name, document);
    json_t *output = json_pack("{s:o}", "taskDefinition", answer_with(call, id));
    if (json_object_size(tags) > 0)
        json_object_set_new(output, "tags", ecs_tag_list_of(document));
    free(id);
    return output;
}

/* Whether its placement constraints can be read; else the call has failed. */
static bool
has_expressions(struct aws_call *call)
{
    const json_t *constraint;
    size_t index;

    json_array_foreach (json_object_get(call->input, "placementConstraints"), index,
                        constraint) {
        char *error = NULL;
        struct cluster_query *query = cluster_query_read(
            json_string_value(json_object_get(constraint, "expression")), &error);
        if (query == NULL)
            aws_fail(call, FAULT, "Invalid placement constraint: %s", error);
        cluster_query_free(&query);
        free(error);
    }
    return call->error_code == NULL;
}

json_t *
ecs_register_task_definition(struct aws_call *call)
{
    char *fault = task_definition_fault(call->input, call->parts->config->api_allow,
                                        call->parts->config->api_allow_count);

    if (fault != NULL)
        aws_fail(call, FAULT, "%s", fault);
    free(fault);
    json_t *tags =
        call->error_code == NULL && has_expressions(call) ? ecs_tag_list_read(call) : NULL;
    if (tags == NULL)
        return NULL;
    sweep(call);
    return add(call, tags);
}

/* Notes the status and when it became so. */
static void
set_status(struct aws_call *call, const struct object *object, const char *status,
           const char *since)
{
    json_t *document = aws_edit_document(object);
    char now[CLOCK_ISO_SIZE];

    clock_format_iso(now, clock_wall_us());
    json_object_set_new(document, "status", json_string(status));
    json_object_set_new(document, since, json_string(now));
    object_edit_change(call->edit, object->id, document);
}

/* Services and tasks go on with one that is INACTIVE. */
json_t *
ecs_deregister_task_definition(struct aws_call *call)
{
    const char *given = aws_text(call, "taskDefinition");
    const struct object *object = ecs_task_definition_find(call, given);

    if (!ecs_task_definition_is_exact(given))
        return aws_fail(call, FAULT,
                        "The task definition must be named with its revision: "
                        "family:revision, or its ARN.");
    if (object == NULL)
        return aws_fail(call, FAULT, "The specified task definition does not exist.");
    char *id = memory_copy_text(object->id);
    if (strcmp(ecs_task_definition_status(object), ECS_ACTIVE) == 0)
        set_status(call, object, ECS_INACTIVE, "deregisteredAt");
    json_t *output = json_pack("{s:o}", "taskDefinition", answer_with(call, id));
    free(id);
    return output;
}

/* Why it cannot be deleted; NULL: it can. */
static const char *
why_not(const struct object *object, const char *given)
{
    if (object == NULL || !ecs_task_definition_is_exact(given))
        return "The specified task definition does not exist. Specify a valid account, family, "
               "revision and try again.";
    if (strcmp(ecs_task_definition_status(object), ECS_ACTIVE) == 0)
        return "The specified task definition is still in ACTIVE status. Please deregister the "
               "target and try again.";
    return NULL;
}

static void
delete_one(struct aws_call *call, const char *given, json_t *deleted, json_t *failures)
{
    const struct object *object = ecs_task_definition_find(call, given);
    const char *reason = why_not(object, given);

    if (reason != NULL) {
        json_array_append_new(failures,
                              json_pack("{s:s, s:s}", "arn", given, "reason", reason));
        return;
    }
    char *id = memory_copy_text(object->id);
    if (strcmp(ecs_task_definition_status(object), ECS_DELETE_IN_PROGRESS) != 0)
        set_status(call, object, ECS_DELETE_IN_PROGRESS, "deleteRequestedAt");
    json_array_append_new(deleted, answer_with(call, id));
    free(id);
}

json_t *
ecs_delete_task_definitions(struct aws_call *call)
{
    const json_t *names = json_object_get(call->input, "taskDefinitions"), *name;
    json_t *deleted = json_array(), *failures = json_array();
    size_t index;

    if (json_array_size(names) < 1 || json_array_size(names) > DELETED_MOST)
        aws_fail(call, "InvalidParameterException",
                 "From 1 to %d task definitions can be deleted at once", DELETED_MOST);
    else
        sweep(call);
    json_array_foreach (names, index, name)
        if (call->error_code == NULL)
            delete_one(call, json_string_value(name), deleted, failures);
    return json_pack("{s:o, s:o}", "taskDefinitions", deleted, "failures", failures);
}
