/* SPDX-License-Identifier: Apache-2.0 */
/* The load balancer and what is fixed about it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_arn.h"
#include "control/aws/aws_settings.h"
#include "model/ssl_policy.h"

static json_t *
balancer_to_json(const struct aws_call *call, const char *arn)
{
    const struct admin_parts *parts = call->parts;
    const char *name = parts->config->load_balancer_name;
    bool is_active = children_applied_generation(parts->children) > 0;
    char *dns_name = memory_print("%s.fairlead.local", name);
    char *subnet = memory_print("subnet-%s", aws_zone(call));
    char created[CLOCK_ISO_SIZE];

    clock_format_iso(created, parts->started_wall_us);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:s, s:[{s:s, s:s, s:[]}], s:[s], s:s}",
        "LoadBalancerArn", arn, "DNSName", dns_name, "CreatedTime", created, "LoadBalancerName",
        name, "Scheme", "internet-facing", "VpcId", AWS_VPC, "State", "Code",
        is_active ? "active" : "provisioning", "Type", "application", "AvailabilityZones",
        "ZoneName", aws_zone(call), "SubnetId", subnet, "LoadBalancerAddresses",
        "SecurityGroups", AWS_SECURITY_GROUP, "IpAddressType", "ipv4");
    free(dns_name);
    free(subnet);
    return object;
}

json_t *
elbv2_load_balancers(struct aws_call *call)
{
    struct aws_wanted arns, names;
    struct aws_page page;
    json_t *balancers = json_array();
    char *arn = aws_arn_balancer(call);
    bool is_sound = aws_wanted_begin(&arns, call, "LoadBalancerArns") &&
                    aws_wanted_begin(&names, call, "Names");

    aws_page_begin(&page, call);
    if (is_sound && aws_wanted_has(&arns, arn) &&
        aws_wanted_has(&names, call->parts->config->load_balancer_name) &&
        aws_page_takes(&page, arn))
        json_array_append_new(balancers, balancer_to_json(call, arn));
    free(arn);
    if (is_sound) {
        const char *message = "One or more load balancers not found";
        aws_wanted_end(&arns, call, "LoadBalancerNotFound", message);
        aws_wanted_end(&names, call, "LoadBalancerNotFound", message);
    }
    return aws_page_end(&page, call, "LoadBalancers", balancers);
}

/* Of what fairlead has no setting for, as it is. */
static const struct {
    const char *key, *value;
} fixed_attributes[] = {
    {"access_logs.s3.enabled", "false"},      {"connection_logs.s3.enabled", "false"},
    {"deletion_protection.enabled", "false"}, {"load_balancing.cross_zone.enabled", "true"},
    {"waf.fail_open.enabled", "false"},       {"zonal_shift.config.enabled", "false"},
};

json_t *
elbv2_load_balancer_attributes(struct aws_call *call)
{
    if (!aws_arn_check_balancer(call, aws_text(call, "LoadBalancerArn")))
        return NULL;
    json_t *attributes =
        aws_settings_attributes(SCOPE_ROOT, "load_balancer.attributes.", call->parts->config);
    for (size_t i = 0; i < sizeof(fixed_attributes) / sizeof(*fixed_attributes); i++)
        json_array_append_new(attributes,
                              json_pack("{s:s, s:s}", "Key", fixed_attributes[i].key, "Value",
                                        fixed_attributes[i].value));
    return json_pack("{s:o}", "Attributes", attributes);
}

static const struct {
    const char *name;
    unsigned most;
} limits[] = {
    {"application-load-balancers", 1},
    {"target-groups", CONFIG_MOST_GROUPS},
    {"listeners-per-application-load-balancer", CONFIG_MOST_ROUTES},
    {"targets-per-application-load-balancer", CONFIG_MOST_TARGETS},
};

json_t *
elbv2_account_limits(struct aws_call *call)
{
    json_t *array = json_array();
    struct aws_page page;

    aws_page_begin(&page, call);
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        char *most = memory_print("%u", limits[i].most);
        if (aws_page_takes(&page, limits[i].name))
            json_array_append_new(array,
                                  json_pack("{s:s, s:s}", "Name", limits[i].name, "Max", most));
        free(most);
    }
    return aws_page_end(&page, call, "Limits", array);
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
