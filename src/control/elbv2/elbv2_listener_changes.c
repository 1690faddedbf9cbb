/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners are made, changed and deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_deletion.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/aws/aws_arn.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_effective.h"
#include "control/elbv2/elbv2_input.h"
#include "control/elbv2/elbv2_association.h"
#include "control/elbv2/elbv2_certificates.h"
#include "control/elbv2/elbv2_attributes.h"
#include "control/elbv2/elbv2_patterns.h"
#include "model/ssl_policy.h"

static bool
is_possible(struct aws_call *call)
{
    const char *protocol = aws_text(call, "Protocol"), *policy = aws_text(call, "SslPolicy");
    bool is_policy = policy == NULL;

    for (unsigned i = 0; i < ssl_policy_count && !is_policy; i++)
        is_policy = strcmp(ssl_policies[i].name, policy) == 0;
    if (protocol != NULL && strcmp(protocol, "HTTP") != 0 && strcmp(protocol, "HTTPS") != 0)
        aws_fail(call, "UnsupportedProtocol",
                 "Protocol '%s' is not supported here: HTTP or HTTPS", protocol);
    else if (!is_policy)
        aws_fail(call, "SSLPolicyNotFound", "SSL policy '%s' not found", policy);
    return call->error_code == NULL;
}

/* MutualAuthentication names its trust store by ARN. */
static bool
put_trust_store(struct aws_call *call, json_t *listener)
{
    const struct config *config = call->parts->config;
    const json_t *mutual = json_object_get(call->input, "MutualAuthentication");
    const char *arn = json_string_value(json_object_get(mutual, "TrustStoreArn"));
    json_t *own = json_object_get(listener, "mutual_authentication");

    if (mutual != NULL)
        json_object_del(own, "trust_store");
    for (size_t i = 0; arn != NULL && i < config->trust_store_count; i++) {
        char *candidate = elbv2_arn_trust_store(call, config->trust_stores[i].name);
        bool is_it = aws_arn_is_same(arn, candidate);
        free(candidate);
        if (!is_it)
            continue;
        elbv2_input_put(listener, "mutual_authentication.trust_store",
                        json_string(config->trust_stores[i].name));
        return true;
    }
    if (arn != NULL)
        aws_fail(call, "TrustStoreNotFound", "Trust store '%s' not found", arn);
    return call->error_code == NULL;
}

static bool
is_secure(const json_t *listener)
{
    const char *protocol = json_string_value(json_object_get(listener, "protocol"));

    return protocol != NULL && strcmp(protocol, "HTTPS") == 0;
}

/* One element of a list of AWS's; NULL: the list is not given. */
static const char *
first_text(const struct aws_call *call, const char *member)
{
    return json_string_value(json_array_get(json_object_get(call->input, member), 0));
}

/* What is given of a listener into its document. False: the call has failed. */
static bool
put_members(struct aws_call *call, size_t balancer, json_t *document)
{
    const json_t *actions = json_object_get(call->input, "DefaultActions");
    json_t *listener = aws_edit_settings(document);
    const char *alpn = first_text(call, "AlpnPolicy");

    if (!is_possible(call))
        return false;
    if (json_array_size(json_object_get(call->input, "AlpnPolicy")) > 1)
        aws_fail(call, "ValidationError", "AlpnPolicy must have exactly one policy");
    elbv2_input_members(call, SCOPE_LISTENER, listener);
    json_object_del(listener, "load_balancer");
    if (balancer > 0)
        json_object_set_new(listener, "load_balancer",
                            json_string(config_balancer(call->parts->config, balancer).name));
    if (alpn != NULL)
        json_object_set_new(listener, "alpn_policy", json_string(alpn));
    else if (json_object_get(call->input, "AlpnPolicy") != NULL)
        json_object_del(listener, "alpn_policy");
    if (actions != NULL) {
        json_object_set_new(listener, "default_actions", elbv2_input_actions(call, actions));
        elbv2_input_keep_order(document, actions);
    }
    return call->error_code == NULL && put_trust_store(call, listener) &&
           elbv2_put_default_certificate(call, listener) &&
           elbv2_takes_redirects(call, is_secure(listener),
                                 json_object_get(listener, "default_actions")) &&
           elbv2_may_forward(call, balancer, json_object_get(listener, "default_actions"));
}

static json_t *
answer_with(struct aws_call *call, const char *id)
{
    return aws_edit_answer_about(call, OPERATION_ELBV2_DescribeListeners, "ListenerArns", id);
}

/* Whoever listens on that port of the address already, but for one; NULL: nobody does. */
static const struct config_listener *
find_taken(const struct config *config, const char *address, unsigned port,
           const struct config_listener *except)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        if (listener != except && listener->address != NULL && listener->port == port &&
            strcmp(listener->address, address) == 0)
            return listener;
    }
    return NULL;
}

static json_t *
fail_of_port(struct aws_call *call, const struct config_listener *taken, size_t balancer)
{
    const struct config *config = call->parts->config;
    size_t index = config_balancer_index(config, taken);

    if (index == balancer)
        return aws_fail(call, "DuplicateListener",
                        "A listener already exists on this port for this load balancer: %s",
                        taken->name);
    return aws_fail(
        call, "DuplicateListener",
        "Port %u of %s is the port of load balancer '%s' (listener %s) already, so it "
        "cannot be that of load balancer '%s' as well",
        taken->port, taken->address, config_balancer(config, index).name, taken->name,
        config_balancer(config, balancer).name);
}

