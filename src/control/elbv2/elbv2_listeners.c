/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners, their rules and certificates. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/rule_text.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_settings.h"
#include "model/ssl_policy.h"

#define NO_LISTENERS "One or more listeners not found"

/* Groups by ARN instead of by name; a single one also beside ForwardConfig, as ELBv2 has it.
 * object: of the API's; NULL otherwise. */
static json_t *
actions_to_json(const struct aws_call *call, const struct config_action *action,
                const struct object *object)
{
    json_t *actions = rule_actions_to_json(action);
    json_t *single = json_array_get(actions, 0);
    json_t *forward = json_object_get(single, "ForwardConfig");
    json_t *groups = json_object_get(forward, "TargetGroups");

    for (size_t i = 0; i < json_array_size(groups); i++) {
        json_t *group = json_array_get(groups, i);
        char *arn =
            elbv2_arn_group(call, json_string_value(json_object_get(group, "TargetGroupName")));
        json_object_del(group, "TargetGroupName");
        json_object_set_new(group, "TargetGroupArn", json_string(arn));
        if (json_array_size(groups) == 1)
            json_object_set_new(single, "TargetGroupArn", json_string(arn));
        free(arn);
    }
    if (forward != NULL && !action->stickiness_enabled)
        json_object_del(json_object_get(forward, "TargetGroupStickinessConfig"),
                        "DurationSeconds");
    if (object != NULL && json_object_get(object->document, "order") != NULL)
        json_object_set(single, "Order", json_object_get(object->document, "order"));
    return actions;
}

static json_t *
mutual_to_json(const struct aws_call *call, const struct config_listener *listener)
{
    json_t *mutual = json_pack(
        "{s:s}", "Mode", setting_word_text(WORDS_MUTUAL_MODE, (int)listener->mutual_mode));

    if (listener->mutual_mode != MUTUAL_VERIFY)
        return mutual;
    char *store = elbv2_arn_trust_store(call, listener->trust_store);
    json_object_set_new(mutual, "TrustStoreArn", json_string(store));
    free(store);
    json_object_set_new(mutual, "IgnoreClientCertificateExpiry",
                        json_boolean(listener->ignore_client_expiry));
    json_object_set_new(mutual, "TrustStoreAssociationStatus", json_string("active"));
    json_object_set_new(
        mutual, "AdvertiseTrustStoreCaNames",
        json_string(setting_word_text(WORDS_SWITCH, (int)listener->advertises_ca_names)));
    return mutual;
}

static json_t *
listener_to_json(const struct aws_call *call, const struct config_listener *listener,
                 const char *arn)
{
    char *balancer =
        elbv2_arn_balancer(call, config_balancer_index(call->parts->config, listener));
    const struct config_rule *last = &listener->rules[listener->rule_count - 1];
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:o}", "ListenerArn", arn, "LoadBalancerArn", balancer, "Protocol",
        listener->protocol == PROTOCOL_HTTPS ? "HTTPS" : "HTTP", "DefaultActions",
        actions_to_json(call, &last->action, aws_edit_object(call, listener->places)));

    free(balancer);
    if (listener->unix_path == NULL)
        json_object_set_new(object, "Port", json_integer(listener->port));
    if (listener->protocol != PROTOCOL_HTTPS)
        return object;
    json_object_set_new(object, "SslPolicy",
                        json_string(ssl_policies[listener->ssl_policy].name));
    json_object_set_new(
        object, "AlpnPolicy",
        json_pack("[s]", setting_word_text(WORDS_ALPN_POLICY, (int)listener->alpn_policy)));
    json_object_set_new(
        object, "Certificates",
        json_pack("[{s:s}]", "CertificateArn", listener->certificates[0].certificate));
    json_object_set_new(object, "MutualAuthentication", mutual_to_json(call, listener));
    return object;
}

json_t *
elbv2_listeners(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const char *balancer = aws_text(call, "LoadBalancerArn");
    size_t index = 0;
    struct aws_wanted arns;
    struct aws_page page;

    if (!elbv2_arn_wanted_begin(&arns, call, "ListenerArns", ELBV2_ARN_LISTENER))
        return NULL;
    if ((balancer == NULL) == (arns.list == NULL))
        return aws_fail(call, "ValidationError",
                        "You must specify either listener ARNs or a load balancer ARN");
    if (balancer != NULL && !elbv2_arn_find_balancer(call, balancer, &index))
        return NULL;
    json_t *listeners = json_array();
    aws_page_begin(&page, call);
    for (size_t i = 0; i < config->listener_count; i++) {
        if (balancer != NULL && config_balancer_index(config, &config->listeners[i]) != index)
            continue;
        char *arn = elbv2_arn_listener(call, &config->listeners[i]);
        if (aws_wanted_has(&arns, arn) && aws_page_takes(&page, arn))
            json_array_append_new(listeners,
                                  listener_to_json(call, &config->listeners[i], arn));
        free(arn);
    }
    aws_wanted_end(&arns, call, "ListenerNotFound", NO_LISTENERS);
    return aws_page_end(&page, call, "Listeners", listeners);
}

