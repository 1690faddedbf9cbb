/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a listener's rules into keys, and the keys into two hash tables: hosts and buckets. */
#include "ipc/route_index.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ipc/snapshot_writer.h"

/* A rule with more (host, path) combinations is residual: the index stays linear in size. */
#define COMBINATIONS_MAX 256

/* One way to find a rule. */
struct finding {
    uint64_t key;
    uint64_t host_hash;
    uint32_t prefix_length;
    uint32_t rule;
};

struct builder {
    struct snapshot_writer *writer;
    struct snapshot_route_index index;
    struct finding *findings;
    size_t count, capacity;
};

static bool
is_wildcard(char byte)
{
    return byte == '*' || byte == '?';
}

static struct slice
written_text(const struct builder *builder, struct snapshot_text text)
{
    return slice_make(builder->writer->strings.bytes + text.offset, text.length);
}

/* What every matching host ends with: the whole pattern, or from a dot behind its wildcards. */
static struct slice
host_tail(struct slice pattern)
{
    size_t start = pattern.length;

    while (start > 0 && !is_wildcard(pattern.at[start - 1]))
        start--;
    if (start == 0 && pattern.length <= SNAPSHOT_INDEXED_BYTES)
        return pattern;
    if (pattern.length - start > SNAPSHOT_INDEXED_BYTES)
        start = pattern.length - SNAPSHOT_INDEXED_BYTES;
    start += slice_find(slice_make(pattern.at + start, pattern.length - start), '.');
    return slice_make(pattern.at + start, pattern.length - start);
}

static uint64_t
hash_host(struct slice tail)
{
    uint64_t hash = SLICE_HASH_START;

    if (tail.length == 0)
        return ROUTE_ANY_HOST;
    for (size_t i = tail.length; i > 0; i--)
        hash = route_hash_host_byte(hash, tail.at[i - 1]);
    return hash;
}

/*
 * What every matching path begins with. A path ends with a NUL here, in the pool as in lookups,
 * so that a pattern without wildcards is a prefix like the others, and a choosy one.
 */
static struct slice
path_prefix(struct slice pattern)
{
    size_t end = 0;

    while (end < pattern.length && end < SNAPSHOT_INDEXED_BYTES &&
           !is_wildcard(pattern.at[end]))
        end++;
    if (end == pattern.length && end < SNAPSHOT_INDEXED_BYTES)
        end++;
    return slice_make(pattern.at, end);
}

/* The values of the rule's first condition on that field; false when there is none. */
static bool
find_values(const struct builder *builder, uint32_t rule, enum config_condition_field field,
            struct snapshot_rows *values)
{
    struct snapshot_rows conditions = snapshot_written_rule(builder->writer, rule)->conditions;

    for (uint32_t i = 0; i < conditions.count; i++) {
        const struct snapshot_condition *condition =
            snapshot_written_condition(builder->writer, conditions.first + i);
        if (condition->field == field) {
            *values = condition->values;
            return true;
        }
    }
    *values = (struct snapshot_rows){0, 1}; /* one value: anything */
    return false;
}

static struct slice
value_text(const struct builder *builder, uint32_t value)
{
    return written_text(builder, snapshot_written_value(builder->writer, value)->value);
}

static void
note_finding(struct builder *builder, uint64_t host_hash, struct slice prefix, uint32_t rule)
{
    if (builder->count == builder->capacity) {
        builder->capacity = builder->capacity * 2 + 64;
        builder->findings =
            memory_resize(builder->findings, builder->capacity, sizeof(*builder->findings));
    }
    builder->findings[builder->count++] = (struct finding){
        .key = route_key(host_hash, slice_hash(SLICE_HASH_START, prefix)),
        .host_hash = host_hash,
        .prefix_length = (uint32_t)prefix.length,
        .rule = rule,
    };
}

/* Notes every way to find a rule; false, and none noted, when it is residual. */
static bool
note_rule(struct builder *builder, uint32_t rule)
{
    struct snapshot_rows hosts, paths;
    bool has_hosts = find_values(builder, rule, CONDITION_HOST_HEADER, &hosts);
    bool has_paths = find_values(builder, rule, CONDITION_PATH_PATTERN, &paths);
    size_t count_before = builder->count;

    if ((uint64_t)hosts.count * paths.count > COMBINATIONS_MAX)
        return false;
    for (uint32_t i = 0; i < hosts.count * paths.count; i++) {
        uint32_t host = hosts.first + i / paths.count;
        uint32_t path = paths.first + i % paths.count;
        uint64_t hash =
            has_hosts ? hash_host(host_tail(value_text(builder, host))) : ROUTE_ANY_HOST;
        struct slice prefix =
            has_paths ? path_prefix(value_text(builder, path)) : SLICE_LITERAL("");
        if (hash == ROUTE_ANY_HOST && prefix.length == 0) {
            builder->count = count_before;
            return false;
        }
        note_finding(builder, hash, prefix, rule);
    }
    return true;
}

