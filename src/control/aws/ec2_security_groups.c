/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security groups: objects of the API that are stored and told, and enforce nothing. Their
 * permissions are kept as they are told, by "protocol from to", each with lists of sources.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/aws/ec2.h"
#include "control/aws/ec2_security_group_rules.h"

#define NAME_MAX_LENGTH 255

/* The lists of a permission, and what tells their elements apart. */
static const struct {
    const char *list, *identity;
    bool is_block; /* of addresses */
} sources[] = {
    {"IpRanges", "CidrIp", true},
    {"Ipv6Ranges", "CidrIpv6", true},
    {"PrefixListIds", "PrefixListId", false},
    {"UserIdGroupPairs", "GroupId", false},
};

static const struct object *
find(const struct aws_call *call, const char *id)
{
    const struct object *object = aws_edit_find(call, id);

    return object != NULL && object->kind == OBJECT_SECURITY_GROUP ? object : NULL;
}

static const struct object *
find_name(const struct aws_call *call, const char *name)
{
    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        const char *own = json_string_value(json_object_get(object->document, "name"));
        if (object->kind == OBJECT_SECURITY_GROUP && strcmp(own, name) == 0)
            return object;
    }
    return NULL;
}

bool
ec2_has_security_group(const struct aws_call *call, const char *id)
{
    return strcmp(id, AWS_SECURITY_GROUP) == 0 || find(call, id) != NULL;
}

/* The group that a call is about; NULL: it has failed. */
static const struct object *
find_own(struct aws_call *call)
{
    const char *id = aws_text(call, "GroupId"), *name = aws_text(call, "GroupName");

    if (id == NULL && name == NULL) {
        aws_fail(call, "MissingParameter", "The request must contain the parameter groupId");
        return NULL;
    }
    const struct object *object = id != NULL ? find(call, id) : find_name(call, name);
    if (object != NULL)
        return object;
    if (strcmp(id != NULL ? id : name, id != NULL ? AWS_SECURITY_GROUP : "default") == 0)
        aws_fail(call, id != NULL ? "CannotDelete" : "OperationNotPermitted",
                 "The default security group is fairlead's own and cannot be changed");
    else
        aws_fail(call, "InvalidGroup.NotFound", "The security group '%s' does not exist",
                 id != NULL ? id : name);
    return NULL;
}

static json_t *
values_of(const json_t *map)
{
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)map, key, value)
        json_array_append(list, value);
    return list;
}

static json_t *
tags_to_json(const json_t *tags)
{
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)tags, key, value)
        json_array_append_new(list, json_pack("{s:s, s:O}", "Key", key, "Value", value));
    return list;
}

static json_t *
group_to_json(const struct object *object)
{
    const json_t *document = object->document;
    char *arn = memory_print("arn:aws:ec2:" AWS_REGION ":" AWS_ACCOUNT ":security-group/%s",
                             object->id);
    json_t *json = json_pack(
        "{s:s, s:s, s:O, s:O, s:s, s:s, s:o, s:o, s:o}", "GroupId", object->id,
        "SecurityGroupArn", arn, "GroupName", json_object_get(document, "name"), "Description",
        json_object_get(document, "description"), "VpcId", AWS_VPC, "OwnerId", AWS_ACCOUNT,
        "IpPermissions", values_of(json_object_get(document, "ingress")), "IpPermissionsEgress",
        values_of(json_object_get(document, "egress")), "Tags",
        tags_to_json(json_object_get(document, "tags")));

    free(arn);
    return json;
}

/* Those that GroupNames asks for, where it does; takes the groups. */
static json_t *
choose_names(struct aws_call *call, json_t *groups)
{
    struct aws_wanted wanted;
    json_t *chosen = json_array(), *group;
    size_t index;

    if (aws_wanted_begin(&wanted, call, "GroupNames")) {
        json_array_foreach (groups, index, group)
            if (aws_wanted_has(&wanted, json_string_value(json_object_get(group, "GroupName"))))
                json_array_append(chosen, group);
        aws_wanted_end(&wanted, call, "InvalidGroup.NotFound",
                       "The security group that was asked for does not exist");
    }
    json_decref(groups);
    return chosen;
}

