/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services are made, changed and deleted. What is wanted is written here; the scheduler brings
 * it about.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/ecs/ecs_service_input.h"
#include "control/ecs/ecs_service_json.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/ecs/ecs_view.h"
#include "control/scheduler/service_document.h"
#include "model/config.h"

#define INVALID "InvalidParameterException"
#define NAME_MOST 255
#define DESIRED_MOST 10000

/* The cluster of the call; NULL: there is none, and it has failed. To free(). */
static char *
cluster_of(struct aws_call *call)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    char *cluster = memory_copy_text(ecs_view_cluster(&view, call));
    ecs_view_clear(&view);
    return cluster;
}

static bool
is_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(name);

    return length > 0 && length <= NAME_MOST && strspn(name, allowed) == length;
}

/* Answered as DescribeServices has it, alone. */
static json_t *
answer_with(struct aws_call *call, const char *cluster, const char *name)
{
    call->follow_one = "service";
    return aws_edit_answer(call, OPERATION_ECS_DescribeServices,
                           json_pack("{s:s, s:[s], s:[s]}", "cluster", cluster, "services",
                                     name, "include", "TAGS"));
}

static void
delete_bindings(struct aws_call *call, const char *cluster, const char *name)
{
    bool is_there = true;

    for (size_t i = 0; is_there; i++) {
        char *id = service_document_binding_id(cluster, name, i);
        is_there = object_edit_find(call->edit, id) != NULL;
        if (is_there)
            object_edit_delete(call->edit, id);
        free(id);
    }
}

/* An element of the configuration's "services" for each target group, so that the registry
 * makes targets of its tasks as of anybody's. */
static void
make_bindings(struct aws_call *call, const char *cluster, const char *name, const json_t *given)
{
    const json_t *list = json_object_get(given, "loadBalancers"), *one;
    size_t index;

    json_array_foreach (list, index, one) {
        const struct config_target_group *group = elbv2_arn_look_for_group(
            call, json_string_value(json_object_get(one, "targetGroupArn")));
        char *id = service_document_binding_id(cluster, name, index);
        object_edit_create(
            call->edit, OBJECT_SERVICE_BINDING, id, call->caller_name,
            json_pack("{s:o}", "settings",
                      service_document_binding(cluster, name, group->name, one)));
        free(id);
    }
}

static json_int_t
desired_of(struct aws_call *call, const json_t *given, json_int_t otherwise)
{
    const json_t *desired = json_object_get(call->input, "desiredCount");
    const char *strategy = json_string_value(json_object_get(given, "schedulingStrategy"));
    bool is_daemon = strategy != NULL && strcmp(strategy, "DAEMON") == 0;
    json_int_t count = desired == NULL ? otherwise : json_integer_value(desired);

    if (is_daemon && desired != NULL)
        aws_fail(call, INVALID,
                 "The daemon scheduling strategy does not support a desired count for "
                 "services. Remove the desired count value and try again.");
    else if (!is_daemon && count < 0)
        aws_fail(call, INVALID,
                 desired == NULL ? "Desired count cannot be empty."
                                 : "Desired count cannot be negative.");
    else if (count > DESIRED_MOST)
        aws_fail(call, INVALID, "Desired count can be %d at most here", DESIRED_MOST);
    return is_daemon ? 0 : count;
}

static json_t *
new_document(struct aws_call *call, const char *cluster, const char *name)
{
    const char *wanted = aws_text(call, "taskDefinition");
    json_t *given = ecs_service_input_given(call, NULL);
    const json_t *definition = NULL;
    json_int_t desired = desired_of(call, given, -1);

    if (call->error_code == NULL && wanted == NULL)
        aws_fail(call, INVALID, "TaskDefinition can not be blank.");
    if (call->error_code == NULL)
        definition = ecs_definition_find(call, wanted);
    if (definition == NULL || !ecs_service_input_is_sound(call, given, definition)) {
        json_decref(given);
        return NULL;
    }
    json_t *tags = ecs_tag_list_read(call);
    if (tags == NULL) {
        json_decref(given);
        return NULL;
    }
    char *id = ecs_definition_id(definition);
    json_t *document = service_document_new(cluster, name, id, desired, given);
    json_object_set_new(document, "tags", tags);
    json_object_set_new(document, "createdBy", json_string(call->caller_name));
    json_object_set(document, "clientToken", json_object_get(call->input, "clientToken"));
    free(id);
    return document;
}

