/* SPDX-License-Identifier: Apache-2.0 */
/* What is configured: listeners, rules, target groups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/object_origin.h"
#include "control/admin/rule_text.h"
#include "ipc/snapshot_open.h"
#include "model/settings.h"
#include "model/ssl_policy.h"

static json_t *
mutual_to_json(const struct config_listener *listener)
{
    json_t *mutual = json_pack(
        "{s:s}", "Mode", setting_word_text(WORDS_MUTUAL_MODE, (int)listener->mutual_mode));

    if (listener->mutual_mode != MUTUAL_VERIFY)
        return mutual;
    admin_set_text(mutual, "TrustStore", listener->trust_store);
    json_object_set_new(mutual, "IgnoreClientCertificateExpiry",
                        json_boolean(listener->ignore_client_expiry));
    admin_set_text(mutual, "AdvertiseTrustStoreCaNames",
                   setting_word_text(WORDS_SWITCH, (int)listener->advertises_ca_names));
    return mutual;
}

/* As DescribeListeners has them: of the certificates only the default one. */
static void
add_security(json_t *object, const struct config_listener *listener)
{
    admin_set_text(object, "SslPolicy", ssl_policies[listener->ssl_policy].name);
    json_object_set_new(
        object, "AlpnPolicy",
        json_pack("[s]", setting_word_text(WORDS_ALPN_POLICY, (int)listener->alpn_policy)));
    json_object_set_new(
        object, "Certificates",
        json_pack("[{s:s}]", "CertificateArn", listener->certificates[0].certificate));
    if (listener->mutual_mode != MUTUAL_OFF)
        json_object_set_new(object, "MutualAuthentication", mutual_to_json(listener));
}

static json_t *
values_to_json(const struct config_value *values, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(values[i].value));
    return list;
}

static json_t *
listener_to_json(const struct admin_parts *parts, const struct config_listener *listener)
{
    json_t *object = json_object();

    admin_set_text(object, "ListenerName", listener->name);
    object_origin_set(object, parts, listener->places);
    admin_set_text(
        object, "LoadBalancerName",
        config_balancer(parts->config, config_balancer_index(parts->config, listener)).name);
    admin_set_text(object, "Protocol",
                   setting_word_text(WORDS_LISTENER_PROTOCOL, (int)listener->protocol));
    if (listener->protocol == PROTOCOL_HTTPS)
        add_security(object, listener);
    if (listener->unix_path != NULL) {
        admin_set_text(object, "Unix", listener->unix_path);
    } else {
        admin_set_text(object, "Address", listener->address);
        admin_set_number(object, "Port", listener->port);
    }
    if (listener->source_count > 0)
        json_object_set_new(object, "Sources",
                            values_to_json(listener->sources, listener->source_count));
    admin_set_number(object, "RuleCount", listener->rule_count);
    admin_set_number(object, "ListenerId", listener_sockets_id(parts->sockets, listener));
    const struct config_rule *last = &listener->rules[listener->rule_count - 1];
    json_object_set_new(object, "DefaultActions", rule_actions_to_json(&last->action));
    return object;
}

void
admin_show_listeners(struct admin_call *call)
{
    const struct config *config = call->parts->config;
    json_t *listeners = json_array();

    for (size_t i = 0; i < config->listener_count; i++)
        json_array_append_new(listeners, listener_to_json(call->parts, &config->listeners[i]));
    admin_answer(call->request, 200, json_pack("{s:o}", "Listeners", listeners));
}

/* The first one is there also where the file says nothing of it. */
static void
add_first_origin(json_t *object, const struct config *config)
{
    static const char *const name[] = {"load_balancer.name"};
    char *text = config_place_text(config, config_find_place(config, name, 1));

    admin_set_text(object, "Origin", text);
    free(text);
}

static json_t *
balancer_to_json(const struct admin_parts *parts, size_t index)
{
    const struct config *config = parts->config;
    const struct config_balancer balancer = config_balancer(config, index);
    json_t *object = json_object();
    size_t count = 0;

    for (size_t i = 0; i < config->listener_count; i++)
        count += config_balancer_index(config, &config->listeners[i]) == index;
    admin_set_text(object, "LoadBalancerName", balancer.name);
    object_origin_set(object, parts, balancer.places);
    if (index == 0)
        add_first_origin(object, config);
    admin_set_number(object, "ListenerCount", count);
    return object;
}

void
admin_show_balancers(struct admin_call *call)
{
    json_t *balancers = json_array();

    for (size_t i = 0; i < config_balancer_count(call->parts->config); i++)
        json_array_append_new(balancers, balancer_to_json(call->parts, i));
    admin_answer(call->request, 200, json_pack("{s:o}", "LoadBalancers", balancers));
}

