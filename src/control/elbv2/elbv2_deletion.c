/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_deletion.h"

#include <stdlib.h>
#include <string.h>

#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_attributes.h"
#include "model/config.h"

static const struct config_service *
find_user(const struct config *config, const char *group)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (strcmp(config->services[i].target_group, group) == 0)
            return &config->services[i];
    return NULL;
}

void
elbv2_remove_group(struct aws_call *call, const struct config_target_group *group,
                   const struct object *object, const char *named)
{
    const struct config *config = call->parts->config;
    const struct config_service *user = find_user(config, group->name);

    if (config_group_is_used(config, group->name)) {
        aws_fail(call, "ResourceInUse",
                 "Target group '%s' is currently in use by a listener or a rule", named);
    } else if (user != NULL) {
        char *place = config_place_text(config, &user->places->own);
        aws_fail(call, "ResourceInUse",
                 "Target group '%s' is currently in use by service %s (%s)", named, user->name,
                 place);
        free(place);
    } else {
        object_edit_delete(call->edit, object->id);
    }
}

static void
delete_listeners(struct aws_call *call, size_t balancer)
{
    const struct config *config = call->parts->config;

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        const struct object *object = config_balancer_index(config, listener) == balancer
                                          ? aws_edit_object(call, listener->places)
                                          : NULL;
        if (object != NULL)
            elbv2_remove_listener(call, listener, object);
    }
}

void
elbv2_remove_listener(struct aws_call *call, const struct config_listener *listener,
                      const struct object *object)
{
    for (size_t i = 0; i < listener->rule_count; i++) {
        const struct object *rule = aws_edit_object(call, listener->rules[i].places);
        if (rule != NULL)
            object_edit_delete(call->edit, rule->id);
    }
    object_edit_delete(call->edit, object->id);
}

void
elbv2_remove_balancer(struct aws_call *call, size_t index, const struct object *object,
                      const char *named)
{
    const char *guard = json_string_value(json_object_get(
        json_object_get(object->document, "extras"), ELBV2_DELETION_PROTECTION));

    if (guard != NULL && strcmp(guard, "true") == 0) {
        aws_fail(call, "OperationNotPermitted",
                 "Load balancer '%s' cannot be deleted because deletion protection is enabled",
                 named);
        return;
    }
    delete_listeners(call, index);
    object_edit_delete(call->edit, object->id);
}
