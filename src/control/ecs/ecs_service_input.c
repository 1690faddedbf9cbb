/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_service_input.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/elbv2/elbv2_association.h"
#include "control/scheduler/placement.h"

#define INVALID "InvalidParameterException"
#define UNSUPPORTED "UnsupportedFeatureException"
#define LOAD_BALANCERS_MOST 5

/* Told as they were given. */
static const char *const kept[] = {
    "loadBalancers",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "role",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
};

/* What needs things that are not here; empty they are no mistake. */
static const struct {
    const char *member, *why;
} unsupported[] = {
    {"serviceRegistries", "service registries are not supported here: use a target group"},
    {"volumeConfigurations", "volumes that are configured at launch are not supported here"},
    {"vpcLatticeConfigurations", "VPC Lattice is not supported here: use a target group"},
};

static bool
is_empty(const json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_array(value) && json_array_size(value) == 0) ||
           (json_is_object(value) && json_object_size(value) == 0);
}

static bool
refuse_unsupported(struct aws_call *call)
{
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(*unsupported); i++)
        if (!is_empty(json_object_get(call->input, unsupported[i].member)))
            aws_fail(call, UNSUPPORTED, "%s", unsupported[i].why);
    if (json_is_true(json_object_get(
            json_object_get(call->input, "serviceConnectConfiguration"), "enabled")))
        aws_fail(call, UNSUPPORTED, "Service Connect is not supported here");
    if (!is_empty(json_object_get(json_object_get(call->input, "networkConfiguration"),
                                  "awsvpcConfiguration")))
        aws_fail(call, INVALID,
                 "Network Configuration is not valid for the given networkMode of this task "
                 "definition.");
    return call->error_code == NULL;
}

json_t *
ecs_service_input_given(struct aws_call *call, const json_t *before)
{
    json_t *given = before == NULL ? json_object() : json_deep_copy(before);

    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
        json_t *value = json_object_get(call->input, kept[i]);
        if (value != NULL && !json_is_null(value))
            json_object_set_new(given, kept[i], json_deep_copy(value));
    }
    if (refuse_unsupported(call))
        return given;
    json_decref(given);
    return NULL;
}

static bool
has_port(const json_t *container, json_int_t port)
{
    const json_t *mapping;
    size_t index;

    json_array_foreach (json_object_get(container, "portMappings"), index, mapping)
        if (json_integer_value(json_object_get(mapping, "containerPort")) == port)
            return true;
    return false;
}

static void
check_group(struct aws_call *call, const char *arn)
{
    const struct config *config = call->parts->config;
    const struct config_target_group *group = elbv2_arn_look_for_group(call, arn);

    if (group == NULL) {
        aws_fail(call, INVALID, "The specified target group does not exist. %.256s", arn);
        return;
    }
    for (size_t i = 0; i < config_balancer_count(config); i++)
        if (elbv2_group_is_of(config, group->name, i))
            return;
    aws_fail(call, INVALID,
             "The target group with targetGroupArn %.256s does not have an associated load "
             "balancer.",
             arn);
}

static void
check_load_balancer(struct aws_call *call, const json_t *given, const json_t *definition)
{
    const char *arn = json_string_value(json_object_get(given, "targetGroupArn"));
    const char *name = json_string_value(json_object_get(given, "containerName"));
    const json_t *port = json_object_get(given, "containerPort");

    if (json_object_get(given, "loadBalancerName") != NULL)
        aws_fail(call, INVALID,
                 "Classic load balancers are not supported here: give a targetGroupArn");
    else if (arn == NULL || name == NULL || port == NULL)
        aws_fail(call, INVALID,
                 "A load balancer needs targetGroupArn, containerName and containerPort");
    if (call->error_code != NULL)
        return;
    check_group(call, arn);
    const json_t *container = ecs_definition_container(definition, name);
    if (container == NULL)
        aws_fail(call, INVALID, "The container %.255s does not exist in the task definition.",
                 name);
    else if (!has_port(container, json_integer_value(port)))
        aws_fail(call, INVALID,
                 "The container %.255s did not have a container port %lld defined.", name,
                 json_integer_value(port));
}

