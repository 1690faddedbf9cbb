/* SPDX-License-Identifier: Apache-2.0 */
/* Target groups and their targets. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_settings.h"
#include "control/elbv2/elbv2_target_id.h"
#include "control/elbv2/elbv2_association.h"
#include "control/elbv2/elbv2_attributes.h"

static json_t *
balancers_to_json(const struct aws_call *call, const char *group)
{
    const struct config *config = call->parts->config;
    json_t *arns = json_array();

    for (size_t i = 0; i < config_balancer_count(config); i++) {
        char *arn = elbv2_group_is_of(config, group, i) ? elbv2_arn_balancer(call, i) : NULL;
        if (arn != NULL)
            json_array_append_new(arns, json_string(arn));
        free(arn);
    }
    return arns;
}

static json_t *
group_to_json(const struct aws_call *call, const struct config_target_group *group,
              const char *arn)
{
    char *codes = http_codes_text(&group->health_check.matcher);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:{s:s}, s:o}", "TargetGroupArn", arn, "VpcId", AWS_VPC,
                  "IpAddressType", "ipv4", "Matcher",
                  http_codes_are_grpc(&group->health_check.matcher) ? "GrpcCode" : "HttpCode",
                  codes, "LoadBalancerArns", balancers_to_json(call, group->name));

    elbv2_settings_members(SCOPE_TARGET_GROUP, group, object);
    free(codes);
    return object;
}

struct groups {
    struct aws_wanted arns, names;
    struct aws_page page;
    const char *balancer; /* its ARN; NULL: any */
    size_t balancer_index;
};

static bool
takes_group(struct aws_call *call, struct groups *groups,
            const struct config_target_group *group, const char *arn)
{
    return (groups->balancer == NULL ||
            elbv2_group_is_of(call->parts->config, group->name, groups->balancer_index)) &&
           aws_wanted_has(&groups->arns, arn) && aws_wanted_has(&groups->names, group->name) &&
           aws_page_takes(&groups->page, arn);
}

json_t *
elbv2_target_groups(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const char *message = "One or more target groups not found";
    struct groups groups = {.balancer = aws_text(call, "LoadBalancerArn")};

    if (!elbv2_arn_wanted_begin(&groups.arns, call, "TargetGroupArns", ELBV2_ARN_GROUP) ||
        !aws_wanted_begin(&groups.names, call, "Names"))
        return NULL;
    if ((groups.balancer != NULL) + (groups.arns.list != NULL) + (groups.names.list != NULL) >
        1)
        return aws_fail(call, "ValidationError",
                        "Specify only one of a load balancer ARN, target group ARNs and names");
    if (groups.balancer != NULL &&
        !elbv2_arn_find_balancer(call, groups.balancer, &groups.balancer_index))
        return NULL;
    json_t *array = json_array();
    aws_page_begin(&groups.page, call);
    for (size_t i = 0; i < config->target_group_count; i++) {
        const struct config_target_group *group = &config->target_groups[i];
        char *arn = elbv2_arn_group(call, group->name);
        if (takes_group(call, &groups, group, arn))
            json_array_append_new(array, group_to_json(call, group, arn));
        free(arn);
    }
    aws_wanted_end(&groups.arns, call, "TargetGroupNotFound", message);
    aws_wanted_end(&groups.names, call, "TargetGroupNotFound", message);
    return aws_page_end(&groups.page, call, "TargetGroups", array);
}

json_t *
elbv2_target_group_attributes(struct aws_call *call)
{
    const struct config_target_group *group =
        elbv2_arn_find_group(call, aws_text(call, "TargetGroupArn"));

    if (group == NULL)
        return NULL;
    json_t *attributes = elbv2_settings_attributes(SCOPE_TARGET_GROUP, "attributes.", group);
    const struct object *object = aws_edit_object(call, group->places);
    elbv2_add_extras(attributes, &elbv2_attributes_of_group, object);
    return json_pack("{s:o}", "Attributes", attributes);
}

static json_t *
health_to_json(const struct registered_target *target)
{
    json_t *object = json_pack("{s:s}", "State", target_state_word(target));
    char description[192];

    if (*target_reason_word(target) == '\0')
        return object;
    target_describe(target, description, sizeof(description));
    json_object_set_new(object, "Reason", json_string(target_reason_word(target)));
    json_object_set_new(object, "Description", json_string(description));
    return object;
}

