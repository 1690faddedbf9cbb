/* SPDX-License-Identifier: Apache-2.0 */
/* A plain array: machines have some dozens, and most questions end at the loopback. */
#include "control/registry/local_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define READ_AGAIN_MS 5000
#define ADDRESSES_MOST 4096

struct local_addresses {
    struct target_address_host host;
    struct address *addresses, *broadcasts;
    size_t address_count, broadcast_count;
    uint64_t read_ms; /* 0: never */
};

static void
keep(struct address **list, size_t *count, const struct sockaddr *system, size_t size)
{
    struct sockaddr_storage storage = {0};
    struct address address;

    if (system == NULL || *count == ADDRESSES_MOST)
        return;
    memcpy(&storage, system, size);
    address_from_system(&address, &storage);
    address.port = 0;
    *list = memory_resize(*list, *count + 1, sizeof(**list));
    (*list)[(*count)++] = address;
}

static void
take_in(struct local_addresses *local, const struct ifaddrs *row)
{
    if (row->ifa_addr == NULL)
        return;
    if (row->ifa_addr->sa_family == AF_INET6)
        keep(&local->addresses, &local->address_count, row->ifa_addr,
             sizeof(struct sockaddr_in6));
    if (row->ifa_addr->sa_family != AF_INET)
        return;
    keep(&local->addresses, &local->address_count, row->ifa_addr, sizeof(struct sockaddr_in));
    if ((row->ifa_flags & IFF_BROADCAST) != 0 && row->ifa_broadaddr != NULL)
        keep(&local->broadcasts, &local->broadcast_count, row->ifa_broadaddr,
             sizeof(struct sockaddr_in));
}

/* Where they cannot be read, those of before stay. */
static void
read_again(struct local_addresses *local)
{
    struct ifaddrs *rows;

    if (local->read_ms != 0 && clock_ms() - local->read_ms < READ_AGAIN_MS)
        return;
    local->read_ms = clock_ms();
    if (getifaddrs(&rows) == -1)
        return;
    local->address_count = local->broadcast_count = 0;
    for (const struct ifaddrs *row = rows; row != NULL; row = row->ifa_next)
        take_in(local, row);
    freeifaddrs(rows);
}

static bool
contains(const struct address *list, size_t count, const struct address *address)
{
    struct address bare = *address;

    bare.port = 0;
    for (size_t i = 0; i < count; i++) {
        if (address_equal(&list[i], &bare))
            return true;
    }
    return false;
}

static bool
is_local(void *argument, const struct address *address)
{
    struct local_addresses *local = argument;

    if (target_address_is_loopback(address))
        return true;
    read_again(local);
    return contains(local->addresses, local->address_count, address);
}

static bool
is_broadcast(void *argument, const struct address *address)
{
    struct local_addresses *local = argument;

    if (target_address_is_loopback(address))
        return false;
    read_again(local);
    /* Point-to-point and /32 interfaces give their own address. */
    return contains(local->broadcasts, local->broadcast_count, address) &&
           !contains(local->addresses, local->address_count, address);
}

struct local_addresses *
local_addresses_new(void)
{
    struct local_addresses *local = memory_take(1, sizeof(*local));

    local->host = (struct target_address_host){is_local, is_broadcast, local};
    return local;
}

void
local_addresses_free(struct local_addresses **local)
{
    if (*local == NULL)
        return;
    free((*local)->addresses);
    free((*local)->broadcasts);
    free(*local);
    *local = NULL;
}

const struct target_address_host *
local_addresses_host(const struct local_addresses *local)
{
    return &local->host;
}
