/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_cluster_objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_account_settings.h"

const struct object *
ecs_cluster_object(const struct aws_call *call, const char *name)
{
    char *id = memory_print("cluster/%s", name);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

bool
ecs_cluster_is_made(const struct object *object)
{
    return object != NULL &&
           strcmp(json_string_value(json_object_get(object->document, "status")), "ACTIVE") ==
               0;
}

json_t *
ecs_cluster_new_document(const struct aws_call *call)
{
    return json_pack("{s:{}, s:s, s:[{s:s, s:s}], s:[], s:[], s:{}}", "settings", "status",
                     "ACTIVE", ECS_CLUSTER_SETTINGS, "name", "containerInsights", "value",
                     ecs_account_setting(call, "containerInsights"), "capacityProviders",
                     "defaultCapacityProviderStrategy", "tags");
}

void
ecs_cluster_put(struct aws_call *call, const char *name, json_t *document)
{
    char *id = memory_print("cluster/%s", name);

    if (aws_edit_find(call, id) == NULL)
        object_edit_create(call->edit, OBJECT_CLUSTER, id, call->caller_name, document);
    else
        object_edit_change(call->edit, id, document);
    free(id);
}

json_t *
ecs_cluster_document(const struct aws_call *call, const char *name)
{
    const struct object *object = ecs_cluster_object(call, name);

    return ecs_cluster_is_made(object) ? aws_edit_document(object)
                                       : ecs_cluster_new_document(call);
}
