/* SPDX-License-Identifier: Apache-2.0 */
/* The load balancer and what is fixed about it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_settings.h"
#include "control/elbv2/elbv2_attributes.h"
#include "model/ssl_policy.h"

static json_t *
zones_to_json(const struct aws_call *call, const struct object *object)
{
    const json_t *subnets =
        object == NULL ? NULL : json_object_get(object->document, "subnets");
    json_t *zones = json_array();

    for (size_t i = 0; i < aws_zone_count(call); i++) {
        const char *zone = aws_zone(call, i);
        char *subnet = memory_print("subnet-%s", zone);
        bool is_its = subnets == NULL || json_object_get(subnets, subnet) != NULL;
        if (is_its)
            json_array_append_new(zones,
                                  json_pack("{s:s, s:s, s:[]}", "ZoneName", zone, "SubnetId",
                                            subnet, "LoadBalancerAddresses"));
        free(subnet);
    }
    return zones;
}

/* A member that only the API speaks of, or what it is at the file's. */
static json_t *
beside(const struct object *object, const char *member, json_t *standard)
{
    json_t *value = object == NULL ? NULL : json_object_get(object->document, member);

    if (value == NULL)
        return standard;
    json_decref(standard);
    return json_incref(value);
}

static json_t *
balancer_to_json(const struct aws_call *call, size_t index, const char *arn)
{
    const struct admin_parts *parts = call->parts;
    const struct config_balancer balancer = config_balancer(parts->config, index);
    const struct object *object = aws_edit_object(call, balancer.places);
    bool is_active = children_applied_generation(parts->children) > 0;
    char *dns_name = memory_print("%s.fairlead.local", balancer.name);
    char created[CLOCK_ISO_SIZE];

    clock_format_iso(created, object == NULL ? parts->started_wall_us : object->created_us);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:{s:s}, s:s, s:o, s:o, s:s}", "LoadBalancerArn", arn,
        "DNSName", dns_name, "CreatedTime", created, "LoadBalancerName", balancer.name,
        "Scheme", beside(object, "scheme", json_string("internet-facing")), "VpcId", AWS_VPC,
        "State", "Code", is_active ? "active" : "provisioning", "Type", "application",
        "AvailabilityZones", zones_to_json(call, object), "SecurityGroups",
        beside(object, "security_groups", json_pack("[s]", AWS_SECURITY_GROUP)),
        "IpAddressType", "ipv4");
    free(dns_name);
    return json;
}

/* That of load_balancer, which is always there, only where somebody has wanted it. */
static bool
is_shown(const struct config *config, size_t index)
{
    static const char *const name[] = {"load_balancer.name"};

    if (index > 0 || config_find_place(config, name, 1) != NULL)
        return true;
    for (size_t i = 0; i < config->listener_count; i++)
        if (config_balancer_index(config, &config->listeners[i]) == index)
            return true;
    return false;
}

json_t *
elbv2_load_balancers(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const char *message = "One or more load balancers not found";
    struct aws_wanted arns, names;
    struct aws_page page;

    if (!elbv2_arn_wanted_begin(&arns, call, "LoadBalancerArns", ELBV2_ARN_BALANCER) ||
        !aws_wanted_begin(&names, call, "Names"))
        return NULL;
    if (arns.list != NULL && names.list != NULL)
        return aws_fail(call, "ValidationError",
                        "Specify either load balancer ARNs or names, not both");
    json_t *balancers = json_array();
    aws_page_begin(&page, call);
    for (size_t i = 0; i < config_balancer_count(config); i++) {
        char *arn = is_shown(config, i) ? elbv2_arn_balancer(call, i) : NULL;
        if (arn != NULL && aws_wanted_has(&arns, arn) &&
            aws_wanted_has(&names, config_balancer(config, i).name) &&
            aws_page_takes(&page, arn))
            json_array_append_new(balancers, balancer_to_json(call, i, arn));
        free(arn);
    }
    aws_wanted_end(&arns, call, "LoadBalancerNotFound", message);
    aws_wanted_end(&names, call, "LoadBalancerNotFound", message);
    return aws_page_end(&page, call, "LoadBalancers", balancers);
}

json_t *
elbv2_load_balancer_attributes(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    size_t index;

    if (!elbv2_arn_find_balancer(call, aws_text(call, "LoadBalancerArn"), &index))
        return NULL;
    const struct object *object = aws_edit_object(call, config_balancer(config, index).places);
    json_t *attributes =
        index == 0 ? elbv2_settings_attributes(SCOPE_ROOT, "load_balancer.attributes.", config)
                   : elbv2_settings_attributes(SCOPE_LOAD_BALANCER, "attributes.",
                                               &config->load_balancers[index - 1]);
    elbv2_add_extras(attributes, &elbv2_attributes_of_balancer, object);
    return json_pack("{s:o}", "Attributes", attributes);
}

/* Nothing is reserved: Terraform asks each time. */
json_t *
elbv2_capacity_reservation(struct aws_call *call)
{
    size_t index;

    if (!elbv2_arn_find_balancer(call, aws_text(call, "LoadBalancerArn"), &index))
        return NULL;
    return json_pack("{s:[]}", "CapacityReservationState");
}

static void
add_suites(json_t *ciphers, const char *suites)
{
    struct slice rest = slice_of(suites), suite;

    while (slice_next(&rest, ':', &suite))
        if (suite.length > 0)
            json_array_append_new(ciphers,
                                  json_pack("{s:s%, s:i}", "Name", suite.at, suite.length,
                                            "Priority", (int)json_array_size(ciphers) + 1));
}

static json_t *
policy_to_json(const struct ssl_policy *policy)
{
    static const struct {
        uint16_t version;
        const char *name;
    } protocols[] = {
        {TLS_1_3, "TLSv1.3"}, {TLS_1_2, "TLSv1.2"}, {TLS_1_1, "TLSv1.1"}, {TLS_1_0, "TLSv1"}};

    json_t *ciphers = json_array(), *names = json_array();

    for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
        if (protocols[i].version >= policy->oldest && protocols[i].version <= policy->newest)
            json_array_append_new(names, json_string(protocols[i].name));
    add_suites(ciphers, policy->suites_13);
    add_suites(ciphers, policy->suites);
    return json_pack("{s:s, s:o, s:o, s:[s]}", "Name", policy->name, "SslProtocols", names,
                     "Ciphers", ciphers, "SupportedLoadBalancerTypes", "application");
}

json_t *
elbv2_ssl_policies(struct aws_call *call)
{
    struct aws_wanted names;
    struct aws_page page;
    json_t *policies = json_array();

    aws_page_begin(&page, call);
    if (aws_wanted_begin(&names, call, "Names"))
        for (unsigned i = 0; i < ssl_policy_count; i++)
            if (aws_wanted_has(&names, ssl_policies[i].name) &&
                aws_page_takes(&page, ssl_policies[i].name))
                json_array_append_new(policies, policy_to_json(&ssl_policies[i]));
    aws_wanted_end(&names, call, "SSLPolicyNotFound", "One or more SSL policies not found");
    return aws_page_end(&page, call, "SslPolicies", policies);
}
