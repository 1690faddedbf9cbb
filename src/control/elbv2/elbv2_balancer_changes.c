/* SPDX-License-Identifier: Apache-2.0 */
/* Load balancers are made, changed and deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/elbv2/elbv2_deletion.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_input.h"
#include "control/ec2/ec2.h"
#include "control/elbv2/elbv2_attributes.h"
#include "control/elbv2/elbv2_unbuilt.h"

/* The object of the balancer that the input's ARN names; NULL: the call has failed. */
static const struct object *
find_own(struct aws_call *call, size_t *index)
{
    if (!elbv2_arn_find_balancer(call, aws_text(call, "LoadBalancerArn"), index))
        return NULL;
    return aws_edit_own(call, config_balancer(call->parts->config, *index).places,
                        "The load balancer");
}

static bool
is_subnet(const struct aws_call *call, const char *wanted)
{
    static const char kind[] = "subnet-";

    for (size_t i = 0; i < aws_zone_count(call); i++)
        if (wanted != NULL && strncmp(wanted, kind, sizeof(kind) - 1) == 0 &&
            strcmp(wanted + sizeof(kind) - 1, aws_zone(call, i)) == 0)
            return true;
    return false;
}

static void
add_subnet(struct aws_call *call, json_t *subnets, const char *subnet)
{
    if (!is_subnet(call, subnet))
        aws_fail(call, "SubnetNotFound",
                 "The subnet ID '%s' does not exist: there is one a zone, subnet-ZONE (aws ec2 "
                 "describe-subnets)",
                 subnet == NULL ? "" : subnet);
    else if (json_object_get(subnets, subnet) != NULL)
        aws_fail(call, "InvalidConfigurationRequest",
                 "A load balancer cannot be attached to multiple subnets in the same "
                 "Availability Zone");
    else
        json_object_set_new(subnets, subnet, json_true());
}

/* "Subnets" or "SubnetMappings" as an object of ids; NULL: the call has failed. */
static json_t *
read_subnets(struct aws_call *call)
{
    const json_t *list = json_object_get(call->input, "Subnets"), *one;
    const json_t *mappings = json_object_get(call->input, "SubnetMappings");
    json_t *subnets = json_object();
    size_t index;

    if (json_array_size(list) > 0 && json_array_size(mappings) > 0)
        aws_fail(call, "ValidationError", "Give either subnets or subnet mappings, not both");
    json_array_foreach (list, index, one)
        add_subnet(call, subnets, json_string_value(one));
    json_array_foreach (mappings, index, one)
        add_subnet(call, subnets, json_string_value(json_object_get(one, "SubnetId")));
    if (json_object_size(subnets) == 0)
        aws_fail(call, "ValidationError", "At least one subnet must be specified");
    if (call->error_code == NULL)
        return subnets;
    json_decref(subnets);
    return NULL;
}

/* The default one where none is given; NULL: the call has failed. */
static json_t *
read_security_groups(struct aws_call *call)
{
    json_t *list = json_object_get(call->input, "SecurityGroups");
    const json_t *one;
    size_t index;

    json_array_foreach (list, index, one)
        if (!ec2_has_security_group(call, json_string_value(one)))
            return aws_fail(call, "InvalidSecurityGroup",
                            "The security group '%s' does not exist", json_string_value(one));
    return json_array_size(list) == 0 ? json_pack("[s]", AWS_SECURITY_GROUP)
                                      : json_incref(list);
}

static bool
is_possible(struct aws_call *call)
{
    const char *type = aws_text(call, "Type"), *name = aws_text(call, "Name");

    if (type != NULL && strcmp(type, "application") != 0)
        aws_fail(call, "ValidationError",
                 "Load balancers of type '%s' are not supported here: application", type);
    else if (strncmp(name, "internal-", 9) == 0)
        aws_fail(call, "ValidationError",
                 "The load balancer name '%s' cannot begin with "
                 "'internal-'",
                 name);
    return elbv2_is_built(call);
}

static json_t *
answer_with(struct aws_call *call, const char *id)
{
    return aws_edit_answer_about(call, OPERATION_ELBV2_DescribeLoadBalancers,
                                 "LoadBalancerArns", id);
}

static json_t *
make_document(struct aws_call *call)
{
    const char *scheme = aws_text(call, "Scheme");
    json_t *subnets = read_subnets(call);
    json_t *groups = subnets == NULL ? NULL : read_security_groups(call);
    json_t *tags = groups == NULL ? NULL : aws_edit_tags(call);

    if (tags == NULL) {
        json_decref(subnets);
        json_decref(groups);
        return NULL;
    }
    return json_pack("{s:{s:s}, s:s, s:o, s:o, s:o}", "settings", "name",
                     aws_text(call, "Name"), "scheme",
                     scheme == NULL ? "internet-facing" : scheme, "subnets", subnets,
                     "security_groups", groups, "tags", tags);
}

/* What is given when it is made: the same once more is no other wish. */
static json_t *
given(const json_t *document)
{
    json_t *copy = json_deep_copy(document);

    json_object_del(copy, "tags");
    return copy;
}

