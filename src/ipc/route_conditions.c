/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of rules as the ALB compares them: one function a field, all of a rule's
 * conditions must hold, one value of a condition is enough.
 */
#include "ipc/route.h"

/* Whether one value of a condition holds for the request. */
typedef bool value_function(const struct snapshot *snapshot,
                            const struct snapshot_condition *condition,
                            const struct snapshot_value *value,
                            const struct route_request *request);

static bool
method_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
             const struct snapshot_value *value, const struct route_request *request)
{
    (void)condition;
    return slice_equal(request->method, snapshot_slice(snapshot, value->value));
}

static bool
host_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
           const struct snapshot_value *value, const struct route_request *request)
{
    (void)condition;
    return slice_matches_glob(request->host, snapshot_slice(snapshot, value->value), true,
                              false);
}

static bool
path_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
           const struct snapshot_value *value, const struct route_request *request)
{
    (void)condition;
    return slice_matches_glob(request->path, snapshot_slice(snapshot, value->value), false,
                              false);
}

static bool
source_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
             const struct snapshot_value *value, const struct route_request *request)
{
    (void)snapshot;
    (void)condition;
    return value->block.network.family != ADDRESS_NONE &&
           address_block_contains(&value->block, &request->source);
}

/* A repeated field is searched line by line. */
static bool
field_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
            const struct snapshot_value *value, const struct route_request *request)
{
    struct slice name = snapshot_slice(snapshot, condition->http_header_name);
    struct slice pattern = snapshot_slice(snapshot, value->value);
    struct slice line;

    if (request->field == NULL)
        return false;
    for (unsigned n = 0; request->field(request->argument, name, n, &line); n++)
        if (slice_matches_glob(line, pattern, true, false))
            return true;
    return false;
}

/* Takes what stands before the separator off *rest; all of it when there is none. */
static struct slice
take_until(struct slice *rest, char separator)
{
    size_t end = slice_find(*rest, separator);
    struct slice taken = slice_make(rest->at, end);
    size_t skipped = end < rest->length ? end + 1 : end;

    rest->at += skipped;
    rest->length -= skipped;
    return taken;
}

/* Pairs are compared as sent: percent-encodings and plus signs are not decoded. */
static bool
query_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
            const struct snapshot_value *value, const struct route_request *request)
{
    struct slice key_pattern = snapshot_slice(snapshot, value->key);
    struct slice value_pattern = snapshot_slice(snapshot, value->value);
    struct slice rest = request->query;

    (void)condition;
    while (rest.length > 0) {
        struct slice pair = take_until(&rest, '&');
        struct slice key = take_until(&pair, '=');
        bool key_is_right =
            key_pattern.length == 0 || slice_matches_glob(key, key_pattern, true, true);
        if (key_is_right && slice_matches_glob(pair, value_pattern, true, true))
            return true;
    }
    return false;
}

static value_function *const value_functions[] = {
    [CONDITION_HTTP_REQUEST_METHOD] = method_holds, [CONDITION_HOST_HEADER] = host_holds,
    [CONDITION_PATH_PATTERN] = path_holds,          [CONDITION_SOURCE_IP] = source_holds,
    [CONDITION_HTTP_HEADER] = field_holds,          [CONDITION_QUERY_STRING] = query_holds,
};

static bool
condition_holds(const struct snapshot *snapshot, const struct snapshot_condition *condition,
                const struct route_request *request)
{
    value_function *holds = value_functions[condition->field];

    for (uint32_t i = 0; i < condition->values.count; i++)
        if (holds(snapshot, condition, snapshot_value(snapshot, condition->values.first + i),
                  request))
            return true;
    return false;
}

uint32_t
route_first_mismatch(const struct snapshot *snapshot, uint32_t rule,
                     const struct route_request *request)
{
    struct snapshot_rows conditions = snapshot_rule(snapshot, rule)->conditions;

    for (uint32_t i = conditions.first; i < conditions.first + conditions.count; i++)
        if (!condition_holds(snapshot, snapshot_condition(snapshot, i), request))
            return i;
    return SNAPSHOT_NO_INDEX;
}

bool
route_rule_matches(const struct snapshot *snapshot, uint32_t rule,
                   const struct route_request *request)
{
    return route_first_mismatch(snapshot, rule, request) == SNAPSHOT_NO_INDEX;
}