json_t *
ec2_security_groups(struct aws_call *call)
{
    json_t *groups =
        json_pack("[{s:s, s:s, s:s, s:s, s:s, s:[], s:[]}]", "GroupId", AWS_SECURITY_GROUP,
                  "GroupName", "default", "Description", "not enforced", "VpcId", AWS_VPC,
                  "OwnerId", AWS_ACCOUNT, "IpPermissions", "IpPermissionsEgress");

    for (size_t i = 0; i < aws_edit_count(call); i++)
        if (aws_edit_at(call, i)->kind == OBJECT_SECURITY_GROUP)
            json_array_append_new(groups, group_to_json(aws_edit_at(call, i)));
    return ec2_give(call,
                    &(const struct ec2_listing){"SecurityGroups", "GroupIds", "GroupId",
                                                "InvalidGroup.NotFound"},
                    choose_names(call, groups));
}

/* "Tags" of what is made, as an object of texts. */
static json_t *
given_tags(const struct aws_call *call)
{
    const json_t *all = json_object_get(call->input, "TagSpecifications"), *one, *tag;
    json_t *tags = json_object();
    size_t index, place;

    json_array_foreach (all, index, one) {
        json_array_foreach (json_object_get(one, "Tags"), place, tag) {
            json_t *value = json_object_get(tag, "Value");
            json_object_set_new(tags, json_string_value(json_object_get(tag, "Key")),
                                value == NULL ? json_string("") : json_incref(value));
        }
    }
    return tags;
}

static bool
is_possible(struct aws_call *call)
{
    const char *name = aws_text(call, "GroupName"), *vpc = aws_text(call, "VpcId");

    if (vpc != NULL && strcmp(vpc, AWS_VPC) != 0)
        aws_fail(call, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", vpc);
    else if (strlen(name) == 0 || strlen(name) > NAME_MAX_LENGTH ||
             strncmp(name, "sg-", 3) == 0 || strcmp(name, "default") == 0)
        aws_fail(call, "InvalidParameterValue",
                 "Invalid security group name '%s': up to 255 characters, neither 'default' "
                 "nor beginning with 'sg-'",
                 name);
    else if (find_name(call, name) != NULL)
        aws_fail(call, "InvalidGroup.Duplicate",
                 "The security group '%s' already exists for VPC '" AWS_VPC "'", name);
    return call->error_code == NULL;
}

json_t *
ec2_create_security_group(struct aws_call *call)
{
    char number[AWS_ID_SIZE];

    if (!is_possible(call))
        return NULL;
    json_t *tags = given_tags(call);
    if (!aws_edit_check_tags(call, tags)) {
        json_decref(tags);
        return NULL;
    }
    aws_edit_make_id(number);
    char *id = memory_print("sg-%s", number);
    json_t *output = json_pack("{s:s, s:o}", "GroupId", id, "Tags", tags_to_json(tags));
    json_t *document = json_pack(
        "{s:{}, s:s, s:s, s:{}, s:{s:{s:s, s:[{s:s}]}}, s:o}", "settings", "name",
        aws_text(call, "GroupName"), "description", aws_text(call, "Description"), "ingress",
        "egress", "-1", "IpProtocol", "-1", "IpRanges", "CidrIp", "0.0.0.0/0", "tags", tags);
    object_edit_create(call->edit, OBJECT_SECURITY_GROUP, id, call->caller_name, document);
    free(id);
    return output;
}

/* The first balancer that has the group; NULL: none. */
static const struct object *
find_user(const struct aws_call *call, const char *id)
{
    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const json_t *list = json_object_get(aws_edit_at(call, i)->document, "security_groups"),
                     *one;
        size_t index;
        json_array_foreach (list, index, one)
            if (strcmp(json_string_value(one), id) == 0)
                return aws_edit_at(call, i);
    }
    return NULL;
}

json_t *
ec2_delete_security_group(struct aws_call *call)
{
    const struct object *object = find_own(call);

    if (object == NULL)
        return NULL;
    const struct object *user = find_user(call, object->id);
    if (user != NULL)
        return aws_fail(call, "DependencyViolation", "resource %s has a dependent object: %s",
                        object->id, user->id);
    json_t *output = json_pack("{s:b, s:s}", "Return", 1, "GroupId", object->id);
    object_edit_delete(call->edit, object->id);
    return output;
}