/* Security groups as the members of an object, in whatever order they were given. */
static json_t *
without_order(const json_t *given)
{
    json_t *copy = json_deep_copy(given), *groups = json_object(), *group;
    size_t index;

    json_array_foreach (json_object_get(copy, "security_groups"), index, group)
        json_object_set_new(groups, json_string_value(group), json_true());
    json_object_set_new(copy, "security_groups", groups);
    return copy;
}

static bool
is_same_wish(const json_t *one, const json_t *other)
{
    json_t *first = without_order(one), *second = without_order(other);
    bool is_same = json_equal(first, second);

    json_decref(first);
    json_decref(second);
    return is_same;
}

static json_t *
meet(struct aws_call *call, const struct config_balancer *balancer, const json_t *wanted)
{
    const struct object *object = aws_edit_object(call, balancer->places);

    if (object != NULL && is_same_wish(json_object_get(object->document, "given"), wanted))
        return answer_with(call, object->id);
    return aws_fail(call, "DuplicateLoadBalancerName",
                    "A load balancer with the same name '%s' exists, but with different "
                    "settings%s",
                    balancer->name,
                    object == NULL ? ": it is defined in the configuration" : "");
}

static size_t
find_name(const struct config *config, const char *name)
{
    size_t index = 0;

    while (index < config_balancer_count(config) &&
           strcmp(config_balancer(config, index).name, name) != 0)
        index++;
    return index;
}

json_t *
elbv2_create_load_balancer(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const char *name = aws_text(call, "Name");
    json_t *document = is_possible(call) ? make_document(call) : NULL;
    size_t index = find_name(config, name);
    char number[AWS_ID_SIZE];

    if (document == NULL)
        return NULL;
    json_t *wanted = given(document);
    if (index < config_balancer_count(config)) {
        const struct config_balancer balancer = config_balancer(config, index);
        meet(call, &balancer, wanted);
        json_decref(wanted);
        json_decref(document);
        return NULL;
    }
    json_object_set_new(document, "given", wanted);
    aws_edit_make_id(number);
    char *id = memory_print("loadbalancer/app/%s/%s", name, number);
    object_edit_create(call->edit, OBJECT_LOAD_BALANCER, id, call->caller_name, document);
    answer_with(call, id);
    free(id);
    return NULL;
}

json_t *
elbv2_modify_load_balancer_attributes(struct aws_call *call)
{
    size_t index;

    return elbv2_modify_attributes(call, &elbv2_attributes_of_balancer, find_own(call, &index));
}

/* One that is not there is deleted already. */
json_t *
elbv2_delete_load_balancer(struct aws_call *call)
{
    const char *arn = aws_text(call, "LoadBalancerArn");
    size_t index = elbv2_arn_look_for_balancer(call, arn);

    if (!elbv2_arn_check(call, ELBV2_ARN_BALANCER, arn))
        return NULL;
    if (index == config_balancer_count(call->parts->config))
        return json_object();
    const struct object *object = find_own(call, &index);
    if (object == NULL)
        return NULL;
    elbv2_remove_balancer(call, index, object, arn);
    return call->error_code == NULL ? json_object() : NULL;
}

/* Puts a member beside the settings; takes the value. */
static const struct object *
put_beside(struct aws_call *call, const char *member, json_t *value)
{
    size_t index;
    const struct object *object = value == NULL ? NULL : find_own(call, &index);

    if (object == NULL) {
        json_decref(value);
        return NULL;
    }
    json_t *document = aws_edit_document(object);
    json_object_set_new(document, member, value);
    object_edit_change(call->edit, object->id, document);
    return object;
}

json_t *
elbv2_set_security_groups(struct aws_call *call)
{
    json_t *groups = elbv2_is_built(call) ? read_security_groups(call) : NULL;

    if (put_beside(call, "security_groups", json_incref(groups)) == NULL) {
        json_decref(groups);
        return NULL;
    }
    return json_pack("{s:o}", "SecurityGroupIds", groups);
}

json_t *
elbv2_set_subnets(struct aws_call *call)
{
    json_t *subnets = elbv2_is_built(call) ? read_subnets(call) : NULL;
    json_t *zones = json_array();
    const char *subnet;
    const json_t *mark;

    if (put_beside(call, "subnets", json_incref(subnets)) != NULL)
        json_object_foreach (subnets, subnet, mark)
            json_array_append_new(zones,
                                  json_pack("{s:s, s:s}", "ZoneName", strchr(subnet, '-') + 1,
                                            "SubnetId", subnet));
    json_decref(subnets);
    return json_pack("{s:o, s:s}", "AvailabilityZones", zones, "IpAddressType", "ipv4");
}

json_t *
elbv2_set_ip_address_type(struct aws_call *call)
{
    size_t index;

    if (!elbv2_is_built(call) || find_own(call, &index) == NULL)
        return NULL;
    return json_pack("{s:s}", "IpAddressType", "ipv4");
}
