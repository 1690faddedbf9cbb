/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that there is not more of anything than every process keeps rows for. */
#include "model/config_check_counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void
check_count(const struct config_check *check, const struct config_node *place, size_t count,
            size_t most, const char *what)
{
    if (count > most)
        config_report_add(check->report, place, "%zu %s are more than the %zu that can be had",
                          count, what, most);
}

static size_t
count_targets(const struct config *config)
{
    size_t count = 0;

    for (size_t i = 0; i < config->target_group_count; i++)
        count += config->target_groups[i].target_count;
    return count;
}

/* The groups that one listener leads to. */
struct led_to {
    const char **names;
    size_t count;
};

static void
add_action(struct led_to *led, const struct config_action *action)
{
    led->names =
        memory_resize(led->names, led->count + action->group_count + 1, sizeof(*led->names));
    for (size_t i = 0; i < action->group_count; i++) {
        if (action->groups[i].target_group != NULL)
            led->names[led->count++] = action->groups[i].target_group;
    }
}

static int
compare_names(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* The listener itself, and each group once. */
static size_t
count_routes(const struct config_listener *listener)
{
    struct led_to led = {NULL, 0};
    size_t count = 1;

    add_action(&led, &listener->default_action);
    for (size_t i = 0; i < listener->rule_count; i++)
        add_action(&led, &listener->rules[i].action);
    if (led.count > 1)
        qsort(led.names, led.count, sizeof(*led.names), compare_names);
    for (size_t i = 0; i < led.count; i++)
        count += i == 0 || strcmp(led.names[i - 1], led.names[i]) != 0;
    free(led.names);
    return count;
}

static size_t
count_certificates(const struct config *config)
{
    size_t count = 0;

    for (size_t i = 0; i < config->listener_count; i++)
        count += config->listeners[i].certificate_count +
                 config->listeners[i].certificate_list_count;
    return count;
}

/* A request or a connection may be compared with each of them. */
static void
check_sources(const struct config_check *check, const struct config_node *root,
              const struct config_node *listeners)
{
    const struct config *config = check->config;

    check_count(check, config_node_member(root, "load_balancer"), config->trusted_source_count,
                CONFIG_MOST_SOURCES, "xff_trusted_sources");
    for (size_t i = 0; i < config->load_balancer_count; i++)
        check_count(check, config_node_element(config_node_member(root, "load_balancers"), i),
                    config->load_balancers[i].trusted_source_count, CONFIG_MOST_SOURCES,
                    "xff_trusted_sources");
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_node *place = config_node_element(listeners, i);
        check_count(check, place, config->listeners[i].source_count, CONFIG_MOST_SOURCES,
                    "sources");
        check_count(check, place, config->listeners[i].proxy_source_count, CONFIG_MOST_SOURCES,
                    "proxy_protocol_sources");
    }
}

void
config_check_counts(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;
    const struct config_node *groups = config_node_member(root, "target_groups");
    const struct config_node *listeners = config_node_member(root, "listeners");
    size_t routes = 0;

    for (size_t i = 0; i < config->listener_count; i++)
        routes += count_routes(&config->listeners[i]);
    check_count(check, groups, config->target_group_count, CONFIG_MOST_GROUPS, "target groups");
    check_count(check, groups, count_targets(config), CONFIG_MOST_TARGETS, "static targets");
    check_count(check, listeners, routes, CONFIG_MOST_ROUTES,
                "listeners and pairs of a listener and a group of its rules");
    check_count(check, listeners, count_certificates(config), CONFIG_MOST_CERTIFICATES,
                "certificates");
    check_count(check, config_node_member(root, "providers"), config->provider_count,
                CONFIG_MOST_PROVIDERS, "providers");
    check_sources(check, root, listeners);
}