static const char *
address_of(const json_t *listener)
{
    return json_string_value(json_object_get(listener, "address"));
}

static unsigned
port_of(const json_t *listener)
{
    return (unsigned)json_integer_value(json_object_get(listener, "port"));
}

static bool
is_name(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (strcmp(config->listeners[i].name, name) == 0)
            return true;
    return false;
}

/* "albdocker-80", or with a number where that is taken. */
static char *
make_name(const struct config *config, size_t balancer, unsigned port)
{
    const char *of = config_balancer(config, balancer).name;
    char *name = memory_print("%s-%u", of, port);

    for (unsigned number = 2; is_name(config, name); number++) {
        free(name);
        name = memory_print("%s-%u-%u", of, port, number);
    }
    return name;
}

static void
add(struct aws_call *call, size_t balancer, json_t *document)
{
    json_t *listener = aws_edit_settings(document);
    char number[AWS_ID_SIZE];

    aws_edit_make_id(number);
    char *id = elbv2_arn_id_below(elbv2_arn_balancer(call, balancer), "listener", number);
    char *name = make_name(call->parts->config, balancer, port_of(listener));
    json_object_set_new(listener, "name", json_string(name));
    object_edit_create(call->edit, OBJECT_LISTENER, id, call->caller_name,
                       json_incref(document));
    answer_with(call, id);
    free(name);
    free(id);
}

static void
create(struct aws_call *call, size_t balancer, json_t *document)
{
    const struct config *config = call->parts->config;
    json_t *listener = aws_edit_settings(document);
    json_t *wanted = json_deep_copy(listener);
    const struct config_listener *taken =
        find_taken(config, address_of(listener), port_of(listener), NULL);
    const struct object *object = taken == NULL ? NULL : aws_edit_object(call, taken->places);

    if (object != NULL && config_balancer_index(config, taken) == balancer &&
        elbv2_effective_is_same(SCOPE_LISTENER, json_object_get(object->document, "given"),
                                wanted)) {
        answer_with(call, object->id);
    } else if (taken != NULL) {
        fail_of_port(call, taken, balancer);
    } else {
        json_object_set(document, "given", wanted);
        add(call, balancer, document);
    }
    json_decref(wanted);
}

json_t *
elbv2_create_listener(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    size_t balancer;

    if (!elbv2_arn_find_balancer(call, aws_text(call, "LoadBalancerArn"), &balancer))
        return NULL;
    if (aws_text(call, "Protocol") == NULL || json_object_get(call->input, "Port") == NULL)
        return aws_fail(call, "ValidationError", "A listener needs a protocol and a port");
    json_t *document = json_pack("{s:{s:s}, s:o*}", "settings", "address",
                                 config->api_listener_address, "tags", aws_edit_tags(call));
    if (call->error_code == NULL && put_members(call, balancer, document))
        create(call, balancer, document);
    json_decref(document);
    return NULL;
}

/* The API's listener that the input's ARN names; NULL: the call has failed. */
static const struct object *
find_own(struct aws_call *call, const struct config_listener **listener)
{
    *listener = elbv2_arn_find_listener(call, aws_text(call, "ListenerArn"));
    return *listener == NULL ? NULL : aws_edit_own(call, (*listener)->places, "The listener");
}

json_t *
elbv2_modify_listener(struct aws_call *call)
{
    const struct config *config = call->parts->config;
    const struct config_listener *listener;
    const struct object *object = find_own(call, &listener);

    if (object == NULL)
        return NULL;
    size_t balancer = config_balancer_index(config, listener);
    json_t *document = aws_edit_document(object);
    if (put_members(call, balancer, document)) {
        const json_t *own = aws_edit_settings(document);
        const struct config_listener *taken =
            find_taken(config, address_of(own), port_of(own), listener);
        if (taken != NULL)
            fail_of_port(call, taken, balancer);
    }
    if (call->error_code != NULL) {
        json_decref(document);
        return NULL;
    }
    object_edit_change(call->edit, object->id, document);
    return answer_with(call, object->id);
}

json_t *
elbv2_modify_listener_attributes(struct aws_call *call)
{
    const struct config_listener *listener;

    return elbv2_modify_attributes(call, &elbv2_attributes_of_listener,
                                   find_own(call, &listener));
}

json_t *
elbv2_delete_listener(struct aws_call *call)
{
    const struct config_listener *listener;
    const struct object *object = find_own(call, &listener);

    if (object == NULL)
        return NULL;
    elbv2_remove_listener(call, listener, object);
    return json_object();
}

json_t *
elbv2_add_listener_certificates(struct aws_call *call)
{
    const struct config_listener *listener;
    const struct object *object = find_own(call, &listener);

    return object == NULL ? NULL : elbv2_add_certificates(call, object);
}

json_t *
elbv2_remove_listener_certificates(struct aws_call *call)
{
    const struct config_listener *listener;
    const struct object *object = find_own(call, &listener);

    return object == NULL ? NULL : elbv2_remove_certificates(call, object);
}
