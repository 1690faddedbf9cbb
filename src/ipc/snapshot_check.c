/* SPDX-License-Identifier: Apache-2.0 */
/* One function for the rows of each table; a false one refuses the snapshot. */
#include "ipc/snapshot_check.h"

#include "ipc/counters.h"
#include "ipc/route_index.h"
#include "model/ssl_policy.h"

static bool
text_is_sound(const struct snapshot *snapshot, struct snapshot_text text)
{
    uint64_t end = (uint64_t)text.offset + text.length;

    return end < snapshot->string_bytes[text.part] && snapshot->strings[text.part][end] == '\0';
}

static bool
rows_are_sound(struct snapshot_rows rows, uint32_t count)
{
    return rows.first <= count && rows.count <= count - rows.first;
}

static bool
address_is_sound(const struct address *address)
{
    return address->family <= ADDRESS_UNIX;
}

static bool
request_fields_are_sound(const struct snapshot *snapshot, const struct snapshot_listener *row)
{
    for (size_t i = 0; i < REQUEST_FIELD_COUNT; i++)
        if (!text_is_sound(snapshot, row->request_fields[i]))
            return false;
    return true;
}

/* Rules are never empty and end with the default rule, so that some rule always matches. */
static bool
check_listener(const struct snapshot *snapshot, const struct snapshot_listener *row)
{
    if (row->balancer >= snapshot->balancer_count || row->protocol > PROTOCOL_HTTPS ||
        row->ssl_policy >= ssl_policy_count || row->alpn_policy > ALPN_NONE ||
        row->server_header > 1 || row->mutual_mode > MUTUAL_VERIFY ||
        !text_is_sound(snapshot, row->trust_store) ||
        !request_fields_are_sound(snapshot, row) ||
        !text_is_sound(snapshot, row->response_fields) ||
        !rows_are_sound(row->sources, snapshot->source_count) ||
        !rows_are_sound(row->proxy_sources, snapshot->source_count) ||
        !rows_are_sound(row->rules, snapshot->rule_count) || row->rules.count == 0)
        return false;
    const struct snapshot_rule *last =
        snapshot_rule(snapshot, row->rules.first + row->rules.count - 1);
    return last->conditions.count == 0 && row->index < snapshot->route_index_count &&
           row->counter_row < COUNTERS_ROUTE_ROWS && text_is_sound(snapshot, row->name) &&
           address_is_sound(&row->address);
}

static bool
check_rule(const struct snapshot *snapshot, const struct snapshot_rule *row)
{
    return rows_are_sound(row->conditions, snapshot->condition_count) &&
           row->action < snapshot->action_count && row->counter_row < COUNTERS_RULE_ROWS;
}

static bool
check_condition(const struct snapshot *snapshot, const struct snapshot_condition *row)
{
    return row->field < CONDITION_KIND_COUNT &&
           text_is_sound(snapshot, row->http_header_name) &&
           rows_are_sound(row->values, snapshot->value_count);
}

static bool
check_value(const struct snapshot *snapshot, const struct snapshot_value *row)
{
    unsigned widest = row->block.network.family == ADDRESS_IPV4 ? 32 : 128;

    return text_is_sound(snapshot, row->key) && text_is_sound(snapshot, row->value) &&
           row->block.network.family <= ADDRESS_IPV6 && row->block.prefix_bits <= widest;
}

static bool
weights_add_up(const struct snapshot *snapshot, const struct snapshot_action *row)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < row->weighted_groups.count; i++)
        sum += snapshot_weighted_group(snapshot, row->weighted_groups.first + i)->weight;
    return sum == row->total_weight;
}

static bool
check_action(const struct snapshot *snapshot, const struct snapshot_action *row)
{
    return row->type < ACTION_KIND_COUNT &&
           rows_are_sound(row->weighted_groups, snapshot->weighted_group_count) &&
           (row->type == ACTION_FORWARD) == (row->weighted_groups.count > 0) &&
           weights_add_up(snapshot, row) && text_is_sound(snapshot, row->redirect_protocol) &&
           text_is_sound(snapshot, row->redirect_host) &&
           text_is_sound(snapshot, row->redirect_port) &&
           text_is_sound(snapshot, row->redirect_path) &&
           text_is_sound(snapshot, row->redirect_query) && row->status_code <= 599 &&
           text_is_sound(snapshot, row->content_type) &&
           text_is_sound(snapshot, row->message_body);
}