static bool
is_same(const json_t *one, const json_t *other)
{
    static const char *const members[] = {"given", "desiredCount", "taskDefinition", "tags"};

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        if (!json_equal(json_object_get(one, members[i]), json_object_get(other, members[i])))
            return false;
    return true;
}

/* The same call once more is answered with what is there. */
static json_t *
meet(struct aws_call *call, const json_t *there, const json_t *document)
{
    const char *cluster = service_document_text(there, "cluster");
    const char *name = service_document_text(there, "name");

    if (!service_document_is_active(there))
        return aws_fail(call, INVALID, "Unable to Start a service that is still Draining.");
    if (!is_same(there, document))
        return aws_fail(call, INVALID, "Creation of service was not idempotent.");
    return answer_with(call, cluster, name);
}

static json_t *
create(struct aws_call *call, const char *cluster, const char *name)
{
    const json_t *there = ecs_service_document(call, cluster, name, false);
    json_t *document = new_document(call, cluster, name);

    if (document == NULL)
        return NULL;
    if (there != NULL) {
        meet(call, there, document);
        json_decref(document);
        return NULL;
    }
    char *id = service_document_id(cluster, name);
    make_bindings(call, cluster, name, json_object_get(document, "given"));
    object_edit_create(call->edit, OBJECT_SERVICE, id, call->caller_name, document);
    free(id);
    return answer_with(call, cluster, name);
}

json_t *
ecs_create_service(struct aws_call *call)
{
    const char *name = aws_text(call, "serviceName");
    char *cluster = cluster_of(call);

    if (cluster != NULL && !is_name(name))
        aws_fail(call, INVALID,
                 "Service name must have 1 to %d letters, digits, hyphens and underscores",
                 NAME_MOST);
    else if (cluster != NULL && ecs_service_is_free(call, name))
        create(call, cluster, name);
    free(cluster);
    return NULL;
}

/* The document of the ACTIVE service that the call names; NULL: it has failed. */
static const json_t *
find_active(struct aws_call *call, const char *cluster)
{
    const json_t *document =
        ecs_service_document(call, cluster, aws_text(call, "service"), true);

    if (document == NULL && ecs_service_is_free(call, aws_text(call, "service")))
        aws_fail(call, "ServiceNotFoundException", "Service not found.");
    else if (document != NULL && !service_document_is_active(document))
        aws_fail(call, "ServiceNotActiveException", "Service was not ACTIVE.");
    return call->error_code == NULL ? document : NULL;
}

/* Members that tasks are made by: a change of one of them needs new tasks. */
static bool
needs_deployment(const struct aws_call *call, const json_t *before, const json_t *after)
{
    static const char *const members[] = {"loadBalancers", "capacityProviderStrategy",
                                          "enableExecuteCommand", "propagateTags"};

    if (json_is_true(json_object_get(call->input, "forceNewDeployment")))
        return true;
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const json_t *old = json_object_get(before, members[i]);
        const json_t *now = json_object_get(after, members[i]);
        if (now != NULL && !(old == NULL ? json_is_false(now) || json_array_size(now) == 0
                                         : json_equal(old, now)))
            return true;
    }
    return false;
}

static void
put_bindings(struct aws_call *call, const json_t *document, const json_t *given)
{
    const char *cluster = service_document_text(document, "cluster");
    const char *name = service_document_text(document, "name");

    if (json_equal(service_document_given(document, "loadBalancers"),
                   json_object_get(given, "loadBalancers")))
        return;
    delete_bindings(call, cluster, name);
    make_bindings(call, cluster, name, given);
}

