/* SPDX-License-Identifier: Apache-2.0 */
/* Filters are in the order in which ECS tells of them; strategies only break the ties of those
 * before. */
#include "control/scheduler/placement.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "control/scheduler/cluster_query.h"

#define CONSTRAINTS_MOST 10
#define STRATEGIES_MOST 5
#define ZONE "ecs.availability-zone"

enum strategy_kind {
    STRATEGY_SPREAD_INSTANCES,
    STRATEGY_SPREAD_VALUES, /* of an attribute */
    STRATEGY_BINPACK_CPU,
    STRATEGY_BINPACK_MEMORY,
    STRATEGY_RANDOM
};

struct strategy {
    enum strategy_kind kind;
    char *attribute;
};

struct placement_rules {
    struct cluster_query
        *queries[2 * CONSTRAINTS_MOST]; /* the definition's behind the others */
    size_t query_count;
    bool is_distinct, asks_for_groups;
    struct strategy strategies[STRATEGIES_MOST];
    size_t strategy_count;
};

static const char *
text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));

    return text == NULL ? "" : text;
}

static bool
refuse(char **error, char *text)
{
    if (error != NULL)
        *error = text;
    else
        free(text);
    return false;
}

static bool
read_constraint(struct placement_rules *rules, const json_t *constraint, char **error)
{
    const char *type = text_of(constraint, "type");

    if (strcmp(type, "distinctInstance") == 0) {
        rules->is_distinct = true;
        return true;
    }
    if (strcmp(type, "memberOf") != 0)
        return refuse(error, memory_print("Placement constraint type '%.64s' is not one of "
                                          "distinctInstance, memberOf",
                                          type));
    struct cluster_query *query = cluster_query_read(text_of(constraint, "expression"), error);
    if (query == NULL)
        return false;
    rules->queries[rules->query_count++] = query;
    rules->asks_for_groups = rules->asks_for_groups || cluster_query_asks_for_groups(query);
    return true;
}

static bool
add_strategy(struct placement_rules *rules, enum strategy_kind kind, const char *attribute)
{
    rules->strategies[rules->strategy_count++] =
        (struct strategy){kind, memory_copy_text(attribute)};
    return true;
}

static bool
read_spread(struct placement_rules *rules, const char *field, char **error)
{
    if (strcmp(field, "instanceId") == 0 || strcmp(field, "host") == 0)
        return add_strategy(rules, STRATEGY_SPREAD_INSTANCES, NULL);
    if (strncmp(field, "attribute:", 10) == 0 && field[10] != '\0')
        return add_strategy(rules, STRATEGY_SPREAD_VALUES, field + 10);
    return refuse(error, memory_print("The field '%.128s' of a spread strategy is not one of "
                                      "instanceId, host, attribute:NAME",
                                      field));
}

static bool
is_same_word(const char *one, const char *other)
{
    return strcasecmp(one, other) == 0;
}

static bool
read_strategy(struct placement_rules *rules, const json_t *strategy, char **error)
{
    const char *type = text_of(strategy, "type");
    const char *field = text_of(strategy, "field");

    if (strcmp(type, "random") == 0)
        return add_strategy(rules, STRATEGY_RANDOM, NULL);
    if (strcmp(type, "spread") == 0)
        return read_spread(rules, field, error);
    if (strcmp(type, "binpack") != 0)
        return refuse(error, memory_print("Placement strategy type '%.64s' is not one of "
                                          "random, spread, binpack",
                                          type));
    if (is_same_word(field, "cpu"))
        return add_strategy(rules, STRATEGY_BINPACK_CPU, NULL);
    if (is_same_word(field, "memory"))
        return add_strategy(rules, STRATEGY_BINPACK_MEMORY, NULL);
    return refuse(error, memory_print("The field '%.128s' of a binpack strategy is not one of "
                                      "cpu, memory",
                                      field));
}

bool
placement_rules_add(struct placement_rules *rules, const json_t *constraints, char **error)
{
    const json_t *one;
    size_t index;

    if (json_array_size(constraints) > CONSTRAINTS_MOST)
        return refuse(error, memory_print("There may be %d placement constraints at most",
                                          CONSTRAINTS_MOST));
    json_array_foreach (constraints, index, one)
        if (!read_constraint(rules, one, error))
            return false;
    return true;
}

