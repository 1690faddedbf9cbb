/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ec2_security_group_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/aws/ec2.h"
#include "net/digest.h"

#define ID_DIGITS 17 /* as AWS has them */
#define ALL_PORTS (-1)

/* Lists of a permission: what tells a peer in them, and what a rule calls that. */
static const struct {
    const char *list, *identity, *member;
} peers[] = {
    {"IpRanges", "CidrIp", "CidrIpv4"},
    {"Ipv6Ranges", "CidrIpv6", "CidrIpv6"},
    {"PrefixListIds", "PrefixListId", "PrefixListId"},
    {"UserIdGroupPairs", "GroupId", NULL}, /* ReferencedGroupInfo */
};

#define PEER_KINDS (sizeof(peers) / sizeof(*peers))

static const char *const directions[] = {"ingress", "egress"};

/* New. */
static char *
make_id(const char *seed)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];

    digest_sha256(slice_of(seed), digest);
    digest_format(digest, text);
    return memory_print("sgr-%.*s", ID_DIGITS, text);
}

static long long
port_of(const json_t *permission, const char *member)
{
    const json_t *port = json_object_get(permission, member);

    return port == NULL ? ALL_PORTS : (long long)json_integer_value(port);
}

/* Of one peer of a permission. */
static json_t *
rule_to_json(const char *group, const char *direction, const json_t *permission, size_t kind,
             const json_t *peer)
{
    const char *protocol = json_string_value(json_object_get(permission, "IpProtocol"));
    const char *identity = json_string_value(json_object_get(peer, peers[kind].identity));
    const char *description = json_string_value(json_object_get(peer, "Description"));
    long long from = port_of(permission, "FromPort"), to = port_of(permission, "ToPort");
    char *seed = memory_print("%s %s %s %lld %lld %s %s", group, direction, protocol, from, to,
                              peers[kind].list, identity);
    char *id = make_id(seed);
    json_t *rule = json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:I, s:s*, s:[]}",
                             "SecurityGroupRuleId", id, "GroupId", group, "GroupOwnerId",
                             AWS_ACCOUNT, "IsEgress", strcmp(direction, "egress") == 0,
                             "IpProtocol", protocol, "FromPort", (json_int_t)from, "ToPort",
                             (json_int_t)to, "Description", description, "Tags");

    if (peers[kind].member != NULL)
        json_object_set_new(rule, peers[kind].member, json_string(identity));
    else
        json_object_set_new(
            rule, "ReferencedGroupInfo",
            json_pack("{s:s, s:s}", "GroupId", identity, "UserId", AWS_ACCOUNT));
    free(seed);
    free(id);
    return rule;
}

/* Each rule of one direction, with the permission, kind and peer that it is made of. */
typedef void rule_visit(void *argument, json_t *rule, const json_t *permission, size_t kind,
                        const json_t *peer);

static void
visit_rules(const char *group, const json_t *document, const char *direction, rule_visit *visit,
            void *argument)
{
    const json_t *permissions = json_object_get(document, direction), *peer;
    json_t *permission;
    const char *key;
    size_t index;

    json_object_foreach ((json_t *)(uintptr_t)permissions, key, permission) {
        for (size_t kind = 0; kind < PEER_KINDS; kind++)
            json_array_foreach (json_object_get(permission, peers[kind].list), index, peer) {
                json_t *rule = rule_to_json(group, direction, permission, kind, peer);
                visit(argument, rule, permission, kind, peer);
                json_decref(rule);
            }
    }
}

static void
add_rule(void *argument, json_t *rule, const json_t *permission, size_t kind,
         const json_t *peer)
{
    (void)permission;
    (void)kind;
    (void)peer;
    json_array_append(argument, rule);
}

json_t *
ec2_rules_of(const char *group, const json_t *document, const char *direction)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < sizeof(directions) / sizeof(*directions); i++)
        if (direction == NULL || strcmp(direction, directions[i]) == 0)
            visit_rules(group, document, directions[i], add_rule, rules);
    return rules;
}

static const char *
id_of(const json_t *rule)
{
    return json_string_value(json_object_get(rule, "SecurityGroupRuleId"));
}

static bool
has_rule(const json_t *rules, const json_t *wanted)
{
    const json_t *rule;
    size_t index;

    json_array_foreach (rules, index, rule)
        if (strcmp(id_of(rule), id_of(wanted)) == 0)
            return true;
    return false;
}

json_t *
ec2_rules_added(json_t *before, json_t *after)
{
    json_t *added = json_array(), *rule;
    size_t index;

    json_array_foreach (after, index, rule)
        if (!has_rule(before, rule))
            json_array_append(added, rule);
    json_decref(before);
    json_decref(after);
    return added;
}

/* The permission of one id. */
struct wanted_rule {
    const char *id;
    json_t *permission; /* NULL: not found */
};

static void
note_rule(void *argument, json_t *rule, const json_t *permission, size_t kind,
          const json_t *peer)
{
    struct wanted_rule *wanted = argument;

    if (strcmp(id_of(rule), wanted->id) != 0)
        return;
    json_t *found = json_copy((json_t *)(uintptr_t)permission);
    for (size_t i = 0; i < PEER_KINDS; i++)
        json_object_del(found, peers[i].list);
    json_object_set_new(found, peers[kind].list,
                        json_pack("[o]", json_deep_copy((json_t *)(uintptr_t)peer)));
    wanted->permission = found;
}

json_t *
ec2_rules_to_permissions(struct aws_call *call, const char *group, const json_t *document,
                         const char *direction, const json_t *ids)
{
    json_t *permissions = json_array();
    const json_t *id;
    size_t index;

    json_array_foreach (ids, index, id) {
        struct wanted_rule wanted = {.id = json_string_value(id)};
        visit_rules(group, document, direction, note_rule, &wanted);
        if (wanted.permission == NULL)
            aws_fail(call, "InvalidSecurityGroupRuleId.NotFound",
                     "The security group rule ID '%.64s' does not exist", wanted.id);
        else
            json_array_append_new(permissions, wanted.permission);
    }
    if (call->error_code == NULL)
        return permissions;
    json_decref(permissions);
    return NULL;
}

json_t *
ec2_security_group_rules(struct aws_call *call)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind != OBJECT_SECURITY_GROUP)
            continue;
        json_t *own = ec2_rules_of(object->id, object->document, NULL);
        json_array_extend(rules, own);
        json_decref(own);
    }
    return ec2_give(call,
                    &(const struct ec2_listing){"SecurityGroupRules", "SecurityGroupRuleIds",
                                                "SecurityGroupRuleId",
                                                "InvalidSecurityGroupRuleId.NotFound"},
                    rules);
}
