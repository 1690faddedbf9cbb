/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions in route_conditions.c; here the search: candidates come from the listener's index
 * (route_index.h), and the one of the lowest place whose conditions all hold wins.
 */
#include "ipc/route.h"

#include "ipc/route_index.h"
#include "ipc/route_match.h"

struct search {
    const struct snapshot *snapshot;
    const struct snapshot_route_index *index;
    struct route_match *match;
    uint32_t best;          /* the lowest matching rule so far */
    uint32_t prefix_length; /* of the longest prefix worth looking up */
    uint64_t prefix_hashes[SNAPSHOT_INDEXED_BYTES + 1]; /* by prefix length */
};

static void
try_entries(struct search *search, struct snapshot_rows entries)
{
    for (uint32_t i = 0; i < entries.count; i++) {
        uint32_t rule = snapshot_route_entry(search->snapshot, entries.first + i)->rule;
        if (rule >= search->best)
            return;
        if (route_match_first_mismatch(search->match, rule) == SNAPSHOT_NO_INDEX) {
            search->best = rule;
            return;
        }
    }
}

static void
try_key(struct search *search, uint64_t key)
{
    uint32_t mask = search->index->buckets.count - 1;
    uint32_t place = (uint32_t)key & mask;

    for (;; place = (place + 1) & mask) {
        const struct snapshot_route_bucket *bucket =
            snapshot_route_bucket(search->snapshot, search->index->buckets.first + place);
        if (route_bucket_is_free(bucket))
            return;
        if (bucket->key == key) {
            try_entries(search, bucket->entries);
            return;
        }
    }
}

static void
try_prefixes(struct search *search, uint64_t host_hash,
             const struct snapshot_prefix_lengths *prefixes)
{
    for (uint32_t first = 0; first <= search->prefix_length; first += 64) {
        uint64_t bits = prefixes->bits[first / 64];
        while (bits != 0) {
            uint32_t length = first + (uint32_t)__builtin_ctzll(bits);
            if (length > search->prefix_length)
                return;
            try_key(search, route_key(host_hash, search->prefix_hashes[length]));
            bits &= bits - 1;
        }
    }
}

static void
try_host(struct search *search, uint64_t hash)
{
    uint32_t mask = search->index->hosts.count - 1;
    uint32_t place = (uint32_t)hash & mask;

    for (;; place = (place + 1) & mask) {
        const struct snapshot_route_host *host =
            snapshot_route_host(search->snapshot, search->index->hosts.first + place);
        if (route_host_is_free(host))
            return;
        if (host->key == hash) {
            try_prefixes(search, hash, &host->prefixes);
            return;
        }
    }
}

/* From the end to the front: each dot begins a tail, and so does the first byte. */
static void
try_hosts(struct search *search)
{
    struct slice host = search->match->request.host;
    size_t front =
        host.length > SNAPSHOT_INDEXED_BYTES ? host.length - SNAPSHOT_INDEXED_BYTES : 0;
    uint64_t hash = SLICE_HASH_START;

    for (size_t i = host.length; i-- > front;) {
        hash = route_hash_host_byte(hash, host.at[i]);
        if (host.at[i] == '.' || i == 0)
            try_host(search, hash);
    }
}

/* Up to the longest prefix of any rule; the path's end counts as a NUL. */
static void
hash_prefixes(struct search *search)
{
    struct slice path = search->match->request.path;
    uint64_t hash = SLICE_HASH_START;

    search->prefix_length = search->index->longest_prefix;
    if (path.length < search->prefix_length)
        search->prefix_length = (uint32_t)path.length + 1;
    search->prefix_hashes[0] = hash;
    for (uint32_t i = 0; i < search->prefix_length; i++) {
        hash = slice_hash_byte(hash, i < path.length ? path.at[i] : '\0');
        search->prefix_hashes[i + 1] = hash;
    }
}

static uint32_t
find(struct route_match *match, const struct snapshot_listener *listener)
{
    struct search search;

    search.snapshot = match->snapshot;
    search.index = snapshot_route_index(match->snapshot, listener->index);
    search.match = match;
    search.best = listener->rules.first + listener->rules.count - 1;
    if (search.index->buckets.count != 0) {
        hash_prefixes(&search);
        try_prefixes(&search, ROUTE_ANY_HOST, &search.index->any_host);
    }
    if (search.index->buckets.count != 0 && search.index->hosts.count != 0)
        try_hosts(&search);
    try_entries(&search, search.index->residual);
    return match->is_too_costly ? ROUTE_TOO_COSTLY : search.best;
}

uint32_t
route(const struct snapshot *snapshot, uint32_t listener, const struct route_request *request)
{
    const struct snapshot_listener *row = snapshot_listener(snapshot, listener);
    struct route_match match;

    if (row->rules.count == 1) /* the default rule */
        return row->rules.first;
    route_match_open(&match, snapshot, request);
    uint32_t rule = find(&match, row);
    route_match_close(&match);
    return rule;
}

uint32_t
route_first_mismatch(const struct snapshot *snapshot, uint32_t rule,
                     const struct route_request *request)
{
    struct route_match match;

    route_match_open(&match, snapshot, request);
    uint32_t condition = route_match_first_mismatch(&match, rule);
    route_match_close(&match);
    return condition;
}
