/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_engines.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/slice.h"
#include "base/text.h"
#include "model/setting_places.h"

#define PORT_MAX 65535
#define DOCKER "docker"
/* Between two readings of all containers, where no provider of the file says it. */
#define RESYNC_SECONDS 30

bool
config_endpoint_is_unix(const char *endpoint)
{
    struct slice whole = slice_of(endpoint), start = SLICE_LITERAL("unix://");
    size_t longest = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

    return slice_starts_with(whole, start) && whole.length - start.length <= longest &&
           whole.length > start.length && whole.at[start.length] == '/';
}

/* Of tcp://host:port the host, without the brackets of IPv6; NONE: it is no such endpoint. */
static struct slice
find_host(const char *endpoint)
{
    static const char start[] = "tcp://";
    const char *colon = strrchr(endpoint, ':');
    uint64_t port;

    if (strncmp(endpoint, start, sizeof(start) - 1) != 0)
        return SLICE_NONE;
    const char *host = endpoint + sizeof(start) - 1;
    if (colon <= host || !slice_to_number(slice_of(colon + 1), PORT_MAX, &port) || port == 0)
        return SLICE_NONE;
    size_t length = (size_t)(colon - host);
    bool is_bracketed = length > 2 && *host == '[' && host[length - 1] == ']';
    return is_bracketed ? slice_make(host + 1, length - 2) : slice_make(host, length);
}

bool
config_endpoint_is_tcp(const char *endpoint)
{
    return find_host(endpoint).length > 0;
}

bool
config_endpoint_is_local(const char *endpoint)
{
    static const char *const blocks[] = {"127.0.0.0/8", "::1"};
    struct slice host = find_host(endpoint);
    struct address_block block;
    struct address address;
    bool is_loopback = false;

    if (config_endpoint_is_unix(endpoint) || slice_equal(host, SLICE_LITERAL("localhost")))
        return true;
    char *text = memory_copy_bytes(host.at, host.length);
    bool is_address = address_parse(&address, text, 0);
    for (size_t i = 0; is_address && i < sizeof(blocks) / sizeof(*blocks); i++)
        is_loopback = is_loopback || (address_block_parse(&block, blocks[i]) &&
                                      address_block_contains(&block, &address));
    free(text);
    return is_loopback;
}

/* The index of the provider that follows it; the number of providers: none does. */
static size_t
find_provider(const struct config *config, const char *endpoint)
{
    size_t index = 0;

    while (index < config->provider_count &&
           (strcmp(config->providers[index].type, DOCKER) != 0 ||
            !text_is_same(config->providers[index].endpoint, endpoint)))
        index++;
    return index;
}

/* It stands where the instance does. */
static struct setting_places *
place_of(const struct config_container_instance *instance)
{
    struct setting_places *places = memory_take(1, sizeof(*places));

    places->own = instance->places->own;
    return places;
}

static void
add_provider(struct config *config, const struct config_container_instance *instance)
{
    config->providers = memory_resize(config->providers, config->provider_count + 1,
                                      sizeof(*config->providers));
    config->providers[config->provider_count++] = (struct config_provider){
        .type = memory_copy_text(DOCKER),
        .endpoint = memory_copy_text(instance->endpoint),
        .tls = {.ca = memory_copy_text(instance->tls.ca),
                .certificate = memory_copy_text(instance->tls.certificate),
                .key = memory_copy_text(instance->tls.key)},
        .resync_seconds = RESYNC_SECONDS,
        .is_added = true,
        .places = place_of(instance),
    };
}

void
config_engines_add(struct config *config)
{
    for (size_t i = 0; i < config->container_instance_count; i++)
        if (find_provider(config, config->container_instances[i].endpoint) ==
            config->provider_count)
            add_provider(config, &config->container_instances[i]);
}

char *
config_engine_source(const struct config *config,
                     const struct config_container_instance *instance)
{
    return config_provider_name(config, find_provider(config, instance->endpoint));
}

const char *
config_bind_address(const struct config *config, const char *endpoint)
{
    if (config->task_bind_address != NULL)
        return config->task_bind_address;
    return config_endpoint_is_local(endpoint) ? "127.0.0.1" : "";
}

const struct config_container_instance *
config_find_instance(const struct config *config, const char *cluster, const char *name)
{
    for (size_t i = 0; i < config->container_instance_count; i++) {
        const struct config_container_instance *instance = &config->container_instances[i];
        if (strcmp(instance->name, name) == 0 && strcmp(instance->cluster, cluster) == 0)
            return instance;
    }
    return NULL;
}
