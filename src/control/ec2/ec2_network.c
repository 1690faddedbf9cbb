/* SPDX-License-Identifier: Apache-2.0 */
/* The network that load balancers stand in: here one of everything, with fixed ids. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_call.h"
#include "control/ec2/ec2.h"

/* Which member of an object a filter looks at. */
static const struct {
    const char *filter, *member;
} filters[] = {
    {"association.main", "Main"},
    {"availability-zone", "AvailabilityZone"},
    {"security-group-rule-id", "SecurityGroupRuleId"},
    {"cidr", "CidrBlock"},
    {"default-for-az", "DefaultForAz"},
    {"group-id", "GroupId"},
    {"group-name", "GroupName"},
    {"is-default", "IsDefault"},
    {"isDefault", "IsDefault"},
    {"state", "State"},
    {"route-table-id", "RouteTableId"},
    {"subnet-id", "SubnetId"},
    {"vpc-id", "VpcId"},
    {"zone-name", "ZoneName"},
    {"description", "Description"},
    {"owner-id", "OwnerId"},
};

#define TAG_FILTER "tag:"

/* Also one of its first association. */
static const json_t *
member_of(const json_t *object, const char *member)
{
    const json_t *own = json_object_get(object, member);
    const json_t *associations = json_object_get(object, "Associations");

    return own != NULL ? own : json_object_get(json_array_get(associations, 0), member);
}

static bool
has_value(const json_t *values, const json_t *object, const char *member)
{
    const json_t *value = member_of(object, member);
    const char *text = json_is_boolean(value) ? (json_is_true(value) ? "true" : "false")
                                              : json_string_value(value);

    for (size_t i = 0; i < json_array_size(values) && text != NULL; i++)
        if (strcmp(json_string_value(json_array_get(values, i)), text) == 0)
            return true;
    return false;
}

/* "tag:KEY", whose value is one of them, and "tag-key". */
static bool
has_tag(const json_t *values, const json_t *object, const char *key)
{
    const json_t *tag;
    size_t index;

    json_array_foreach (json_object_get(object, "Tags"), index, tag) {
        const char *own = json_string_value(json_object_get(tag, "Key"));
        if (key == NULL ? has_value(values, tag, "Key")
                        : strcmp(own, key) == 0 && has_value(values, tag, "Value"))
            return true;
    }
    return false;
}

static bool
filter_fits(struct aws_call *call, const json_t *filter, const json_t *object)
{
    const char *name = json_string_value(json_object_get(filter, "Name"));

    const json_t *values = json_object_get(filter, "Values");

    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters) && name != NULL; i++)
        if (strcmp(filters[i].filter, name) == 0)
            return has_value(values, object, filters[i].member);
    if (name != NULL && strcmp(name, "tag-key") == 0)
        return has_tag(values, object, NULL);
    if (name != NULL && strncmp(name, TAG_FILTER, strlen(TAG_FILTER)) == 0)
        return has_tag(values, object, name + strlen(TAG_FILTER));
    aws_fail(call, "InvalidParameterValue", "The filter '%s' is invalid",
             name == NULL ? "" : name);
    return false;
}

json_t *
ec2_give(struct aws_call *call, const struct ec2_listing *listing, json_t *objects)
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

    return ec2_give(
        call, &(const struct ec2_listing){"Vpcs", "VpcIds", "VpcId", "InvalidVpcID.NotFound"},
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
    return ec2_give(call,
                    &(const struct ec2_listing){"Subnets", "SubnetIds", "SubnetId",
                                                "InvalidSubnetID.NotFound"},
                    subnets);
}

json_t *
ec2_availability_zones(struct aws_call *call)
{
    json_t *zones = json_array();

    for (size_t i = 0; i < aws_zone_count(call); i++)
        json_array_append_new(zones, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ZoneName",
                                               aws_zone(call, i), "ZoneId", aws_zone(call, i),
                                               "ZoneType", "availability-zone", "RegionName",
                                               call->region, "State", "available",
                                               "OptInStatus", "opt-in-not-required"));
    return ec2_give(call,
                    &(const struct ec2_listing){"AvailabilityZones", "ZoneNames", "ZoneName",
                                                "InvalidParameterValue"},
                    zones);
}

json_t *
ec2_account_attributes(struct aws_call *call)
{
    json_t *attributes =
        json_pack("[{s:s, s:[{s:s}]}, {s:s, s:[{s:s}]}]", "AttributeName",
                  "supported-platforms", "AttributeValues", "AttributeValue", "VPC",
                  "AttributeName", "default-vpc", "AttributeValues", "AttributeValue", AWS_VPC);

    return ec2_give(call,
                    &(const struct ec2_listing){"AccountAttributes", "AttributeNames",
                                                "AttributeName", "InvalidParameterValue"},
                    attributes);
}

/* No load balancer has one here, and clients wait until the list is empty. */
json_t *
ec2_network_interfaces(struct aws_call *call)
{
    (void)call;
    return json_pack("{s:[]}", "NetworkInterfaces");
}

/* One, the main one of the network. */
json_t *
ec2_route_tables(struct aws_call *call)
{
    json_t *tables =
        json_pack("[{s:s, s:s, s:s, s:[{s:b, s:s, s:s}]}]", "RouteTableId", "rtb-local",
                  "VpcId", AWS_VPC, "OwnerId", AWS_ACCOUNT, "Associations", "Main", 1,
                  "RouteTableAssociationId", "rtbassoc-local", "RouteTableId", "rtb-local");

    return ec2_give(call,
                    &(const struct ec2_listing){"RouteTables", "RouteTableIds", "RouteTableId",
                                                "InvalidRouteTableID.NotFound"},
                    tables);
}

json_t *
ec2_vpc_attribute(struct aws_call *call)
{
    static const char *const names[][2] = {
        {"enableDnsHostnames", "EnableDnsHostnames"},
        {"enableDnsSupport", "EnableDnsSupport"},
        {"enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics"}};
    const char *wanted = aws_text(call, "Attribute"), *vpc = aws_text(call, "VpcId");

    if (strcmp(vpc, AWS_VPC) != 0)
        return aws_fail(call, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", vpc);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i][0], wanted) == 0)
            return json_pack("{s:s, s:{s:b}}", "VpcId", vpc, names[i][1], "Value", 0);
    return aws_fail(call, "InvalidParameterValue", "The attribute '%s' is invalid", wanted);
}