static void
check_load_balancers(struct aws_call *call, const json_t *given, const json_t *definition)
{
    const json_t *list = json_object_get(given, "loadBalancers"), *one;
    size_t index;

    if (json_array_size(list) > LOAD_BALANCERS_MOST)
        aws_fail(call, INVALID, "A service may have %d target groups at most",
                 LOAD_BALANCERS_MOST);
    json_array_foreach (list, index, one)
        check_load_balancer(call, one, definition);
    if (json_object_get(given, "healthCheckGracePeriodSeconds") != NULL &&
        json_array_size(list) == 0)
        aws_fail(call, INVALID,
                 "Health check grace period is only valid for services configured to use load "
                 "balancers");
}

static bool
is_word(const json_t *value, const char *word)
{
    const char *text = json_string_value(value);

    return text != NULL && strcmp(text, word) == 0;
}

static void
check_kind(struct aws_call *call, const json_t *given)
{
    const json_t *launch_type = json_object_get(given, "launchType");
    const json_t *controller =
        json_object_get(json_object_get(given, "deploymentController"), "type");

    if (is_word(launch_type, "FARGATE"))
        aws_fail(call, UNSUPPORTED,
                 "Fargate is not supported here: tasks run on container instances (EC2)");
    if (controller != NULL && !is_word(controller, "ECS"))
        aws_fail(call, UNSUPPORTED, "The deployment controller %s is not supported here: ECS",
                 json_string_value(controller));
    if (launch_type != NULL && !is_empty(json_object_get(given, "capacityProviderStrategy")))
        aws_fail(call, INVALID,
                 "Specifying both a launch type and capacity provider strategy is not "
                 "supported. Remove one and try again.");
}

static void
check_percents(struct aws_call *call, const json_t *configuration, bool is_daemon)
{
    const json_t *least = json_object_get(configuration, "minimumHealthyPercent");
    const json_t *most = json_object_get(configuration, "maximumPercent");
    json_int_t minimum = least == NULL ? (is_daemon ? 0 : 100) : json_integer_value(least);
    json_int_t maximum = most == NULL ? (is_daemon ? 100 : 200) : json_integer_value(most);

    if (minimum < 0 || minimum > 100)
        aws_fail(call, INVALID, "minimumHealthyPercent must be 0 to 100");
    else if (maximum < 100 || maximum > 200000)
        aws_fail(call, INVALID, "maximumPercent must be 100 to 200000");
}

static void
check_deployment(struct aws_call *call, const json_t *given)
{
    const json_t *configuration = json_object_get(given, "deploymentConfiguration");
    const json_t *strategy = json_object_get(configuration, "strategy");
    bool is_daemon = is_word(json_object_get(given, "schedulingStrategy"), "DAEMON");

    if (strategy != NULL && !is_word(strategy, "ROLLING"))
        aws_fail(call, UNSUPPORTED, "The deployment strategy %s is not supported here: ROLLING",
                 json_string_value(strategy));
    if (json_is_true(json_object_get(json_object_get(configuration, "alarms"), "enable")))
        aws_fail(call, UNSUPPORTED, "Alarms of deployments are not supported here yet");
    check_percents(call, configuration, is_daemon);
}

static void
check_placement(struct aws_call *call, const json_t *given)
{
    char *error = NULL;
    struct placement_rules *rules =
        placement_rules_read(json_object_get(given, "placementConstraints"),
                             json_object_get(given, "placementStrategy"), &error);

    if (rules == NULL)
        aws_fail(call, INVALID, "%s", error);
    if (is_word(json_object_get(given, "schedulingStrategy"), "DAEMON") &&
        !is_empty(json_object_get(given, "placementStrategy")))
        aws_fail(call, INVALID,
                 "Placement strategies are not supported with the DAEMON scheduling strategy.");
    free(error);
    placement_rules_free(&rules);
}

bool
ecs_service_input_is_sound(struct aws_call *call, const json_t *given, const json_t *definition)
{
    check_kind(call, given);
    check_deployment(call, given);
    check_placement(call, given);
    check_load_balancers(call, given, definition);
    return call->error_code == NULL;
}
