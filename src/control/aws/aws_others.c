/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients ask besides ELBv2: who they are (STS), and the network that load balancers stand
 * in (EC2), which here is one of everything, with fixed ids.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_call.h"

json_t *
sts_caller_identity(struct aws_call *call)
{
    char *arn = memory_print("arn:aws:iam::" AWS_ACCOUNT ":user/%s", call->caller_name);
    json_t *output = json_pack("{s:s, s:s, s:s}", "UserId", call->caller_name, "Account",
                               AWS_ACCOUNT, "Arn", arn);

    free(arn);
    return output;
}

/* Which member of an object a filter looks at. */
static const struct {
    const char *filter, *member;
} filters[] = {
    {"availability-zone", "AvailabilityZone"},
    {"cidr", "CidrBlock"},
    {"default-for-az", "DefaultForAz"},
    {"group-id", "GroupId"},
    {"group-name", "GroupName"},
    {"is-default", "IsDefault"},
    {"isDefault", "IsDefault"},
    {"state", "State"},
    {"subnet-id", "SubnetId"},
    {"vpc-id", "VpcId"},
};

static bool
has_value(const json_t *values, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    const char *text = json_is_boolean(value) ? (json_is_true(value) ? "true" : "false")
                                              : json_string_value(value);

    for (size_t i = 0; i < json_array_size(values) && text != NULL; i++)
        if (strcmp(json_string_value(json_array_get(values, i)), text) == 0)
            return true;
    return false;
}

static bool
filter_fits(struct aws_call *call, const json_t *filter, const json_t *object)
{
    const char *name = json_string_value(json_object_get(filter, "Name"));

    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters) && name != NULL; i++)
        if (strcmp(filters[i].filter, name) == 0)
            return has_value(json_object_get(filter, "Values"), object, filters[i].member);
    aws_fail(call, "InvalidParameterValue", "The filter '%s' is invalid",
             name == NULL ? "" : name);
    return false;
}

/* What a call gives a list of, how it names those that it asks for, and their absence. */
struct listing {
    const char *output, *ids, *id, *code;
};

/* Of the objects, which it takes, those whose ids are wanted, and that the filters let through.
 */
static json_t *
give(struct aws_call *call, const struct listing *listing, json_t *objects)
{
    const json_t *filters_list = json_object_get(call->input, "Filters");
    struct aws_wanted wanted;
    json_t *array = json_array(), *object;
    size_t index;

    if (aws_wanted_begin(&wanted, call, listing->ids)) {
        json_array_foreach (objects, index, object) {
            bool fits = aws_wanted_has(&wanted,
                                       json_string_value(json_object_get(object, listing->id)));
            for (size_t i = 0; i < json_array_size(filters_list); i++)
                fits = filter_fits(call, json_array_get(filters_list, i), object) && fits;
            if (fits)
                json_array_append(array, object);
        }
        aws_wanted_end(&wanted, call, listing->code,
                       "The ID that was asked for does not exist");
    }
    json_decref(objects);
    return json_pack("{s:o}", listing->output, array);
}

json_t *
ec2_vpcs(struct aws_call *call)
{
    json_t *vpc = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "VpcId", AWS_VPC, "State",
                            "available", "CidrBlock", "0.0.0.0/0", "OwnerId", AWS_ACCOUNT,
                            "IsDefault", 1, "InstanceTenancy", "default");

    return give(call,
                &(const struct listing){"Vpcs", "VpcIds", "VpcId", "InvalidVpcID.NotFound"},
                json_pack("[o]", vpc));
}

json_t *
ec2_subnets(struct aws_call *call)
{
    json_t *subnets = json_array();

    for (size_t i = 0; i < aws_zone_count(call); i++) {
        const char *zone = aws_zone(call, i);
        char *id = memory_print("subnet-%s", zone);
        json_array_append_new(
            subnets, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:i}", "SubnetId", id,
                               "VpcId", AWS_VPC, "AvailabilityZone", zone, "State", "available",
                               "CidrBlock", "0.0.0.0/0", "OwnerId", AWS_ACCOUNT, "DefaultForAz",
                               1, "AvailableIpAddressCount", 65535));
        free(id);
    }
    return give(
        call,
        &(const struct listing){"Subnets", "SubnetIds", "SubnetId", "InvalidSubnetID.NotFound"},
        subnets);
}

json_t *
ec2_security_groups(struct aws_call *call)
{
    json_t *group =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:[], s:[]}", "GroupId", AWS_SECURITY_GROUP,
                  "GroupName", "default", "Description", "not enforced", "VpcId", AWS_VPC,
                  "OwnerId", AWS_ACCOUNT, "IpPermissions", "IpPermissionsEgress");

    return give(call,
                &(const struct listing){"SecurityGroups", "GroupIds", "GroupId",
                                        "InvalidGroup.NotFound"},
                json_pack("[o]", group));
}
