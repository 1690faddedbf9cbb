/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks are sorted, so that one that holds others stands before them: those say nothing new.
 */
#include "model/config_restrictions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What a planting goes through. */
struct planting {
    const struct config_restrictions *restrictions;
    unsigned first_line;
    struct config_report *report;
    size_t source_count; /* that all listeners have got */
    bool is_over;        /* they are more than there may be */
};

/* The rules that hold for a port. */
struct admission {
    const struct config_ingress_rule **rules;
    size_t count;
};

static int
compare_names(const void *name, const void *restriction)
{
    return strcmp(name, ((const struct config_restriction *)restriction)->load_balancer);
}

static const struct config_restriction *
find(const struct config_restrictions *restrictions, const char *load_balancer)
{
    return bsearch(load_balancer, restrictions->all, restrictions->count,
                   sizeof(*restrictions->all), compare_names);
}

static int
compare_rules(const void *one, const void *other)
{
    const struct config_ingress_rule *left = *(const struct config_ingress_rule *const *)one;
    const struct config_ingress_rule *right = *(const struct config_ingress_rule *const *)other;
    const struct address_block *first = &left->block, *second = &right->block;
    int order = first->network.family - second->network.family;

    if (order == 0)
        order =
            memcmp(first->network.bytes, second->network.bytes, sizeof(first->network.bytes));
    if (order == 0)
        order = first->prefix_bits - second->prefix_bits;
    return order == 0 ? strcmp(left->source, right->source) : order;
}

/* Blocks nest or are apart: of those before it, only the last that was kept can hold one. */
static void
drop_held(struct admission *admission)
{
    size_t kept = 0;

    for (size_t i = 0; i < admission->count; i++)
        if (kept == 0 || !address_block_contains(&admission->rules[kept - 1]->block,
                                                 &admission->rules[i]->block.network))
            admission->rules[kept++] = admission->rules[i];
    admission->count = kept;
}

static struct admission
admit(const struct config_restriction *restriction, long long port)
{
    struct admission admission = {.rules = NULL};
    size_t most = 0;

    for (size_t i = 0; i < restriction->group_count; i++)
        most += restriction->groups[i]->count;
    admission.rules = memory_take(most + 1, sizeof(struct config_ingress_rule *));
    for (size_t i = 0; i < restriction->group_count; i++) {
        const struct config_ingress *group = restriction->groups[i];
        for (size_t j = 0; j < group->count; j++)
            if (group->rules[j].first_port <= port && port <= group->rules[j].last_port)
                admission.rules[admission.count++] = &group->rules[j];
    }
    if (admission.count > 1)
        qsort(admission.rules, admission.count, sizeof(struct config_ingress_rule *),
              compare_rules);
    drop_held(&admission);
    return admission;
}

static void
plant_sources(struct config_node *listener, const struct admission *admission, unsigned line)
{
    struct config_node *list = config_node_grow(listener, 1);

    list->name = "sources";
    list->kind = NODE_LIST;
    list->line = line;
    struct config_node *source =
        config_node_grow(list, admission->count == 0 ? 1 : admission->count);
    source->kind = NODE_TEXT;
    source->text = "nobody";
    for (size_t i = 0; i < admission->count; i++) {
        source[i].kind = NODE_TEXT;
        source[i].text = admission->rules[i]->source;
    }
}

static void
restrict_listener(struct planting *planting, struct config_node *listener)
{
    const struct config_node *balancer = config_node_member(listener, "load_balancer");
    const struct config_node *port = config_node_member(listener, "port");

    if (balancer == NULL || balancer->kind != NODE_TEXT || port == NULL ||
        port->kind != NODE_NUMBER)
        return;
    const struct config_restriction *found = find(planting->restrictions, balancer->text);
    if (found == NULL)
        return;
    if (config_node_member(listener, "sources") != NULL) {
        config_report_add_member(planting->report, listener, "sources",
                                 "the security groups of load balancer \"%s\" say who may "
                                 "connect: leave it out, or take the groups from it",
                                 found->load_balancer);
        return;
    }
    struct admission admission = admit(found, port->number);
    planting->source_count += admission.count;
    if (planting->source_count <= CONFIG_MOST_INGRESS_SOURCES)
        plant_sources(listener, &admission, planting->first_line + (unsigned)found->addition);
    else if (!planting->is_over)
        config_report_add(planting->report, listener,
                          "security groups come to more than %d sources of all listeners "
                          "together: write wider blocks",
                          CONFIG_MOST_INGRESS_SOURCES);
    planting->is_over = planting->source_count > CONFIG_MOST_INGRESS_SOURCES;
    free(admission.rules);
}

void
config_restrictions_plant(const struct config_restrictions *restrictions,
                          struct config_tree *tree, unsigned first_line,
                          struct config_report *report)
{
    struct planting planting = {
        .restrictions = restrictions, .first_line = first_line, .report = report};
    const struct config_node *listeners = config_node_member(&tree->root, "listeners");

    if (restrictions->count == 0 || listeners == NULL || listeners->kind != NODE_LIST)
        return;
    for (size_t i = 0; i < listeners->child_count; i++)
        restrict_listener(&planting, &listeners->children[i]);
}
