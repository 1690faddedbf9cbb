/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_task_tags.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_service_json.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/ecs/ecs_task_definitions.h"

#define PROPAGATE "propagateTags"

static const json_t *
document_of(const struct object *object)
{
    return object == NULL ? NULL : object->document;
}

static const json_t *
own_document(const struct aws_call *call, const struct scheduled_task *task)
{
    char *id = memory_print("task/%s/%s", task->cluster, task->id);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return document_of(object);
}

const json_t *
ecs_task_tags_document(const struct aws_call *call, const struct scheduled_task *task)
{
    if (task->service == NULL)
        return own_document(call, task);
    const json_t *service = ecs_service_document(call, task->cluster, task->service, true);
    const char *from =
        json_string_value(json_object_get(json_object_get(service, "given"), PROPAGATE));
    if (from == NULL || strcmp(from, "NONE") == 0)
        return NULL;
    return strcmp(from, "SERVICE") == 0
               ? service
               : document_of(ecs_task_definition_find(call, task->definition_id));
}

/* The call's own win. */
json_t *
ecs_task_tags_read(struct aws_call *call, const char *definition_id)
{
    const char *from = aws_text(call, PROPAGATE);
    json_t *given = ecs_tag_list_read(call);

    if (from != NULL && strcmp(from, "SERVICE") == 0)
        aws_fail(call, "InvalidParameterException",
                 "propagateTags SERVICE is not possible: the task is of no service");
    if (given != NULL && from != NULL && strcmp(from, "TASK_DEFINITION") == 0)
        json_object_update_missing(
            given, json_object_get(document_of(ecs_task_definition_find(call, definition_id)),
                                   "tags"));
    if (given != NULL && ecs_tag_list_fits(call, given))
        return given;
    json_decref(given);
    return NULL;
}