static bool
read_strategies(struct placement_rules *rules, const json_t *strategies, char **error)
{
    const json_t *one;
    size_t index;

    if (json_array_size(strategies) > STRATEGIES_MOST)
        return refuse(error, memory_print("There may be %d placement strategies at most",
                                          STRATEGIES_MOST));
    json_array_foreach (strategies, index, one)
        if (!read_strategy(rules, one, error))
            return false;
    return true;
}

struct placement_rules *
placement_rules_read(const json_t *constraints, const json_t *strategies, char **error)
{
    struct placement_rules *rules = memory_take(1, sizeof(*rules));

    if (!placement_rules_add(rules, constraints, error) ||
        !read_strategies(rules, strategies, error))
        placement_rules_free(&rules);
    else if (rules->strategy_count == 0) {
        add_strategy(rules, STRATEGY_SPREAD_VALUES, ZONE);
        add_strategy(rules, STRATEGY_SPREAD_INSTANCES, NULL);
    }
    return rules;
}

void
placement_rules_free(struct placement_rules **rules)
{
    if (*rules == NULL)
        return;
    for (size_t i = 0; i < (*rules)->query_count; i++)
        cluster_query_free(&(*rules)->queries[i]);
    for (size_t i = 0; i < (*rules)->strategy_count; i++)
        free((*rules)->strategies[i].attribute);
    free(*rules);
    *rules = NULL;
}

bool
placement_rules_ask_for_groups(const struct placement_rules *rules)
{
    return rules->asks_for_groups;
}

bool
placement_spreads_zones(const struct placement_rules *rules)
{
    const struct strategy *first = &rules->strategies[0];

    return first->kind == STRATEGY_SPREAD_VALUES && strcmp(first->attribute, ZONE) == 0;
}

static bool
is_taken(const struct placement_instance *instance, uint16_t port)
{
    for (size_t i = 0; i < instance->port_count; i++)
        if (instance->ports[i] == port)
            return true;
    return false;
}

static bool
has_ports(const struct placement_instance *instance, const struct placement_needs *needs)
{
    for (size_t i = 0; i < needs->host_port_count; i++)
        if (is_taken(instance, needs->host_ports[i]))
            return false;
    return true;
}

static bool
meets_constraints(const struct placement_rules *rules,
                  const struct placement_instance *instance)
{
    const struct cluster_query_subject subject = {.attributes = instance->attributes,
                                                  .instance_id = instance->id,
                                                  .groups =
                                                      (const char *const *)instance->groups,
                                                  .group_count = instance->group_count,
                                                  .running_tasks = instance->tasks,
                                                  .is_connected = instance->is_connected};

    if (rules->is_distinct && instance->own > 0)
        return false;
    for (size_t i = 0; i < rules->query_count; i++)
        if (!cluster_query_holds(rules->queries[i], &subject))
            return false;
    return true;
}

enum placement_obstacle
placement_judge(const struct placement_rules *rules, const struct placement_needs *needs,
                const struct placement_instance *instance)
{
    if (!instance->is_active)
        return PLACEMENT_NOT_ACTIVE;
    if (!instance->is_connected)
        return PLACEMENT_AGENT;
    if (!meets_constraints(rules, instance))
        return PLACEMENT_CONSTRAINT;
    if (!has_ports(instance, needs))
        return PLACEMENT_PORT;
    if (instance->memory_left < needs->memory_mib)
        return PLACEMENT_MEMORY;
    return instance->cpu_left < needs->cpu ? PLACEMENT_CPU : PLACEMENT_POSSIBLE;
}

static const char *
attribute_of(const struct placement_instance *instance, const char *name)
{
    return text_of(instance->attributes, name);
}

/* The service's tasks on instances with the same value. */
static uint32_t
count_with_value(const struct placement_instance *instances, size_t count,
                 const char *attribute, const char *value)
{
    uint32_t own = 0;

    for (size_t i = 0; i < count; i++)
        if (strcmp(attribute_of(&instances[i], attribute), value) == 0)
            own += instances[i].own;
    return own;
}

