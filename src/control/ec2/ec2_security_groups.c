/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups: objects of the API. What they let in is in objects/restrictions.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ec2/ec2.h"
#include "control/ec2/ec2_permissions.h"
#include "control/ec2/ec2_security_group_rules.h"

#define NAME_MAX_LENGTH 255
#define TAG_KEY_MAX 128
#define TAG_VALUE_MAX 256

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
    if (id != NULL && strncmp(id, "sg-", 3) != 0)
        aws_fail(call, "InvalidGroupId.Malformed",
                 "Invalid id: \"%.64s\" (expecting \"sg-...\")", id);
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
                  "GroupName", "default", "Description", "lets everybody in", "VpcId", AWS_VPC,
                  "OwnerId", AWS_ACCOUNT, "IpPermissions", "IpPermissionsEgress");

    for (size_t i = 0; i < aws_edit_count(call); i++)
        if (aws_edit_at(call, i)->kind == OBJECT_SECURITY_GROUP)
            json_array_append_new(groups, group_to_json(aws_edit_at(call, i)));
    return ec2_give(call,
                    &(const struct ec2_listing){"SecurityGroups", "GroupIds", "GroupId",
                                                "InvalidGroup.NotFound"},
                    choose_names(call, groups));
}

/* EC2's words for bounds that its model has not. */
static void
check_tag(struct aws_call *call, const json_t *tag)
{
    const char *key = json_string_value(json_object_get(tag, "Key"));
    const char *value = json_string_value(json_object_get(tag, "Value"));

    if (key == NULL || strlen(key) > TAG_KEY_MAX ||
        (value != NULL && strlen(value) > TAG_VALUE_MAX))
        aws_fail(call, "InvalidParameterValue",
                 "A tag must have a key of up to %d characters, and a value of up to %d",
                 TAG_KEY_MAX, TAG_VALUE_MAX);
    else if (strncasecmp(key, "aws:", 4) == 0)
        aws_fail(call, "InvalidParameterValue",
                 "Tag keys starting with 'aws:' are reserved for internal use");
}

/* "Tags" of what is made, as an object of texts. */
static json_t *
given_tags(struct aws_call *call)
{
    const json_t *all = json_object_get(call->input, "TagSpecifications"), *one, *tag;
    json_t *tags = json_object();
    size_t index, place;

    json_array_foreach (all, index, one) {
        json_array_foreach (json_object_get(one, "Tags"), place, tag) {
            json_t *value = json_object_get(tag, "Value");
            check_tag(call, tag);
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

/* By their ids, as far as the call gives any; NULL: it has failed. */
static json_t *
given_by_either(struct aws_call *call, const struct object *object, const char *direction)
{
    const json_t *ids = json_object_get(call->input, "SecurityGroupRuleIds");

    if (json_array_size(ids) == 0)
        return ec2_permissions_given(call);
    return ec2_rules_to_permissions(call, object->id, object->document, direction, ids);
}

static void
name_rules(struct aws_call *call, json_t *permissions)
{
    json_t *tags = given_tags(call);

    if (aws_edit_check_tags(call, tags))
        ec2_rules_name(permissions, tags);
    json_decref(tags);
}

static json_t *
change_permissions(struct aws_call *call, const char *direction, ec2_permissions_change *change)
{
    const struct object *object = find_own(call);

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    json_t *given = given_by_either(call, object, direction);
    if (change == ec2_permissions_add)
        name_rules(call, given);
    bool is_changed = change(call, aws_edit_part(document, direction), given);
    json_decref(given);
    if (!is_changed) {
        json_decref(document);
        return NULL;
    }
    json_t *added = ec2_rules_added(ec2_rules_of(object->id, object->document, direction),
                                    ec2_rules_of(object->id, document, direction));
    object_edit_change(call->edit, object->id, document);
    return json_pack("{s:b, s:o}", "Return", 1, "SecurityGroupRules", added);
}

json_t *
ec2_authorize_ingress(struct aws_call *call)
{
    return change_permissions(call, "ingress", ec2_permissions_add);
}

json_t *
ec2_authorize_egress(struct aws_call *call)
{
    return change_permissions(call, "egress", ec2_permissions_add);
}

json_t *
ec2_revoke_ingress(struct aws_call *call)
{
    return change_permissions(call, "ingress", ec2_permissions_take_out);
}

json_t *
ec2_revoke_egress(struct aws_call *call)
{
    return change_permissions(call, "egress", ec2_permissions_take_out);
}

/* Calls on the tags of each resource with each tag of the input (NULL: it gives none). */
static json_t *
change_tags(struct aws_call *call, void (*change)(json_t *tags, const json_t *given))
{
    const json_t *ids = json_object_get(call->input, "Resources"), *id;
    size_t index;

    json_array_foreach (ids, index, id) {
        const char *text = json_string_value(id);
        bool is_rule = strncmp(text, "sgr-", 4) == 0;
        const struct object *object =
            is_rule ? ec2_rules_find_group(call, text) : find(call, text);
        if (object == NULL)
            return aws_fail(call, "InvalidID",
                            "The ID '%.64s' is not valid: security groups and their rules "
                            "have tags here",
                            text);
        json_t *document = aws_edit_document(object);
        json_t *tags = is_rule ? ec2_rules_tags(object->id, document, text)
                               : aws_edit_part(document, "tags");
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
    const json_t *tag;
    size_t index;

    json_array_foreach (json_object_get(call->input, "Tags"), index, tag)
        check_tag(call, tag);
    return call->error_code != NULL ? NULL : change_tags(call, put_tags);
}

json_t *
ec2_delete_tags(struct aws_call *call)
{
    return change_tags(call, delete_tags);
}
