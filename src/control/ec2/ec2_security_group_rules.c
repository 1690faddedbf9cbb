/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ec2/ec2_security_group_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ec2/ec2.h"
#include "control/ec2/ec2_permissions.h"
#include "net/digest.h"

#define PREFIX "sgr-"
#define ID_DIGITS 17 /* as AWS has them */
/* Members of a peer that only its rule has. */
#define ID "SecurityGroupRuleId"
#define TAGS "Tags"
#define ALL_PORTS (-1)
/* What a rule that is to be changed calls a group. */
#define GROUP_MEMBER "ReferencedGroupId"

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

/* New; of a peer that has none. */
static char *
make_id(const char *seed)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];

    digest_sha256(slice_of(seed), digest);
    digest_format(digest, text);
    return memory_print(PREFIX "%.*s", ID_DIGITS, text);
}

static json_t *
tags_to_json(const json_t *peer)
{
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach (json_object_get(peer, TAGS), key, value)
        json_array_append_new(list, json_pack("{s:s, s:O}", "Key", key, "Value", value));
    return list;
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
    const char *given = json_string_value(json_object_get(peer, ID));
    long long from = port_of(permission, "FromPort"), to = port_of(permission, "ToPort");
    char *seed = memory_print("%s %s %s %lld %lld %s %s", group, direction, protocol, from, to,
                              peers[kind].list, identity);
    char *id = given == NULL ? make_id(seed) : memory_copy_text(given);
    json_t *rule =
        json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:I, s:s*, s:o}", ID, id, "GroupId", group,
                  "GroupOwnerId", AWS_ACCOUNT, "IsEgress", strcmp(direction, "egress") == 0,
                  "IpProtocol", protocol, "FromPort", (json_int_t)from, "ToPort",
                  (json_int_t)to, "Description", description, TAGS, tags_to_json(peer));

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
    return json_string_value(json_object_get(rule, ID));
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

static void
name_peers(json_t *list, const json_t *tags)
{
    json_t *peer;
    size_t index;

    json_array_foreach (list, index, peer) {
        char number[AWS_ID_SIZE];
        aws_edit_make_id(number);
        char *id = memory_print(PREFIX "0%s", number);
        json_object_set_new(peer, ID, json_string(id));
        if (json_object_size(tags) > 0)
            json_object_set_new(peer, TAGS, json_deep_copy(tags));
        free(id);
    }
}

void
ec2_rules_name(json_t *permissions, const json_t *tags)
{
    const json_t *permission;
    size_t index;

    json_array_foreach (permissions, index, permission)
        for (size_t kind = 0; kind < PEER_KINDS; kind++)
            name_peers(json_object_get(permission, peers[kind].list), tags);
}

static void
fail_of_rule(struct aws_call *call, const char *id)
{
    aws_fail(call, "InvalidSecurityGroupRuleId.NotFound",
             "The security group rule ID '%.64s' does not exist", id);
}

/* The permission of one id. */
struct wanted_rule {
    const char *id;
    json_t *permission; /* NULL: not found */
    const json_t *peer; /* as it stands in the document */
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
    wanted->peer = peer;
}

/* The direction that has it, whose permission is then the caller's; NULL: neither. */
static const char *
find_rule(const char *group, const json_t *document, struct wanted_rule *wanted)
{
    for (size_t i = 0; i < sizeof(directions) / sizeof(*directions); i++) {
        visit_rules(group, document, directions[i], note_rule, wanted);
        if (wanted->permission != NULL)
            return directions[i];
    }
    return NULL;
}

const struct object *
ec2_rules_find_group(const struct aws_call *call, const char *id)
{
    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        struct wanted_rule wanted = {.id = id};
        if (object->kind == OBJECT_SECURITY_GROUP &&
            find_rule(object->id, object->document, &wanted) != NULL) {
            json_decref(wanted.permission);
            return object;
        }
    }
    return NULL;
}

json_t *
ec2_rules_tags(const char *group, json_t *document, const char *id)
{
    struct wanted_rule wanted = {.id = id};

    find_rule(group, document, &wanted);
    json_decref(wanted.permission);
    return aws_edit_part((json_t *)(uintptr_t)wanted.peer, TAGS);
}

/* What a rule becomes, as a permission with one peer, which keeps id and tags. New. */
static json_t *
changed_permission(const json_t *update, const struct wanted_rule *before)
{
    static const char *const members[] = {"IpProtocol", "FromPort", "ToPort"};
    const json_t *rule = json_object_get(update, "SecurityGroupRule");
    json_t *permission = json_object(), *peer = json_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        if (json_object_get(rule, members[i]) != NULL)
            json_object_set(permission, members[i], json_object_get(rule, members[i]));
    json_object_set_new(peer, ID, json_string(before->id));
    if (json_object_get(before->peer, TAGS) != NULL)
        json_object_set_new(peer, TAGS, json_deep_copy(json_object_get(before->peer, TAGS)));
    if (json_object_get(rule, "Description") != NULL)
        json_object_set(peer, "Description", json_object_get(rule, "Description"));
    for (size_t kind = 0; kind < PEER_KINDS; kind++) {
        const char *member = peers[kind].member == NULL ? GROUP_MEMBER : peers[kind].member;
        json_t *identity = json_object_get(rule, member);
        if (identity == NULL)
            continue;
        json_object_set(peer, peers[kind].identity, identity);
        json_object_set_new(permission, peers[kind].list, json_pack("[O]", peer));
    }
    json_decref(peer);
    return permission;
}

/* False: the call has failed. */
static bool
modify_one(struct aws_call *call, const char *group, json_t *document, const json_t *update)
{
    struct wanted_rule before = {
        .id = json_string_value(json_object_get(update, "SecurityGroupRuleId"))};
    const char *direction = find_rule(group, document, &before);

    if (direction == NULL) {
        fail_of_rule(call, before.id);
        return false;
    }
    json_t *added = json_pack("[o]", changed_permission(update, &before));
    json_t *taken = json_pack("[o]", before.permission);
    json_t *permissions = aws_edit_part(document, direction);
    bool is_done = ec2_permissions_take_out(call, permissions, taken) &&
                   ec2_permissions_add(call, permissions, added);
    json_decref(added);
    json_decref(taken);
    return is_done;
}

json_t *
ec2_modify_security_group_rules(struct aws_call *call)
{
    const char *group = aws_text(call, "GroupId");
    const struct object *object = aws_edit_find(call, group);
    const json_t *update;
    size_t index;

    if (object == NULL || object->kind != OBJECT_SECURITY_GROUP)
        return aws_fail(call, "InvalidGroup.NotFound",
                        "The security group '%.64s' does not exist", group);
    json_t *document = aws_edit_document(object);
    json_array_foreach (json_object_get(call->input, "SecurityGroupRules"), index, update)
        if (!modify_one(call, object->id, document, update))
            break;
    if (call->error_code != NULL) {
        json_decref(document);
        return NULL;
    }
    object_edit_change(call->edit, object->id, document);
    return json_pack("{s:b}", "Return", 1);
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
            fail_of_rule(call, wanted.id);
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
