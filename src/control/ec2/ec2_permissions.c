/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permissions are kept as they are told, by "protocol from to", each with lists of sources.
 * Start reading at change_all.
 */
#include "control/ec2/ec2_permissions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/slice.h"

#define PROTOCOL_MAX 255
#define PORT_MAX 65535
/* In one direction, as many as AWS gives at most. */
#define RULES_MAX 1000

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

json_t *
ec2_permissions_given(const struct aws_call *call)
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

/* As AWS names it: of numbers those that have names; NULL: there is no such protocol. */
static const char *
protocol_name(const char *given)
{
    static const char *const names[][2] = {
        {"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}, {"all", "-1"}};
    uint64_t number;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcasecmp(given, names[i][0]) == 0 || strcasecmp(given, names[i][1]) == 0)
            return names[i][1];
    return slice_to_number(slice_of(given), PROTOCOL_MAX, &number) ? given : NULL;
}

static bool
has_ports(const char *protocol)
{
    return strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0;
}

/* -1 each: all. */
static bool
are_ports(const json_t *from, const json_t *to)
{
    json_int_t first = json_integer_value(from), last = json_integer_value(to);

    return (first == -1 && last == -1) || (0 <= first && first <= last && last <= PORT_MAX);
}

/* What a permission is about; no ports: all. */
struct kind {
    const char *protocol;
    json_t *from, *to;
};

/* False: the call has failed. */
static bool
read_kind(struct aws_call *call, const json_t *given, struct kind *kind)
{
    const char *protocol = json_string_value(json_object_get(given, "IpProtocol"));
    json_t *from = json_object_get(given, "FromPort"), *to = json_object_get(given, "ToPort");

    *kind = (struct kind){.protocol = protocol == NULL ? NULL : protocol_name(protocol)};
    if (protocol == NULL)
        aws_fail(call, "MissingParameter", "The request must contain the parameter ipProtocol");
    else if (kind->protocol == NULL)
        aws_fail(call, "InvalidParameterValue",
                 "Invalid value '%s' for IP protocol. Unknown protocol.", protocol);
    else if (strcmp(kind->protocol, "-1") == 0)
        return true;
    else if (from == NULL || to == NULL)
        aws_fail(call, "InvalidParameterValue",
                 "Protocol '%s' needs FromPort and ToPort (-1 each: all)", kind->protocol);
    else if (has_ports(kind->protocol) && !are_ports(from, to))
        aws_fail(call, "InvalidParameterValue", "Invalid range of ports: %lld to %lld",
                 (long long)json_integer_value(from), (long long)json_integer_value(to));
    kind->from = from;
    kind->to = to;
    return call->error_code == NULL;
}

/* The permission of the same protocol and ports, made where there is none; NULL: the call has
 * failed. */
static json_t *
find_permission(struct aws_call *call, json_t *permissions, const json_t *given)
{
    struct kind kind;

    if (!read_kind(call, given, &kind))
        return NULL;
    char *key = kind.from == NULL ? memory_copy_text(kind.protocol)
                                  : memory_print("%s %lld %lld", kind.protocol,
                                                 (long long)json_integer_value(kind.from),
                                                 (long long)json_integer_value(kind.to));
    json_t *found = json_object_get(permissions, key);
    if (found == NULL) {
        found = json_pack("{s:s}", "IpProtocol", kind.protocol);
        if (kind.from != NULL) {
            json_object_set(found, "FromPort", kind.from);
            json_object_set(found, "ToPort", kind.to);
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

/* Without those that nothing is left of; how many sources the others have. */
static size_t
drop_empty(json_t *permissions)
{
    json_t *permission;
    const char *key;
    void *next;
    size_t count = 0;

    json_object_foreach_safe (permissions, next, key, permission) {
        size_t left = 0;
        for (size_t kind = 0; kind < sizeof(sources) / sizeof(*sources); kind++)
            left += json_array_size(json_object_get(permission, sources[kind].list));
        if (left == 0)
            json_object_del(permissions, key);
        count += left;
    }
    return count;
}

/* How many sources there are then; what has failed halfway is not kept by the caller. */
static size_t
change_all(struct aws_call *call, json_t *permissions, const json_t *given,
           source_change *change)
{
    const json_t *one;
    size_t index;

    json_array_foreach (given, index, one) {
        json_t *permission = find_permission(call, permissions, one);
        if (permission != NULL)
            change_sources(call, permission, one, change);
    }
    return drop_empty(permissions);
}

bool
ec2_permissions_add(struct aws_call *call, json_t *permissions, const json_t *given)
{
    if (change_all(call, permissions, given, add_source) > RULES_MAX)
        aws_fail(call, "RulesPerSecurityGroupLimitExceeded",
                 "The maximum number of rules per security group has been reached: %d",
                 RULES_MAX);
    return call->error_code == NULL;
}

bool
ec2_permissions_take_out(struct aws_call *call, json_t *permissions, const json_t *given)
{
    change_all(call, permissions, given, take_out);
    return call->error_code == NULL;
}