static json_t *
rule_to_json(const struct admin_parts *parts, const struct config_listener *listener,
             const struct config_rule *rule)
{
    json_t *object = json_object();
    char priority[16];
    char *conditions = rule_conditions_text(rule);
    char *action = rule_action_text(&rule->action);

    snprintf(priority, sizeof(priority), "%u", rule->priority);
    admin_set_text(object, "ListenerName", listener->name);
    object_origin_set(object, parts, rule->priority == 0 ? listener->places : rule->places);
    admin_set_text(object, "Priority", rule->priority == 0 ? "default" : priority);
    json_object_set_new(object, "IsDefault", json_boolean(rule->priority == 0));
    json_object_set_new(object, "Conditions", rule_conditions_to_json(rule));
    json_object_set_new(object, "Actions", rule_actions_to_json(&rule->action));
    admin_set_text(object, "ConditionsText", conditions);
    admin_set_text(object, "ActionText", action);
    free(conditions);
    free(action);
    return object;
}

void
admin_show_rules(struct admin_call *call)
{
    const struct config *config = call->parts->config;
    const char *wanted = admin_request_parameter(call->request, "listener");
    json_t *rules = json_array();
    bool is_found = wanted == NULL;

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        if (wanted != NULL && strcmp(wanted, listener->name) != 0)
            continue;
        is_found = true;
        for (size_t j = 0; j < listener->rule_count; j++)
            json_array_append_new(rules,
                                  rule_to_json(call->parts, listener, &listener->rules[j]));
    }
    if (is_found) {
        admin_answer(call->request, 200, json_pack("{s:o}", "Rules", rules));
        return;
    }
    json_decref(rules);
    admin_refuse(call->request, 404, "ListenerNotFound", "there is no listener %s", wanted);
}

static void
add_health_check(json_t *object, const struct config_health_check *check)
{
    char *codes = http_codes_text(&check->matcher);
    char port[16];

    snprintf(port, sizeof(port), "%u", check->port);
    json_object_set_new(object, "HealthCheckEnabled", json_boolean(check->enabled));
    admin_set_text(object, "HealthCheckProtocol",
                   setting_word_text(WORDS_PROTOCOL, (int)check->protocol));
    admin_set_text(object, "HealthCheckPath", check->path);
    admin_set_text(object, "HealthCheckHost", check->host);
    admin_set_text(object, "HealthCheckPort", check->port == 0 ? "traffic-port" : port);
    json_object_set_new(object, "HealthCheckIntervalSeconds",
                        json_real(check->interval_ms / 1000.0));
    json_object_set_new(object, "HealthCheckTimeoutSeconds",
                        json_real(check->timeout_ms / 1000.0));
    admin_set_number(object, "HealthyThresholdCount", check->healthy_threshold_count);
    admin_set_number(object, "UnhealthyThresholdCount", check->unhealthy_threshold_count);
    json_object_set_new(
        object, "Matcher",
        json_pack("{s:s}", http_codes_are_grpc(&check->matcher) ? "GrpcCode" : "HttpCode",
                  codes));
    free(codes);
}

static json_t *
attributes_to_json(const struct config_target_group *group)
{
    json_t *object = json_object();

    admin_set_number(object, "deregistration_delay.timeout_seconds",
                     group->deregistration_delay_ms / 1000);
    admin_set_number(object, "slow_start.duration_seconds", group->slow_start_ms / 1000);
    admin_set_text(object, "load_balancing.algorithm.type",
                   setting_word_text(WORDS_ALGORITHM, (int)group->algorithm));
    json_object_set_new(object, "stickiness.enabled", json_boolean(group->stickiness_enabled));
    admin_set_text(object, "stickiness.type",
                   group->stickiness_type == STICKINESS_LB_COOKIE ? "lb_cookie" : "app_cookie");
    json_object_set_new(object, "proxy_protocol_v2.enabled", json_boolean(group->proxy_header));
    json_object_set_new(object, "passive_health.enabled",
                        json_boolean(group->passive_health_enabled));
    return object;
}

static json_t *
target_tls_to_json(const struct config_target_group *group)
{
    json_t *object = json_object();

    json_object_set_new(object, "Verify", json_boolean(group->tls_verify));
    if (group->tls_verify)
        admin_set_text(object, "Ca", group->tls_ca);
    if (group->tls_server_name != NULL)
        admin_set_text(object, "ServerName", group->tls_server_name);
    return object;
}