json_t *
elbv2_listener_attributes(struct aws_call *call)
{
    const struct config_listener *listener =
        elbv2_arn_find_listener(call, aws_text(call, "ListenerArn"));

    return listener == NULL
               ? NULL
               : json_pack("{s:o}", "Attributes",
                           elbv2_settings_attributes(SCOPE_LISTENER, "attributes.", listener));
}

static void
add_certificates(json_t *array, struct aws_page *page,
                 const struct config_certificate *certificates, size_t count, bool is_default)
{
    for (size_t i = 0; i < count; i++)
        if (aws_page_takes(page, certificates[i].certificate))
            json_array_append_new(array, json_pack("{s:s, s:b}", "CertificateArn",
                                                   certificates[i].certificate, "IsDefault",
                                                   is_default));
}

json_t *
elbv2_listener_certificates(struct aws_call *call)
{
    const struct config_listener *listener =
        elbv2_arn_find_listener(call, aws_text(call, "ListenerArn"));
    struct aws_page page;

    if (listener == NULL)
        return NULL;
    json_t *array = json_array();
    aws_page_begin(&page, call);
    add_certificates(array, &page, listener->certificates, listener->certificate_count, true);
    add_certificates(array, &page, listener->certificate_list, listener->certificate_list_count,
                     false);
    return aws_page_end(&page, call, "Certificates", array);
}

/* Patterns of hosts and paths stand beside their groups as well, as before there were any. */
static json_t *
conditions_to_json(const struct config_rule *rule)
{
    static const char *const old[] = {"HostHeaderConfig", "PathPatternConfig"};
    json_t *conditions = rule_conditions_to_json(rule);

    for (size_t i = 0; i < json_array_size(conditions); i++) {
        json_t *condition = json_array_get(conditions, i);
        for (size_t j = 0; j < sizeof(old) / sizeof(*old); j++) {
            json_t *values = json_object_get(json_object_get(condition, old[j]), "Values");
            if (values != NULL)
                json_object_set(condition, "Values", values);
        }
    }
    return conditions;
}

static json_t *
rule_to_json(const struct aws_call *call, const struct config_rule *rule, const char *arn)
{
    char *priority =
        rule->priority == 0 ? memory_copy_text("default") : memory_print("%u", rule->priority);
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o, s:b}", "RuleArn", arn, "Priority", priority,
                  "Conditions", conditions_to_json(rule), "Actions",
                  actions_to_json(call, &rule->action, aws_edit_object(call, rule->places)),
                  "IsDefault", rule->priority == 0);

    free(priority);
    return object;
}

struct rules {
    struct aws_wanted arns;
    struct aws_page page;
    json_t *array;
};

/* rule NULL: whether any rule of the listener may be. */
static bool
may_be_wanted(const struct aws_call *call, const struct aws_wanted *wanted,
              const struct config_listener *listener, const struct config_rule *rule)
{
    const json_t *element;
    size_t index;

    json_array_foreach (wanted->list, index, element) {
        const char *arn = json_string_value(element);
        if (rule == NULL ? elbv2_arn_may_be_below(call, arn, listener)
                         : elbv2_arn_is_rule(call, arn, listener, rule))
            return true;
    }
    return wanted->list == NULL;
}

/* An ARN is made only where it is wanted: there may be thousands of rules. */
static void
add_rules(struct aws_call *call, struct rules *rules, const struct config_listener *listener)
{
    if (!may_be_wanted(call, &rules->arns, listener, NULL))
        return;
    for (size_t i = 0; i < listener->rule_count; i++) {
        if (!may_be_wanted(call, &rules->arns, listener, &listener->rules[i]))
            continue;
        char *arn = elbv2_arn_rule(call, listener, &listener->rules[i]);
        if (aws_wanted_has(&rules->arns, arn) && aws_page_takes(&rules->page, arn))
            json_array_append_new(rules->array, rule_to_json(call, &listener->rules[i], arn));
        free(arn);
    }
}

json_t *
elbv2_rules(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const char *arn = aws_text(call, "ListenerArn");
    const struct config_listener *listener = NULL;
    struct rules rules = {.array = NULL};

    if (!elbv2_arn_wanted_begin(&rules.arns, call, "RuleArns", ELBV2_ARN_RULE))
        return NULL;
    if ((arn == NULL) == (rules.arns.list == NULL))
        return aws_fail(call, "ValidationError",
                        "You must specify either listener ARN or rule ARNs");
    if (arn != NULL && (listener = elbv2_arn_find_listener(call, arn)) == NULL)
        return NULL;
    rules.array = json_array();
    aws_page_begin(&rules.page, call);
    for (size_t i = 0; i < config->listener_count; i++)
        if (listener == NULL || listener == &config->listeners[i])
            add_rules(call, &rules, &config->listeners[i]);
    aws_wanted_end(&rules.arns, call, "RuleNotFound", "One or more rules not found");
    return aws_page_end(&rules.page, call, "Rules", rules.array);
}
