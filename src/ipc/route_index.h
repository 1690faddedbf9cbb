/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routing index of a listener, so that the cost of route does not grow with its rules. Each
 * (host value, path value) of a rule becomes a key of two literals that every matching request
 * must show: what the host ends with (all of it, or from a dot on) and what the path begins
 * with. A request is looked up under each of its host's tails and each prefix length in use.
 * Rules without such a literal are residual and looked at one by one.
 */
#ifndef FAIRLEAD_IPC_ROUTE_INDEX_H
#define FAIRLEAD_IPC_ROUTE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "ipc/snapshot.h"

struct snapshot_writer;

/* The hash of no host tail. */
#define ROUTE_ANY_HOST 0

/* Builds the index of the rules and returns its row in route_indexes. */
uint32_t route_index_build(struct snapshot_writer *writer, struct snapshot_rows rules);

/* Hosts are hashed from their end, so one pass meets all tails; start with SLICE_HASH_START. */
static inline uint64_t
route_hash_host_byte(uint64_t hash, char byte)
{
    return slice_hash_byte(hash, slice_lower(byte));
}

static inline uint64_t
route_key(uint64_t host_hash, uint64_t path_hash)
{
    uint64_t key = (host_hash + UINT64_C(0x9e3779b97f4a7c15) * path_hash) ^ (host_hash >> 29);

    return key ^ (key >> 32);
}

static inline bool
route_host_is_free(const struct snapshot_route_host *host)
{
    return (host->prefixes.bits[0] | host->prefixes.bits[1] | host->prefixes.bits[2]) == 0;
}

static inline bool
route_bucket_is_free(const struct snapshot_route_bucket *bucket)
{
    return bucket->entries.count == 0;
}

#endif