/* What the targets of one group are like. */
struct target_counts {
    unsigned all, healthy, held, draining;
};

/* In the order of the configuration's groups; free() it. */
static struct target_counts *
count_targets(const struct admin_parts *parts)
{
    const struct config *config = parts->config;
    struct target_counts *counts = memory_take(config->target_group_count + 1, sizeof(*counts));
    const struct registered_target *target;

    TAILQ_FOREACH (target, targets_live(parts->targets), in_table) {
        const struct config_target_group *group = config_find_group(config, target->group);
        if (group == NULL)
            continue;
        struct target_counts *count = &counts[group - config->target_groups];
        count->all++;
        count->healthy += target_is_selectable(target->membership, target->health) ? 1 : 0;
        count->held += target->membership == MEMBERSHIP_HELD ? 1 : 0;
        count->draining += target_is_leaving(target->membership) ? 1 : 0;
    }
    return counts;
}

static void
add_rate(json_t *object, const struct admin_parts *parts, const char *group)
{
    struct group_rate rate = group_rates_of(parts->rates, group);

    json_object_set_new(object, "RequestsPerSecond", json_real(rate.requests));
    json_object_set_new(object, "Target5xxPerSecond", json_real(rate.target_5xx));
    admin_set_number(object, "HeldRequestCount", rate.held);
}

static json_t *
group_to_json(const struct admin_parts *parts, const struct config_target_group *group,
              const struct target_counts *counts)
{
    json_t *object = json_object();

    admin_set_text(object, "TargetGroupName", group->name);
    object_origin_set(object, parts, group->places);
    admin_set_text(object, "Protocol", setting_word_text(WORDS_PROTOCOL, (int)group->protocol));
    admin_set_text(object, "ProtocolVersion",
                   setting_word_text(WORDS_PROTOCOL_VERSION, (int)group->protocol_version));
    admin_set_number(object, "Port", group->port);
    admin_set_text(object, "TargetType",
                   group->target_type == TARGET_TYPE_IP ? "ip" : "instance");
    admin_set_text(object, "Algorithm",
                   setting_word_text(WORDS_ALGORITHM, (int)group->algorithm));
    json_object_set_new(object, "IsUsed",
                        json_boolean(config_group_is_used(parts->config, group->name)));
    add_health_check(object, &group->health_check);
    admin_set_number(object, "TargetCount", counts->all);
    admin_set_number(object, "HealthyTargetCount", counts->healthy);
    admin_set_number(object, "HeldTargetCount", counts->held);
    admin_set_number(object, "DrainingTargetCount", counts->draining);
    add_rate(object, parts, group->name);
    json_object_set_new(object, "Attributes", attributes_to_json(group));
    if (group->tls_verify || group->tls_server_name != NULL)
        json_object_set_new(object, "TargetTls", target_tls_to_json(group));
    return object;
}

/* Whether the group fails open or holds requests is told by the newest snapshot, whose groups
 * stand in the configuration's order. */
static void
add_roster(json_t *group, const struct snapshot *snapshot, uint32_t index)
{
    const char *name = json_string_value(json_object_get(group, "TargetGroupName"));
    const struct snapshot_roster *roster = snapshot_roster(snapshot, index);
    bool is_it = slice_equal(snapshot_slice(snapshot, snapshot_group(snapshot, index)->name),
                             slice_of(name));

    json_object_set_new(group, "FailsOpen", json_boolean(is_it && roster->fails_open));
    json_object_set_new(group, "IsWaiting",
                        json_boolean(is_it && roster->vacancy == VACANCY_HOLDS));
}

static void
add_rosters(json_t *groups, const struct admin_parts *parts)
{
    const char *error;
    struct snapshot *snapshot =
        publisher_generation(parts->publisher) == 0
            ? NULL
            : snapshot_open_files(publisher_files(parts->publisher), &error);

    for (size_t i = 0; snapshot != NULL && i < json_array_size(groups); i++)
        add_roster(json_array_get(groups, i), snapshot, (uint32_t)i);
    snapshot_close(&snapshot);
}

void
admin_show_groups(struct admin_call *call)
{
    const struct config *config = call->parts->config;
    struct target_counts *counts = count_targets(call->parts);
    json_t *groups = json_array();

    for (size_t i = 0; i < config->target_group_count; i++)
        json_array_append_new(
            groups, group_to_json(call->parts, &config->target_groups[i], &counts[i]));
    free(counts);
    add_rosters(groups, call->parts);
    admin_answer(call->request, 200, json_pack("{s:o}", "TargetGroups", groups));
}
