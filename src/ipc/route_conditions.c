/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of rules as the ALB compares them: one function a field, all of a rule's
 * conditions must hold, one value of a condition is enough.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "ipc/route_match.h"
#include "ipc/route_path.h"

/* A value of a condition, and the condition that it belongs to. */
struct comparison {
    const struct snapshot_condition *condition;
    const struct snapshot_value *value;
};

/* Whether one value of a condition holds for the request. */
typedef bool value_function(struct route_match *match, const struct comparison *with);

/* What a value has for nothing goes first: the configuration's size refuses nobody. */
static void
take_steps(struct route_match *match, size_t count)
{
    size_t free_steps = count < match->value_steps ? count : match->value_steps;

    match->value_steps -= free_steps;
    count -= free_steps;
    match->is_too_costly |= count > match->steps;
    match->steps -= count < match->steps ? count : match->steps;
}

#define CALL_STEPS 2 /* of a comparison that ends at once */

static bool
matches(struct route_match *match, struct slice subject, struct slice pattern, bool ignore_case,
        bool with_escape)
{
    size_t before = match->steps + match->value_steps, left = before + 1;
    bool is_matching = slice_matches_glob(subject, pattern, ignore_case, with_escape, &left);

    take_steps(match, before + 1 - left + CALL_STEPS);
    return is_matching;
}

static bool
method_holds(struct route_match *match, const struct comparison *with)
{
    return slice_equal(match->request.method,
                       snapshot_slice(match->snapshot, with->value->value));
}

static bool
host_holds(struct route_match *match, const struct comparison *with)
{
    return matches(match, match->request.host,
                   snapshot_slice(match->snapshot, with->value->value), true, false);
}

static bool
path_holds(struct route_match *match, const struct comparison *with)
{
    return matches(match, match->request.path,
                   snapshot_slice(match->snapshot, with->value->value), false, false);
}

static bool
source_holds(struct route_match *match, const struct comparison *with)
{
    return with->value->block.network.family != ADDRESS_NONE &&
           address_block_contains(&with->value->block, &match->request.source);
}

/* A repeated field is searched line by line. */
static bool
field_holds(struct route_match *match, const struct comparison *with)
{
    const struct route_request *request = &match->request;
    struct slice name = snapshot_slice(match->snapshot, with->condition->http_header_name);
    struct slice pattern = snapshot_slice(match->snapshot, with->value->value);
    struct slice line;
    size_t place = 0, before = 0;

    if (request->field == NULL)
        return false;
    while (!match->is_too_costly && request->field(request->argument, name, &place, &line)) {
        take_steps(match, place - before);
        before = place;
        if (matches(match, line, pattern, true, false))
            return true;
    }
    take_steps(match, place - before);
    return false;
}

static void
note_pair(struct route_match *match, size_t start, size_t length)
{
    size_t key_length = slice_find(slice_make(match->request.query.at + start, length), '=');
    size_t skipped = key_length < length;

    if (match->pair_count == ROUTE_PAIRS_MAX) {
        match->is_too_costly = true;
        return;
    }
    match->pairs[match->pair_count++] = (struct route_pair){
        .key = (uint32_t)start,
        .key_length = (uint32_t)key_length,
        .value = (uint32_t)(start + key_length + skipped),
        .value_length = (uint32_t)(length - key_length - skipped),
    };
}

/* Nothing between two ampersands is no pair. */
static void
split_query(struct route_match *match)
{
    struct slice query = match->request.query;

    match->query_is_split = true;
    for (size_t start = 0; start < query.length && !match->is_too_costly;) {
        size_t length = slice_find(slice_make(query.at + start, query.length - start), '&');
        if (length > 0)
            note_pair(match, start, length);
        start += length + 1;
    }
}

/* Most keys differ in their first byte or their length; that is seen without a walk. */
static bool
may_be(struct slice key, struct slice pattern)
{
    char first = pattern.at[0];

    if (first == '*' || first == '?' || first == '\\')
        return true;
    return key.length > 0 && slice_lower(key.at[0]) == slice_lower(first);
}

/* Pairs are compared as sent: percent-encodings and plus signs are not decoded. */
static bool
pair_holds(struct route_match *match, const struct route_pair *pair, struct slice key_pattern,
           struct slice value_pattern)
{
    const char *query = match->request.query.at;
    struct slice key = slice_make(query + pair->key, pair->key_length);
    struct slice value = slice_make(query + pair->value, pair->value_length);

    take_steps(match, 1);
    if (key_pattern.length != 0 &&
        (!may_be(key, key_pattern) || !matches(match, key, key_pattern, true, true)))
        return false;
    return matches(match, value, value_pattern, true, true);
}

static bool
query_holds(struct route_match *match, const struct comparison *with)
{
    struct slice key_pattern = snapshot_slice(match->snapshot, with->value->key);
    struct slice value_pattern = snapshot_slice(match->snapshot, with->value->value);

    if (!match->query_is_split)
        split_query(match);
    for (uint32_t i = 0; i < match->pair_count && !match->is_too_costly; i++)
        if (pair_holds(match, &match->pairs[i], key_pattern, value_pattern))
            return true;
    return false;
}

static value_function *const value_functions[] = {
#define CONDITION(id, field, group, object, allowed, length, single, check, pattern, holds,    \
                  json)                                                                        \
    [CONDITION_##id] = holds##_holds,
#include "model/conditions.def"
#undef CONDITION
};

static bool
condition_holds(struct route_match *match, const struct snapshot_condition *condition)
{
    value_function *holds = value_functions[condition->field];

    for (uint32_t i = 0; i < condition->values.count && !match->is_too_costly; i++) {
        struct comparison with = {condition,
                                  snapshot_value(match->snapshot, condition->values.first + i)};
        match->value_steps = ROUTE_VALUE_STEPS;
        if (holds(match, &with))
            return !match->is_too_costly;
    }
    return false;
}

uint32_t
route_match_first_mismatch(struct route_match *match, uint32_t rule)
{
    struct snapshot_rows conditions = snapshot_rule(match->snapshot, rule)->conditions;

    for (uint32_t i = conditions.first; i < conditions.first + conditions.count; i++)
        if (!condition_holds(match, snapshot_condition(match->snapshot, i)))
            return i;
    return SNAPSHOT_NO_INDEX;
}

static void
rewrite_path(struct route_match *match)
{
    struct slice path = match->request.path;
    char *out = match->short_path;

    if (path.length > sizeof(match->short_path))
        out = match->long_path = memory_take(path.length, 1);
    match->request.path = slice_make(out, route_path_normalise(out, path));
}

void
route_match_open(struct route_match *match, const struct snapshot *snapshot,
                 const struct route_request *request)
{
    match->snapshot = snapshot;
    match->request = *request;
    match->request.host = route_host_normalise(request->host);
    match->steps = ROUTE_STEPS_MAX;
    match->value_steps = 0;
    match->is_too_costly = false;
    match->query_is_split = false;
    match->pair_count = 0;
    match->long_path = NULL;
    if (!route_path_is_normal(request->path))
        rewrite_path(match);
}

void
route_match_close(struct route_match *match)
{
    free(match->long_path);
    match->long_path = NULL;
}