/* Takes given. */
static json_t *
change(struct aws_call *call, const json_t *before, json_t *given, const char *definition_id)
{
    json_t *document = json_deep_copy(before);
    bool is_other = strcmp(service_document_text(before, "taskDefinition"), definition_id) != 0;
    json_int_t desired =
        desired_of(call, given, json_integer_value(json_object_get(before, "desiredCount")));

    json_object_set_new(document, "desiredCount", json_integer(desired));
    if (is_other || needs_deployment(call, json_object_get(before, "given"), given))
        service_document_deploy(document, definition_id, NULL);
    json_object_set_new(document, "given", given);
    return document;
}

/* A service goes on with a definition that is INACTIVE, unless it is to have another one. */
static const json_t *
definition_for(struct aws_call *call, const json_t *document)
{
    const char *wanted = aws_text(call, "taskDefinition");

    if (wanted != NULL)
        return ecs_definition_find(call, wanted);
    char *id =
        memory_print("task-definition/%s", service_document_text(document, "taskDefinition"));
    const struct object *object = aws_edit_find(call, id);
    free(id);
    return object == NULL ? NULL : json_object_get(object->document, "definition");
}

static void
update(struct aws_call *call, const json_t *before)
{
    const json_t *definition = definition_for(call, before);
    json_t *given = NULL;

    if (call->error_code == NULL)
        given = ecs_service_input_given(call, json_object_get(before, "given"));
    if (given == NULL || !ecs_service_input_is_sound(call, given, definition)) {
        json_decref(given);
        return;
    }
    char *definition_id = ecs_definition_id(definition);
    char *id = service_document_id(service_document_text(before, "cluster"),
                                   service_document_text(before, "name"));
    put_bindings(call, before, given);
    json_t *document = change(call, before, given, definition_id);
    answer_with(call, service_document_text(before, "cluster"),
                service_document_text(before, "name"));
    object_edit_change(call->edit, id, document);
    free(definition_id);
    free(id);
}

json_t *
ecs_update_service(struct aws_call *call)
{
    char *cluster = cluster_of(call);
    const json_t *document = cluster == NULL ? NULL : find_active(call, cluster);

    if (document != NULL)
        update(call, document);
    free(cluster);
    return NULL;
}

static void
drain(struct aws_call *call, const json_t *before)
{
    bool is_forced = json_is_true(json_object_get(call->input, "force"));
    json_t *document = json_deep_copy(before);
    char *cluster = memory_copy_text(service_document_text(before, "cluster"));
    char *name = memory_copy_text(service_document_text(before, "name"));

    if (!is_forced && !service_document_is_daemon(before) &&
        json_integer_value(json_object_get(before, "desiredCount")) > 0) {
        aws_fail(call, INVALID, "The service cannot be stopped while it is scaled above 0.");
        json_decref(document);
    } else {
        char *id = service_document_id(cluster, name);
        service_document_drain(document);
        object_edit_change(call->edit, id, document);
        answer_with(call, cluster, name);
        free(id);
    }
    free(cluster);
    free(name);
}

/* One that is DRAINING already is no mistake. */
json_t *
ecs_delete_service(struct aws_call *call)
{
    char *cluster = cluster_of(call);
    const json_t *document =
        cluster == NULL ? NULL
                        : ecs_service_document(call, cluster, aws_text(call, "service"), true);

    if (cluster != NULL && document == NULL &&
        ecs_service_is_free(call, aws_text(call, "service")))
        aws_fail(call, "ServiceNotFoundException", "Service not found.");
    else if (document != NULL && service_document_is_active(document))
        drain(call, document);
    else if (document != NULL)
        answer_with(call, cluster, service_document_text(document, "name"));
    free(cluster);
    return NULL;
}