/* The less, the better. */
static uint32_t
rank(const struct strategy *strategy, const struct placement_instance *instances, size_t count,
     size_t index)
{
    const struct placement_instance *instance = &instances[index];

    switch (strategy->kind) {
    case STRATEGY_SPREAD_INSTANCES:
        return instance->own;
    case STRATEGY_SPREAD_VALUES:
        return count_with_value(instances, count, strategy->attribute,
                                attribute_of(instance, strategy->attribute));
    case STRATEGY_BINPACK_CPU:
        return instance->cpu_left;
    case STRATEGY_BINPACK_MEMORY:
        return instance->memory_left;
    default:
        break;
    }
    /* "random" need not be surprising: what differs from task to task is how many there are. */
    uint32_t hash = instance->tasks * 2654435761U;
    for (const char *at = instance->id; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    return hash;
}

static int
compare(const struct placement_rules *rules, const struct placement_instance *instances,
        size_t count, size_t one, size_t other)
{
    for (size_t i = 0; i < rules->strategy_count; i++) {
        uint32_t first = rank(&rules->strategies[i], instances, count, one);
        uint32_t second = rank(&rules->strategies[i], instances, count, other);
        if (first != second)
            return first < second ? -1 : 1;
    }
    if (instances[one].tasks != instances[other].tasks)
        return instances[one].tasks < instances[other].tasks ? -1 : 1;
    return strcmp(instances[one].id, instances[other].id);
}

void
placement_note_group(struct placement_instance *instance, const char *group)
{
    for (size_t i = 0; i < instance->group_count; i++)
        if (strcmp(instance->groups[i], group) == 0)
            return;
    instance->groups =
        memory_resize(instance->groups, instance->group_count + 1, sizeof(*instance->groups));
    instance->groups[instance->group_count++] = memory_copy_text(group);
}

void
placement_note(struct placement_instance *instance, const struct placement_needs *needs)
{
    if (instance->has_groups && needs->group != NULL)
        placement_note_group(instance, needs->group);
    instance->tasks++;
    instance->cpu_left -= needs->cpu < instance->cpu_left ? needs->cpu : instance->cpu_left;
    instance->memory_left -=
        needs->memory_mib < instance->memory_left ? needs->memory_mib : instance->memory_left;
    if (needs->host_port_count == 0)
        return;
    instance->ports =
        memory_resize(instance->ports, instance->port_count + needs->host_port_count,
                      sizeof(*instance->ports));
    memcpy(instance->ports + instance->port_count, needs->host_ports,
           needs->host_port_count * sizeof(*needs->host_ports));
    instance->port_count += needs->host_port_count;
}

void
placement_instance_clear(struct placement_instance *instance)
{
    free(instance->ports);
    for (size_t i = 0; i < instance->group_count; i++)
        free(instance->groups[i]);
    free(instance->groups);
    instance->ports = NULL;
    instance->groups = NULL;
    instance->port_count = instance->group_count = 0;
}

uint32_t
placement_take(const struct placement_rules *rules, const struct placement_needs *needs,
               struct placement_instance *instances, size_t count,
               struct placement_failure *failure)
{
    struct placement_failure closest = {PLACEMENT_NO_INSTANCES, PLACEMENT_NOWHERE};
    size_t best = count;

    for (size_t i = 0; i < count; i++) {
        enum placement_obstacle obstacle = placement_judge(rules, needs, &instances[i]);
        if (obstacle == PLACEMENT_POSSIBLE) {
            if (best == count || compare(rules, instances, count, i, best) < 0)
                best = i;
        } else if (obstacle > closest.obstacle) {
            closest = (struct placement_failure){obstacle, (uint32_t)i};
        }
    }
    if (best < count) {
        placement_note(&instances[best], needs);
        instances[best].own++;
        return (uint32_t)best;
    }
    if (failure != NULL)
        *failure = closest;
    return PLACEMENT_NOWHERE;
}