static void
note_rules(struct builder *builder, struct snapshot_rows rules)
{
    struct snapshot_writer *writer = builder->writer;

    builder->index.residual.first = snapshot_written_route_entry_count(writer);
    for (uint32_t i = 0; i < rules.count; i++) {
        uint32_t rule = rules.first + i;
        bool is_default = snapshot_written_rule(writer, rule)->conditions.count == 0;
        if (!is_default && !note_rule(builder, rule))
            snapshot_add_route_entry(writer, &(struct snapshot_route_entry){rule});
    }
    builder->index.residual.count =
        snapshot_written_route_entry_count(writer) - builder->index.residual.first;
}

/* A power of two that leaves at least half of the places free. */
static uint32_t
hash_size(uint32_t count)
{
    uint32_t size = 4;

    while (size < 2 * count)
        size *= 2;
    return count == 0 ? 0 : size;
}

static int
by_host(const void *one, const void *other)
{
    const struct finding *a = one, *b = other;

    return (a->host_hash > b->host_hash) - (a->host_hash < b->host_hash);
}

static int
by_key_and_rule(const void *one, const void *other)
{
    const struct finding *a = one, *b = other;

    if (a->key != b->key)
        return a->key > b->key ? 1 : -1;
    return (a->rule > b->rule) - (a->rule < b->rule);
}

static bool
is_new_host(const struct builder *builder, size_t i)
{
    return builder->findings[i].host_hash != ROUTE_ANY_HOST &&
           (i == 0 || builder->findings[i].host_hash != builder->findings[i - 1].host_hash);
}

static struct snapshot_route_host *
free_host(const struct builder *builder, uint64_t key)
{
    uint32_t mask = builder->index.hosts.count - 1;
    uint32_t place = (uint32_t)key & mask;

    for (;; place = (place + 1) & mask) {
        struct snapshot_route_host *host =
            snapshot_written_route_host(builder->writer, builder->index.hosts.first + place);
        if (route_host_is_free(host))
            return host;
    }
}

static struct snapshot_route_bucket *
free_bucket(const struct builder *builder, uint64_t key)
{
    uint32_t mask = builder->index.buckets.count - 1;
    uint32_t place = (uint32_t)key & mask;

    for (;; place = (place + 1) & mask) {
        struct snapshot_route_bucket *bucket = snapshot_written_route_bucket(
            builder->writer, builder->index.buckets.first + place);
        if (route_bucket_is_free(bucket))
            return bucket;
    }
}

static void
build_hosts(struct builder *builder)
{
    struct snapshot_prefix_lengths *prefixes = &builder->index.any_host;
    uint32_t count = 0;

    qsort(builder->findings, builder->count, sizeof(*builder->findings), by_host);
    for (size_t i = 0; i < builder->count; i++)
        count += is_new_host(builder, i);
    builder->index.hosts.count = hash_size(count);
    builder->index.hosts.first = snapshot_writer_extend(
        builder->writer, SNAPSHOT_TABLE_route_host, builder->index.hosts.count);
    for (size_t i = 0; i < builder->count; i++) {
        const struct finding *finding = &builder->findings[i];
        if (is_new_host(builder, i)) {
            struct snapshot_route_host *host = free_host(builder, finding->host_hash);
            host->key = finding->host_hash;
            prefixes = &host->prefixes;
        }
        prefixes->bits[finding->prefix_length / 64] |= UINT64_C(1)
                                                       << (finding->prefix_length % 64);
        if (finding->prefix_length > builder->index.longest_prefix)
            builder->index.longest_prefix = finding->prefix_length;
    }
}

static bool
is_new_key(const struct builder *builder, size_t i)
{
    return i == 0 || builder->findings[i].key != builder->findings[i - 1].key;
}

/* Two values of one rule may share a key, as "/app1" and "/app1*" do. */
static bool
is_new_finding(const struct builder *builder, size_t i)
{
    return is_new_key(builder, i) || builder->findings[i].rule != builder->findings[i - 1].rule;
}

static void
build_buckets(struct builder *builder)
{
    struct snapshot_route_bucket *bucket = NULL;
    uint32_t count = 0;

    qsort(builder->findings, builder->count, sizeof(*builder->findings), by_key_and_rule);
    for (size_t i = 0; i < builder->count; i++)
        count += is_new_key(builder, i);
    builder->index.buckets.count = hash_size(count);
    builder->index.buckets.first = snapshot_writer_extend(
        builder->writer, SNAPSHOT_TABLE_route_bucket, builder->index.buckets.count);
    for (size_t i = 0; i < builder->count; i++) {
        if (is_new_key(builder, i)) {
            bucket = free_bucket(builder, builder->findings[i].key);
            bucket->key = builder->findings[i].key;
            bucket->entries.first = snapshot_written_route_entry_count(builder->writer);
        }
        if (is_new_finding(builder, i)) {
            snapshot_add_route_entry(builder->writer,
                                     &(struct snapshot_route_entry){builder->findings[i].rule});
            bucket->entries.count++;
        }
    }
}

uint32_t
route_index_build(struct snapshot_writer *writer, struct snapshot_rows rules)
{
    struct builder builder = {.writer = writer};

    note_rules(&builder, rules);
    if (builder.count != 0) {
        build_hosts(&builder);
        build_buckets(&builder);
    }
    free(builder.findings);
    return snapshot_add_route_index(writer, &builder.index);
}
