/* SPDX-License-Identifier: Apache-2.0 */
#include "control/docker/docker_network.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define DEFAULT_NETWORK "bridge"
#define CONTAINER_MODE "container:"
#define ID_SHOWN_BYTES 12

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static const char *
mode_of(const json_t *inspected)
{
    const char *mode = text_of(json_object_get(inspected, "HostConfig"), "NetworkMode");

    return mode == NULL ? "" : mode;
}

static json_t *
networks_of(const json_t *inspected)
{
    return json_object_get(json_object_get(inspected, "NetworkSettings"), "Networks");
}

static const char *
address_in(const json_t *network)
{
    const char *ipv4 = text_of(network, "IPAddress");
    const char *ipv6 = text_of(network, "GlobalIPv6Address");
    const char *found = ipv4 != NULL && *ipv4 != '\0' ? ipv4 : ipv6;

    return found != NULL && *found != '\0' ? found : NULL;
}

static bool
is_ours(const struct docker_own_networks *own, const char *name)
{
    for (size_t i = 0; i < own->count; i++) {
        if (strcmp(own->names[i], name) == 0)
            return true;
    }
    return false;
}

/* How well a network suits that nobody has named: ours, the default one, any. */
static int
rank(const struct docker_own_networks *own, const char *name)
{
    if (is_ours(own, name))
        return 2;
    return strcmp(name, DEFAULT_NETWORK) == 0 ? 1 : 0;
}

/* Which the engine tells first must not matter: of equals the first by name. NULL: none gives
 * the container an address. */
static const char *
choose_network(json_t *networks, const struct docker_own_networks *own)
{
    const char *name, *best = NULL;
    json_t *network;

    json_object_foreach (networks, name, network) {
        int lead = best == NULL ? 1 : rank(own, name) - rank(own, best);
        if (address_in(network) != NULL && (lead > 0 || (lead == 0 && strcmp(name, best) < 0)))
            best = name;
    }
    return best;
}

static char *
explain_lack(const char *mode, const char *wanted)
{
    if (strncmp(mode, CONTAINER_MODE, strlen(CONTAINER_MODE)) == 0)
        return memory_print("it shares the network of container %.*s: make that one the target",
                            ID_SHOWN_BYTES, mode + strlen(CONTAINER_MODE));
    if (wanted != NULL)
        return memory_print("network %.100s gives it none: connect it to that network", wanted);
    return memory_copy_text("it is in no network that gives it one: connect it to one");
}

void
docker_network_read(struct task *task, const json_t *inspected, const char *wanted,
                    const struct docker_reach *reach)
{
    json_t *networks = networks_of(inspected);
    const char *mode = mode_of(inspected);

    task->is_on_host_network = strcmp(mode, "host") == 0;
    if (task->is_on_host_network)
        return;
    if (wanted == NULL)
        wanted = reach->network;
    const char *name = wanted != NULL ? wanted : choose_network(networks, &reach->own);
    const char *address = name == NULL ? NULL : address_in(json_object_get(networks, name));
    if (address == NULL) {
        task->no_address = explain_lack(mode, wanted);
        return;
    }
    task->container_address = memory_copy_text(address);
    if (reach->dial == DIAL_AUTO && (reach->is_here || is_ours(&reach->own, name)))
        task->dial = TASK_DIAL_AUTO;
    else if (reach->dial == DIAL_CONTAINER)
        task->dial = TASK_DIAL_CONTAINER;
}

void
docker_network_read_own(struct docker_reach *reach, const char *text, size_t length)
{
    json_t *inspected = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    const char *name;
    json_t *network;

    reach->is_here = strcmp(mode_of(inspected), "host") == 0;
    reach->own.count = 0;
    json_object_foreach (networks_of(inspected), name, network) {
        char *kept = reach->own.names[reach->own.count];
        if (address_in(network) == NULL || strlen(name) >= DOCKER_NETWORK_NAME_BYTES ||
            reach->own.count == DOCKER_NETWORKS_MOST)
            continue;
        snprintf(kept, DOCKER_NETWORK_NAME_BYTES, "%s", name);
        reach->own.count++;
        if (reach->own.count == DOCKER_NETWORKS_MOST)
            break;
    }
    json_decref(inspected);
}
