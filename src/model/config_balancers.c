/* SPDX-License-Identifier: Apache-2.0 */
/* All load balancers of a configuration as one list, whichever setting each is of. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "model/config.h"
#include "model/settings.h"

#define TIMEOUT_WAY_SIZE 64

size_t
config_balancer_count(const struct config *config)
{
    return 1 + config->load_balancer_count;
}

struct config_balancer
config_balancer(const struct config *config, size_t index)
{
    if (index == 0)
        return (struct config_balancer){config->load_balancer_name, &config->attributes,
                                        config->trusted_sources, config->trusted_source_count,
                                        NULL};
    const struct config_load_balancer *other = &config->load_balancers[index - 1];
    return (struct config_balancer){other->name, &other->attributes, other->trusted_sources,
                                    other->trusted_source_count, other->places};
}

size_t
config_balancer_index(const struct config *config, const struct config_listener *listener)
{
    size_t index = 0;

    if (listener->load_balancer == NULL)
        return 0;
    while (index < config_balancer_count(config) &&
           strcmp(config_balancer(config, index).name, listener->load_balancer) != 0)
        index++;
    CHECK(index < config_balancer_count(config));
    return index;
}

/* Whether "timeouts.NAME_seconds" or the finer setting is given. */
static bool
is_given(const struct config *config, const char *name)
{
    char fine[TIMEOUT_WAY_SIZE], coarse[TIMEOUT_WAY_SIZE];
    const char *const ways[] = {fine, coarse};

    snprintf(fine, sizeof(fine), "timeouts.%s_milliseconds", name);
    snprintf(coarse, sizeof(coarse), "timeouts.%s_seconds", name);
    return config_find_place(config, ways, 2) != NULL;
}

struct config_timeouts
config_balancer_timeouts(const struct config *config, size_t index)
{
    struct config_timeouts timeouts = config->timeouts;
    unsigned idle_ms = config_balancer(config, index).attributes->idle_timeout_ms;

    const struct {
        const char *name;
        unsigned *value;
    } followers[] = {
        {"client_head", &timeouts.client_head_ms},
        {"client_body", &timeouts.client_body_ms},
        {"client_idle", &timeouts.client_idle_ms},
        {"target_response", &timeouts.target_response_ms},
        {"tunnel_idle", &timeouts.tunnel_idle_ms},
    };

    for (size_t i = 0; index > 0 && i < sizeof(followers) / sizeof(*followers); i++)
        if (!is_given(config, followers[i].name))
            *followers[i].value = idle_ms;
    return timeouts;
}