static bool
check_weighted_group(const struct snapshot *snapshot, const struct snapshot_weighted_group *row)
{
    return row->group < snapshot->group_count && row->counter_row < COUNTERS_ROUTE_ROWS;
}

static bool
check_group(const struct snapshot *snapshot, const struct snapshot_group *row)
{
    return text_is_sound(snapshot, row->name) && row->algorithm <= ALGORITHM_WEIGHTED_RANDOM &&
           row->stickiness_type <= STICKINESS_APP_COOKIE &&
           text_is_sound(snapshot, row->app_cookie_name) &&
           row->counter_row < COUNTERS_GROUP_ROWS && row->protocol <= PROTOCOL_HTTPS &&
           text_is_sound(snapshot, row->ca) && text_is_sound(snapshot, row->server_name) &&
           row->protocol_version <= PROTOCOL_VERSION_GRPC && row->check_enabled <= 1 &&
           text_is_sound(snapshot, row->check_path) &&
           text_is_sound(snapshot, row->check_host) && row->check_port <= UINT16_MAX;
}

static bool
check_roster(const struct snapshot *snapshot, const struct snapshot_roster *row)
{
    return rows_are_sound(row->targets, snapshot->target_count) && row->fails_open <= 1 &&
           row->vacancy <= VACANCY_OVER;
}

static bool
check_target(const struct snapshot *snapshot, const struct snapshot_target *row)
{
    return row->group < snapshot->group_count && row->counter_row < COUNTERS_TARGET_ROWS &&
           address_is_sound(&row->address) && address_is_sound(&row->dial) &&
           row->membership < MEMBERSHIP_COUNT && row->health <= HEALTH_UNAVAILABLE &&
           row->is_ejected <= 1 && row->falls_back <= 1 && text_is_sound(snapshot, row->zone) &&
           text_is_sound(snapshot, row->task) && text_is_sound(snapshot, row->generation) &&
           text_is_sound(snapshot, row->name);
}

static bool
check_challenge(const struct snapshot *snapshot, const struct snapshot_challenge *row)
{
    return text_is_sound(snapshot, row->token) && text_is_sound(snapshot, row->answer);
}

static bool
check_provider(const struct snapshot *snapshot, const struct snapshot_provider *row)
{
    return text_is_sound(snapshot, row->name) && row->counter_row < COUNTERS_PROVIDER_ROWS;
}

static bool
check_source(const struct snapshot *snapshot, const struct snapshot_source *row)
{
    static const uint8_t widest[] = {
        [ADDRESS_NONE] = 0, [ADDRESS_IPV4] = 32, [ADDRESS_IPV6] = 128, [ADDRESS_UNIX] = 0};

    (void)snapshot;
    return address_is_sound(&row->block.network) &&
           row->block.prefix_bits <= widest[row->block.network.family];
}

static bool
is_free_host(const struct snapshot *snapshot, uint32_t index)
{
    return route_host_is_free(snapshot_route_host(snapshot, index));
}

static bool
is_free_bucket(const struct snapshot *snapshot, uint32_t index)
{
    return route_bucket_is_free(snapshot_route_bucket(snapshot, index));
}

/* Linear probing ends only at a free place, and masks only work with powers of two. */
static bool
hash_is_sound(const struct snapshot *snapshot, struct snapshot_rows rows, uint32_t count,
              bool (*is_free)(const struct snapshot *snapshot, uint32_t index))
{
    if (rows.count == 0)
        return true;
    if (!rows_are_sound(rows, count) || (rows.count & (rows.count - 1)) != 0)
        return false;
    for (uint32_t i = 0; i < rows.count; i++)
        if (is_free(snapshot, rows.first + i))
            return true;
    return false;
}

