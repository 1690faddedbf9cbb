/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_definition.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/ecs/ecs_task_definitions.h"
#include "model/task_definition.h"

#define ARN_PART ":task-definition/"

char *
ecs_definition_arn(const struct aws_call *call, const char *definition_id)
{
    return memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ARN_PART "%s", call->region,
                        definition_id);
}

char *
ecs_definition_id(const json_t *definition)
{
    return memory_print("%s:%lld", json_string_value(json_object_get(definition, "family")),
                        json_integer_value(json_object_get(definition, "revision")));
}

const json_t *
ecs_definition_container(const json_t *definition, const char *name)
{
    const json_t *container;
    size_t index;

    json_array_foreach (json_object_get(definition, "containerDefinitions"), index, container)
        if (strcmp(json_string_value(json_object_get(container, "name")), name) == 0)
            return container;
    return NULL;
}

/* What was permitted when it was registered may not be any more. */
static const json_t *
permitted(struct aws_call *call, const json_t *definition)
{
    char *fault = task_definition_reach_fault(definition, call->parts->config->api_allow,
                                              call->parts->config->api_allow_count);

    if (fault != NULL)
        aws_fail(call, "ClientException", "%s", fault);
    free(fault);
    return call->error_code == NULL ? definition : NULL;
}

const json_t *
ecs_definition_find(struct aws_call *call, const char *given)
{
    const struct object *object = ecs_task_definition_find(call, given);

    if (object == NULL)
        return aws_fail(call, "ClientException", "TaskDefinition not found.");
    if (strcmp(ecs_task_definition_status(object), ECS_ACTIVE) != 0)
        return aws_fail(call, "ClientException", "TaskDefinition is inactive");
    return permitted(call, json_object_get(object->document, "definition"));
}
