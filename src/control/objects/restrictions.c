/* SPDX-License-Identifier: Apache-2.0 */
#include "control/objects/restrictions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define PORT_MAX 65535

/* A permission's lists of address blocks, and the member that holds each. */
static const char *const lists[][2] = {{"IpRanges", "CidrIp"}, {"Ipv6Ranges", "CidrIpv6"}};

/* Bits behind the prefix mean nothing: without them equal blocks are alike. */
static void
trim(struct address_block *block)
{
    unsigned bit = block->prefix_bits;

    for (; bit < 8 * sizeof(block->network.bytes); bit++)
        block->network.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* Ports of TCP that a permission is about; false: it is about none. */
static bool
read_ports(const json_t *permission, struct config_ingress_rule *rule)
{
    const char *protocol = json_string_value(json_object_get(permission, "IpProtocol"));
    json_int_t first = json_integer_value(json_object_get(permission, "FromPort"));
    json_int_t last = json_integer_value(json_object_get(permission, "ToPort"));
    bool is_all = protocol != NULL && strcmp(protocol, "-1") == 0;

    if (protocol == NULL || (!is_all && strcmp(protocol, "tcp") != 0))
        return false;
    is_all = is_all || (first == -1 && last == -1);
    if (!is_all && (first < 0 || last > PORT_MAX || first > last))
        return false;
    rule->first_port = is_all ? 0 : (unsigned)first;
    rule->last_port = is_all ? PORT_MAX : (unsigned)last;
    return true;
}

/* Those of one list of a permission; returns how many there are then. */
static size_t
add_blocks(struct config_ingress_rule *rules, size_t count, const json_t *list,
           const char *member, struct config_ingress_rule rule)
{
    const json_t *one;
    size_t index;

    json_array_foreach (list, index, one) {
        rule.source = json_string_value(json_object_get(one, member));
        if (rule.source == NULL || !address_block_parse(&rule.block, rule.source))
            continue;
        trim(&rule.block);
        rules[count++] = rule;
    }
    return count;
}

static size_t
count_blocks(const json_t *permissions)
{
    size_t count = 0;
    json_t *permission;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)permissions, key, permission)
        for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
            count += json_array_size(json_object_get(permission, lists[i][0]));
    return count;
}

struct config_ingress *
ingress_new(const json_t *document)
{
    const json_t *permissions = json_object_get(document, "ingress");
    struct config_ingress *ingress = memory_take(1, sizeof(*ingress));
    struct config_ingress_rule *rules =
        memory_take(count_blocks(permissions) + 1, sizeof(*rules));
    json_t *permission;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)permissions, key, permission) {
        struct config_ingress_rule rule = {.source = NULL};
        if (!read_ports(permission, &rule))
            continue;
        for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
            ingress->count =
                add_blocks(rules, ingress->count, json_object_get(permission, lists[i][0]),
                           lists[i][1], rule);
    }
    ingress->rules = rules;
    return ingress;
}

void
ingress_free(struct config_ingress **ingress)
{
    if (*ingress == NULL)
        return;
    free((void *)(uintptr_t)(*ingress)->rules);
    free(*ingress);
    *ingress = NULL;
}

static void
append(struct restrictions *restrictions, const struct config_restriction *restriction)
{
    if (restrictions->count == restrictions->capacity) {
        restrictions->capacity = 2 * restrictions->capacity + 16;
        restrictions->all = memory_resize(restrictions->all, restrictions->capacity,
                                          sizeof(*restrictions->all));
    }
    restrictions->all[restrictions->count++] = *restriction;
}

void
restrictions_add(struct restrictions *restrictions, const json_t *balancer, size_t addition,
                 ingress_find *find, const void *owner)
{
    const json_t *groups = json_object_get(balancer, "security_groups"), *group;
    const char *name =
        json_string_value(json_object_get(json_object_get(balancer, "settings"), "name"));
    const struct config_ingress **found =
        memory_take(json_array_size(groups) + 1, sizeof(struct config_ingress *));
    struct config_restriction restriction = {
        .load_balancer = name, .addition = addition, .groups = found};
    size_t index;

    json_array_foreach (groups, index, group) {
        const char *id = json_string_value(group);
        const struct config_ingress *ingress = id == NULL ? NULL : find(owner, id);
        if (ingress != NULL)
            found[restriction.group_count++] = ingress;
    }
    if (name != NULL && restriction.group_count > 0)
        append(restrictions, &restriction);
    else
        free(found);
}

static int
compare(const void *one, const void *other)
{
    const struct config_restriction *left = one, *right = other;

    return strcmp(left->load_balancer, right->load_balancer);
}

void
restrictions_sort(struct restrictions *restrictions)
{
    if (restrictions->count > 1)
        qsort(restrictions->all, restrictions->count, sizeof(*restrictions->all), compare);
}

void
restrictions_clear(struct restrictions *restrictions)
{
    for (size_t i = 0; i < restrictions->count; i++)
        free((void *)(uintptr_t)restrictions->all[i].groups);
    free(restrictions->all);
    *restrictions = (struct restrictions){.all = NULL};
}
