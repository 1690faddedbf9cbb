/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses are counted only while limits.connections_per_address is set: a table of those that
 * are connected now. A change of the setting takes effect for new connections.
 */
#include "worker/listeners/client_limits.h"

#include <stdlib.h>
#include <sys/resource.h>

#include <uthash.h>

#include "base/check.h"
#include "base/memory.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

/* Descriptors that stay free for targets, pipes and channels: a third, and a few. */
#define RESERVED_SHARE 3
#define RESERVED_LEAST 64

/* Of all connections that may be open, those that may still shake hands. */
#define HANDSHAKES_SHARE 4

struct address_count {
    uint8_t bytes[16];
    unsigned connections;
    UT_hash_handle hh;
};

struct client_limits {
    struct address_count *addresses;
    unsigned descriptors; /* soft limit of the process */
};

struct client_limits *
client_limits_new(void)
{
    struct client_limits *limits = memory_take(1, sizeof(*limits));
    struct rlimit descriptors;

    limits->descriptors = 1024;
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
        limits->descriptors = (unsigned)descriptors.rlim_cur;
    return limits;
}

void
client_limits_free(struct client_limits **limits)
{
    struct address_count *count, *next;
    struct address_count *first = (*limits)->addresses;

    HASH_CLEAR(hh, (*limits)->addresses);
    for (count = first; count != NULL; count = next) {
        next = count->hh.next;
        free(count);
    }
    free(*limits);
    *limits = NULL;
}

static unsigned
share_of(const struct worker *worker, unsigned all)
{
    unsigned workers = worker->worker_count == 0 ? 1 : worker->worker_count;

    return (all + workers - 1) / workers;
}

static unsigned
most_connections(const struct worker *worker)
{
    unsigned configured = worker->view->settings->limits.connections;
    unsigned descriptors = worker->limits->descriptors;
    unsigned reserved = descriptors / RESERVED_SHARE + RESERVED_LEAST;
    unsigned most = descriptors > reserved ? descriptors - reserved : 1;

    if (configured != 0 && share_of(worker, configured) < most)
        most = share_of(worker, configured);
    return most;
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct address_count *
find(struct client_limits *limits, const struct address *address)
{
    struct address_count *count = NULL;

    HASH_FIND(hh, limits->addresses, address->bytes, sizeof(address->bytes), count);
    return count;
}

static struct address_count *
add(struct client_limits *limits, const struct address *address)
{
    struct address_count *count = memory_take(1, sizeof(*count));

    memcpy(count->bytes, address->bytes, sizeof(count->bytes));
    HASH_ADD(hh, limits->addresses, bytes, sizeof(count->bytes), count);
    return count;
}

static void
drop(struct client_limits *limits, struct address_count *count)
{
    HASH_DEL(limits->addresses, count);
    free(count);
}

/* NOLINTEND(readability-function-size) */

bool
client_limits_have_room(const struct worker *worker)
{
    return worker->client_count + worker->arrivals.count + worker->handshakes.count <
           most_connections(worker);
}

unsigned
client_limits_handshakes(const struct worker *worker)
{
    unsigned configured = worker->view->settings->limits.tls_handshakes;

    return configured != 0 ? share_of(worker, configured)
                           : most_connections(worker) / HANDSHAKES_SHARE + 1;
}

bool
client_limits_admit(struct worker *worker, const struct address *address, bool *is_counted)
{
    unsigned per_address = worker->view->settings->limits.connections_per_address;

    *is_counted = false;
    if (!client_limits_have_room(worker))
        return false;
    if (per_address == 0 || address->family == ADDRESS_UNIX)
        return true;
    struct address_count *count = find(worker->limits, address);
    if (count == NULL)
        count = add(worker->limits, address);
    if (count->connections >= share_of(worker, per_address))
        return false;
    count->connections++;
    *is_counted = true;
    return true;
}

void
client_limits_release(struct worker *worker, const struct address *address)
{
    struct address_count *count = find(worker->limits, address);

    CHECK(count != NULL);
    if (--count->connections == 0)
        drop(worker->limits, count);
}