/* The call's permissions; where it gives one by single members, that one. New. */
static json_t *
given_permissions(const struct aws_call *call)
{
    json_t *list = json_object_get(call->input, "IpPermissions");
    const char *block = aws_text(call, "CidrIp");
    static const char *const names[] = {"IpProtocol", "FromPort", "ToPort"};

    if (json_array_size(list) > 0)
        return json_incref(list);
    json_t *one = json_object();
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (json_object_get(call->input, names[i]) != NULL)
            json_object_set(one, names[i], json_object_get(call->input, names[i]));
    if (block != NULL)
        json_object_set_new(one, "IpRanges", json_pack("[{s:s}]", "CidrIp", block));
    return json_pack("[o]", one);
}

/* As AWS names it: of numbers those that have names. */
static const char *
protocol_name(const char *given)
{
    static const char *const names[][2] = {
        {"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}, {"all", "-1"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(given, names[i][0]) == 0)
            return names[i][1];
    return given;
}

/* The permission of the same protocol and ports, made where there is none; NULL: the call has
 * failed. */
static json_t *
find_permission(struct aws_call *call, json_t *permissions, const json_t *given)
{
    const char *protocol = json_string_value(json_object_get(given, "IpProtocol"));
    json_t *from = json_object_get(given, "FromPort"), *to = json_object_get(given, "ToPort");
    char *key;

    if (protocol == NULL) {
        aws_fail(call, "MissingParameter", "The request must contain the parameter ipProtocol");
        return NULL;
    }
    protocol = protocol_name(protocol);
    if (strcmp(protocol, "-1") == 0) {
        from = to = NULL;
        key = memory_copy_text(protocol);
    } else if (from == NULL || to == NULL) {
        aws_fail(call, "InvalidParameterValue",
                 "Protocol '%s' needs FromPort and ToPort (-1 each: all)", protocol);
        return NULL;
    } else {
        key = memory_print("%s %lld %lld", protocol, (long long)json_integer_value(from),
                           (long long)json_integer_value(to));
    }
    json_t *found = json_object_get(permissions, key);
    if (found == NULL) {
        found = json_pack("{s:s}", "IpProtocol", protocol);
        if (from != NULL) {
            json_object_set(found, "FromPort", from);
            json_object_set(found, "ToPort", to);
        }
        json_object_set_new(permissions, key, found);
    }
    free(key);
    return found;
}

/* Where a list has an element of that identity; its size: nowhere. */
static size_t
find_source(const json_t *list, const char *identity, const char *value)
{
    size_t index = 0;

    while (index < json_array_size(list)) {
        const json_t *one = json_array_get(list, index);
        if (strcmp(json_string_value(json_object_get(one, identity)), value) == 0)
            break;
        index++;
    }
    return index;
}

static void
add_source(struct aws_call *call, json_t *list, size_t kind, json_t *source)
{
    const char *value = json_string_value(json_object_get(source, sources[kind].identity));
    struct address_block block;

    if (value == NULL)
        aws_fail(call, "MissingParameter", "A source must have %s", sources[kind].identity);
    else if (sources[kind].is_block &&
             (strchr(value, '/') == NULL || !address_block_parse(&block, value)))
        aws_fail(call, "InvalidParameterValue", "CIDR block %s is malformed", value);
    else if (find_source(list, sources[kind].identity, value) < json_array_size(list))
        aws_fail(call, "InvalidPermission.Duplicate",
                 "the specified rule \"peer: %s\" already exists", value);
    else
        json_array_append(list, source);
}

static void
take_out(struct aws_call *call, json_t *list, size_t kind, json_t *source)
{
    const char *value = json_string_value(json_object_get(source, sources[kind].identity));
    size_t index = value == NULL ? json_array_size(list)
                                 : find_source(list, sources[kind].identity, value);

    if (json_array_remove(list, index) == -1)
        aws_fail(call, "InvalidPermission.NotFound",
                 "The specified rule does not exist in this security group: peer %s",
                 value == NULL ? "" : value);
}

typedef void source_change(struct aws_call *call, json_t *list, size_t kind, json_t *source);

static void
change_sources(struct aws_call *call, json_t *permission, const json_t *given,
               source_change *change)
{
    size_t index, sources_given = 0;
    json_t *source;

    for (size_t kind = 0; kind < sizeof(sources) / sizeof(*sources); kind++) {
        const json_t *list = json_object_get(given, sources[kind].list);
        if (json_array_size(list) == 0)
            continue;
        json_t *own = json_object_get(permission, sources[kind].list);
        if (own == NULL) {
            own = json_array();
            json_object_set_new(permission, sources[kind].list, own);
        }
        json_array_foreach (list, index, source)
            change(call, own, kind, source);
        sources_given += json_array_size(list);
        if (json_array_size(own) == 0)
            json_object_del(permission, sources[kind].list);
    }
    if (sources_given == 0)
        aws_fail(call, "MissingParameter", "A permission must have a source, such as CidrIp");
}

/* Without those that nothing is left of. */
static void
drop_empty(json_t *permissions)
{
    json_t *permission;
    const char *key;
    void *next;

    json_object_foreach_safe (permissions, next, key, permission) {
        size_t left = 0;
        for (size_t kind = 0; kind < sizeof(sources) / sizeof(*sources); kind++)
            left += json_array_size(json_object_get(permission, sources[kind].list));
        if (left == 0)
            json_object_del(permissions, key);
    }
}

/* By their ids, as far as the call gives any; NULL: it has failed. */
static json_t *
given_by_either(struct aws_call *call, const struct object *object, const char *direction)
{
    const json_t *ids = json_object_get(call->input, "SecurityGroupRuleIds");

    if (json_array_size(ids) == 0)
        return given_permissions(call);
    return ec2_rules_to_permissions(call, object->id, object->document, direction, ids);
}

static json_t *
change_permissions(struct aws_call *call, const char *direction, source_change *change)
{
    const struct object *object = find_own(call);
    size_t index;
    const json_t *one;

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    json_t *permissions = aws_edit_part(document, direction);
    json_t *given = given_by_either(call, object, direction);
    json_array_foreach (given, index, one) {
        json_t *permission = find_permission(call, permissions, one);
        if (permission != NULL)
            change_sources(call, permission, one, change);
    }
    json_decref(given);
    if (call->error_code != NULL) {
        json_decref(document);
        return NULL;
    }
    drop_empty(permissions);
    json_t *added = ec2_rules_added(ec2_rules_of(object->id, object->document, direction),
                                    ec2_rules_of(object->id, document, direction));
    object_edit_change(call->edit, object->id, document);
    return json_pack("{s:b, s:o}", "Return", 1, "SecurityGroupRules", added);
}

json_t *
ec2_authorize_ingress(struct aws_call *call)
{
    return change_permissions(call, "ingress", add_source);
}

json_t *
ec2_authorize_egress(struct aws_call *call)
{
    return change_permissions(call, "egress", add_source);
}

json_t *
ec2_revoke_ingress(struct aws_call *call)
{
    return change_permissions(call, "ingress", take_out);
}

json_t *
ec2_revoke_egress(struct aws_call *call)
{
    return change_permissions(call, "egress", take_out);
}

/* Calls on the tags of each resource with each tag of the input (NULL: it gives none). */
static json_t *
change_tags(struct aws_call *call, void (*change)(json_t *tags, const json_t *given))
{
    const json_t *ids = json_object_get(call->input, "Resources"), *id;
    size_t index;

    json_array_foreach (ids, index, id) {
        const struct object *object = find(call, json_string_value(id));
        if (object == NULL)
            return aws_fail(call, "InvalidID",
                            "The ID '%s' is not valid: security groups have tags here",
                            json_string_value(id));
        json_t *document = aws_edit_document(object);
        json_t *tags = aws_edit_part(document, "tags");
        change(tags, json_object_get(call->input, "Tags"));
        if (!aws_edit_check_tags(call, tags)) {
            json_decref(document);
            return NULL;
        }
        object_edit_change(call->edit, object->id, document);
    }
    return json_object();
}

static void
put_tags(json_t *tags, const json_t *given)
{
    const json_t *tag;
    size_t index;

    json_array_foreach (given, index, tag) {
        json_t *value = json_object_get(tag, "Value");
        json_object_set_new(tags, json_string_value(json_object_get(tag, "Key")),
                            value == NULL ? json_string("") : json_incref(value));
    }
}

/* All where none are given; one with a value only where it has that. */
static void
delete_tags(json_t *tags, const json_t *given)
{
    const json_t *tag;
    size_t index;

    if (given == NULL)
        json_object_clear(tags);
    json_array_foreach (given, index, tag) {
        const char *key = json_string_value(json_object_get(tag, "Key"));
        const json_t *value = json_object_get(tag, "Value");
        if (value == NULL || json_equal(value, json_object_get(tags, key)))
            json_object_del(tags, key);
    }
}

json_t *
ec2_create_tags(struct aws_call *call)
{
    return change_tags(call, put_tags);
}

json_t *
ec2_delete_tags(struct aws_call *call)
{
    return change_tags(call, delete_tags);
}
