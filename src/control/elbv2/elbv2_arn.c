/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_arn.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/aws/aws_arn.h"
#include "control/aws/aws_edit.h"
#include "net/digest.h"

#define ID_LENGTH 16

/* The id of an object by its kind and names. */
struct id {
    char text[ID_LENGTH + 1];
};

static struct id
make_id(const char *kind, const char *name, unsigned number)
{
    char *seed = memory_print("%s/%s/%u", kind, name, number);
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];
    struct id id = {.text = ""};

    digest_sha256(slice_of(seed), digest);
    digest_format(digest, text);
    memcpy(id.text, text, ID_LENGTH);
    free(seed);
    return id;
}

char *
elbv2_arn_id_below(char *parent, const char *kind, const char *number)
{
    char *id = memory_print("%s%s/%s", kind, strchr(aws_arn_resource(parent), '/'), number);

    free(parent);
    return id;
}

/* The ARN of an id, which it takes. */
static char *
take_id(const struct aws_call *call, char *id)
{
    char *arn = aws_arn_of(call, id);

    free(id);
    return arn;
}

char *
elbv2_arn_balancer(const struct aws_call *call, size_t index)
{
    const struct config_balancer balancer = config_balancer(call->parts->config, index);
    const struct object *object = aws_edit_object(call, balancer.places);

    if (object != NULL)
        return aws_arn_of(call, object->id);
    return take_id(call, memory_print("loadbalancer/app/%s/%s", balancer.name,
                                      make_id("loadbalancer", balancer.name, 0).text));
}

char *
elbv2_arn_listener(const struct aws_call *call, const struct config_listener *listener)
{
    const struct object *object = aws_edit_object(call, listener->places);
    size_t balancer = config_balancer_index(call->parts->config, listener);

    if (object != NULL)
        return aws_arn_of(call, object->id);
    return take_id(call, elbv2_arn_id_below(elbv2_arn_balancer(call, balancer), "listener",
                                            make_id("listener", listener->name, 0).text));
}

char *
elbv2_arn_rule(const struct aws_call *call, const struct config_listener *listener,
               const struct config_rule *rule)
{
    const struct object *object = aws_edit_object(call, rule->places);

    if (object != NULL)
        return aws_arn_of(call, object->id);
    return take_id(call,
                   elbv2_arn_id_below(elbv2_arn_listener(call, listener), "listener-rule",
                                      make_id("rule", listener->name, rule->priority).text));
}

char *
elbv2_arn_group(const struct aws_call *call, const char *name)
{
    const struct config_target_group *group = config_find_group(call->parts->config, name);
    const struct object *object = group == NULL ? NULL : aws_edit_object(call, group->places);

    if (object != NULL)
        return aws_arn_of(call, object->id);
    return take_id(
        call, memory_print("targetgroup/%s/%s", name, make_id("targetgroup", name, 0).text));
}

char *
elbv2_arn_trust_store(const struct aws_call *call, const char *name)
{
    return take_id(call,
                   memory_print("truststore/%s/%s", name, make_id("truststore", name, 0).text));
}

/* Whether the given one is that; frees it. */
static bool
is_it(const char *given, char *arn)
{
    bool is_same = aws_arn_is_same(given, arn);

    free(arn);
    return is_same;
}

size_t
elbv2_arn_look_for_balancer(const struct aws_call *call, const char *arn)
{
    size_t index = 0;

    while (index < config_balancer_count(call->parts->config) &&
           !is_it(arn, elbv2_arn_balancer(call, index)))
        index++;
    return index;
}

bool
elbv2_arn_find_balancer(struct aws_call *call, const char *arn, size_t *index)
{
    *index = config_balancer_count(call->parts->config);
    if (!elbv2_arn_check(call, ELBV2_ARN_BALANCER, arn))
        return false;
    *index = elbv2_arn_look_for_balancer(call, arn);
    if (*index < config_balancer_count(call->parts->config))
        return true;
    aws_fail(call, "LoadBalancerNotFound", "One or more load balancers not found");
    return false;
}

const struct config_listener *
elbv2_arn_find_listener(struct aws_call *call, const char *arn)
{
    const struct config *config = call->parts->config;

    if (!elbv2_arn_check(call, ELBV2_ARN_LISTENER, arn))
        return NULL;
    for (size_t i = 0; i < config->listener_count; i++)
        if (is_it(arn, elbv2_arn_listener(call, &config->listeners[i])))
            return &config->listeners[i];
    aws_fail(call, "ListenerNotFound", "One or more listeners not found");
    return NULL;
}

/* The name stands in the ARN. */
const struct config_target_group *
elbv2_arn_look_for_group(const struct aws_call *call, const char *arn)
{
    static const char kind[] = "targetgroup/";
    const char *resource = aws_arn_resource(arn);

    if (strncmp(resource, kind, sizeof(kind) - 1) != 0)
        return NULL;
    resource += sizeof(kind) - 1;
    char *name = memory_copy_bytes(resource, strcspn(resource, "/"));
    const struct config_target_group *group = config_find_group(call->parts->config, name);
    free(name);
    return group != NULL && is_it(arn, elbv2_arn_group(call, group->name)) ? group : NULL;
}

const struct config_target_group *
elbv2_arn_find_group(struct aws_call *call, const char *arn)
{
    const struct config_target_group *group = elbv2_arn_check(call, ELBV2_ARN_GROUP, arn)
                                                  ? elbv2_arn_look_for_group(call, arn)
                                                  : NULL;

    if (group == NULL)
        aws_fail(call, "TargetGroupNotFound", "One or more target groups not found");
    return group;
}

bool
elbv2_arn_is_rule(const struct aws_call *call, const char *arn,
                  const struct config_listener *listener, const struct config_rule *rule)
{
    const struct setting_places *places = rule->places;

    if (places != NULL && places->own.line == 0)
        return strcmp(aws_arn_resource(arn), call->parts->config->files[places->own.file]) == 0;
    return is_it(arn, elbv2_arn_rule(call, listener, rule));
}

bool
elbv2_arn_may_be_below(const struct aws_call *call, const char *arn,
                       const struct config_listener *listener)
{
    const struct setting_places *places = listener->places;

    if (places != NULL && places->own.line == 0)
        return strstr(arn, strrchr(call->parts->config->files[places->own.file], '/')) != NULL;
    char *own = elbv2_arn_listener(call, listener);
    bool is_its = strstr(arn, strrchr(own, '/')) != NULL;

    free(own);
    return is_its;
}

static bool
find_rule_of(const struct aws_call *call, const char *arn,
             const struct config_listener *listener, struct elbv2_rule *found)
{
    for (size_t i = 0; i < listener->rule_count; i++) {
        if (!elbv2_arn_is_rule(call, arn, listener, &listener->rules[i]))
            continue;
        *found = (struct elbv2_rule){listener, &listener->rules[i]};
        return true;
    }
    return false;
}

bool
elbv2_arn_find_rule(struct aws_call *call, const char *arn, struct elbv2_rule *found)
{
    const struct config *config = call->parts->config;

    if (!elbv2_arn_check(call, ELBV2_ARN_RULE, arn))
        return false;
    for (size_t i = 0; i < config->listener_count; i++) {
        if (elbv2_arn_may_be_below(call, arn, &config->listeners[i]) &&
            find_rule_of(call, arn, &config->listeners[i], found))
            return true;
    }
    aws_fail(call, "RuleNotFound", "One or more rules not found");
    return false;
}