static json_t *
target_to_json(const struct registered_target *target, const struct config_target_group *group,
               const char *id)
{
    unsigned port = target->place.address.port;
    unsigned check_port = group->health_check.port;
    char *text = memory_print("%u", check_port != 0 ? check_port : port);

    json_t *object = json_pack("{s:{s:s, s:i, s:s*}, s:s, s:o}", "Target", "Id", id, "Port",
                               (int)port, "AvailabilityZone", target->zone, "HealthCheckPort",
                               text, "TargetHealth", health_to_json(target));
    free(text);
    return object;
}

/* Those that a call asks for, each with whether it was found. */
struct asked {
    const struct aws_call *call;
    const struct config_target_group *group;
    const json_t *list; /* NULL: all */
    bool *is_found;
};

/* The Id that it is told with, to free(): as it was asked for. NULL: it was not. */
static char *
asked_id(struct asked *asked, const struct registered_target *target)
{
    char *own = elbv2_target_id(asked->call, asked->group, target), *id = NULL;

    for (size_t i = 0; i < json_array_size(asked->list); i++) {
        const json_t *one = json_array_get(asked->list, i),
                     *port = json_object_get(one, "Port");
        const char *given = json_string_value(json_object_get(one, "Id"));
        unsigned number =
            port == NULL ? asked->group->port : (unsigned)json_integer_value(port);
        struct address address;
        if (number != target->place.address.port ||
            (strcmp(given, own) != 0 &&
             !(elbv2_target_address(asked->call, asked->group, given, number, &address) &&
               address_equal(&address, &target->place.address))))
            continue;
        asked->is_found[i] = true;
        free(id);
        id = memory_copy_text(given);
    }
    if (asked->list == NULL)
        return own;
    free(own);
    return id;
}

/* A target that is not there is told as unused: waiters wait for that. */
static void
add_unregistered(json_t *array, const struct asked *asked)
{
    for (size_t i = 0; i < json_array_size(asked->list); i++)
        if (!asked->is_found[i])
            json_array_append_new(
                array,
                json_pack("{s:O, s:{s:s, s:s, s:s}}", "Target", json_array_get(asked->list, i),
                          "TargetHealth", "State", "unused", "Reason", "Target.NotRegistered",
                          "Description", "Target is not registered to the target group"));
}

/* False: one can be no target, and the call has failed. */
static bool
are_targets(struct aws_call *call, const struct config_target_group *group,
            const json_t *targets)
{
    const json_t *target;
    struct address address;
    size_t index;

    json_array_foreach (targets, index, target) {
        const char *id = json_string_value(json_object_get(target, "Id"));
        if (!elbv2_target_address(call, group, id, 0, &address))
            aws_fail(call, "InvalidTarget",
                     "The target '%.64s' is neither an IP address nor a container instance",
                     id);
    }
    return call->error_code == NULL;
}

json_t *
elbv2_target_health(struct aws_call *call)
{
    const struct config_target_group *group =
        elbv2_arn_find_group(call, aws_text(call, "TargetGroupArn"));
    const struct registered_target *target;
    struct asked asked = {
        .call = call, .group = group, .list = json_object_get(call->input, "Targets")};

    if (group == NULL)
        return NULL;
    if (json_array_size(asked.list) == 0)
        asked.list = NULL;
    if (json_array_size(asked.list) > AWS_WANTED_MAX)
        return aws_fail(call, "ValidationError", "'Targets' may have %d elements at most",
                        AWS_WANTED_MAX);
    if (!are_targets(call, group, asked.list))
        return NULL;
    json_t *array = json_array();
    asked.is_found = memory_take(json_array_size(asked.list) + 1, sizeof(*asked.is_found));
    TAILQ_FOREACH (target, targets_live(call->parts->targets), in_table) {
        char *id = strcmp(target->group, group->name) == 0 ? asked_id(&asked, target) : NULL;
        if (id != NULL)
            json_array_append_new(array, target_to_json(target, group, id));
        free(id);
    }
    add_unregistered(array, &asked);
    free(asked.is_found);
    return json_pack("{s:o}", "TargetHealthDescriptions", array);
}