static bool
check_route_index(const struct snapshot *snapshot, const struct snapshot_route_index *row)
{
    return row->longest_prefix <= SNAPSHOT_INDEXED_BYTES &&
           rows_are_sound(row->residual, snapshot->route_entry_count) &&
           hash_is_sound(snapshot, row->hosts, snapshot->route_host_count, is_free_host) &&
           hash_is_sound(snapshot, row->buckets, snapshot->route_bucket_count, is_free_bucket);
}

static bool
check_route_host(const struct snapshot *snapshot, const struct snapshot_route_host *row)
{
    (void)snapshot;
    (void)row; /* any bits will do: lookups are bounded by the path's length */
    return true;
}

static bool
check_route_bucket(const struct snapshot *snapshot, const struct snapshot_route_bucket *row)
{
    return rows_are_sound(row->entries, snapshot->route_entry_count);
}

static bool
check_route_entry(const struct snapshot *snapshot, const struct snapshot_route_entry *row)
{
    return row->rule < snapshot->rule_count;
}

static bool
flag_is_sound(const bool *flag)
{
    return *(const unsigned char *)flag <= 1;
}

static bool
check_balancer(const struct snapshot *snapshot, const struct snapshot_balancer *balancer)
{
    const struct config_attributes *attributes = &balancer->attributes;

    return attributes->desync_mitigation_mode <= DESYNC_STRICTEST &&
           attributes->xff_mode <= XFF_REMOVE &&
           rows_are_sound(balancer->trusted_sources, snapshot->source_count) &&
           flag_is_sound(&attributes->drop_invalid_header_fields) &&
           flag_is_sound(&attributes->preserve_host_header) &&
           flag_is_sound(&attributes->xff_client_port) &&
           flag_is_sound(&attributes->tls_fields) &&
           flag_is_sound(&attributes->server_header) && flag_is_sound(&attributes->http2) &&
           text_is_sound(snapshot, balancer->name);
}

static bool
settings_are_sound(const struct snapshot *snapshot, const struct snapshot_settings *settings)
{
    return snapshot->balancer_count > 0 && settings->access_log_enabled <= 1 &&
           settings->has_shaping_listeners <= 1 && settings->has_mutual_listeners <= 1 &&
           text_is_sound(snapshot, settings->renamed_fields) &&
           settings->access_log_format <= LOG_FORMAT_JSON &&
           settings->connection_log_enabled <= 1 &&
           text_is_sound(snapshot, settings->api_names) && settings->has_api <= 1 &&
           settings->api_anonymous_read <= 1 && text_is_sound(snapshot, settings->zone);
}

/* check_all_rules and so on, and the table of them. */
#define CHECK_ALL(type, table)                                                                 \
    static bool check_all_##table(const struct snapshot *snapshot)                             \
    {                                                                                          \
        for (uint32_t i = 0; i < snapshot_##type##_count(snapshot); i++)                       \
            if (!check_##type(snapshot, snapshot_##type(snapshot, i)))                         \
                return false;                                                                  \
        return true;                                                                           \
    }
SNAPSHOT_TABLES(CHECK_ALL)
#undef CHECK_ALL

static const struct {
    enum snapshot_part part;
    bool (*check)(const struct snapshot *snapshot);
    const char *error;
} checks[] = {

#define CHECK_BASE(type, table)                                                                \
    {SNAPSHOT_BASE, check_all_##table, "a row of " #table " is wrong"},
    SNAPSHOT_BASE_TABLES(CHECK_BASE)
#undef CHECK_BASE
#define CHECK_CURRENT(type, table)                                                             \
    {SNAPSHOT_CURRENT, check_all_##table, "a row of " #table " is wrong"},
        SNAPSHOT_CURRENT_TABLES(CHECK_CURRENT)
#undef CHECK_CURRENT
};

const char *
snapshot_check(const struct snapshot *snapshot, enum snapshot_part part)
{
    if (part == SNAPSHOT_BASE && !settings_are_sound(snapshot, snapshot_settings(snapshot)))
        return "a setting is out of range";
    if (part == SNAPSHOT_CURRENT && snapshot->roster_count != snapshot->group_count)
        return "not every group has its roster";
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (checks[i].part == part && !checks[i].check(snapshot))
            return checks[i].error;
    return NULL;
}
