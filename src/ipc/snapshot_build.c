/*
 * From the configuration's tree and the registry's list to rows. Groups come first, so that
 * rules can name them by index; targets are sorted by group and id; then what the flags of a
 * group say about its targets is decided.
 */
#include "ipc/snapshot_build.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/route_index.h"
#include "ipc/snapshot_writer.h"

#define uthash_malloc(size) memory_take(1, size)
#define uthash_fatal(message) CHECK_UNREACHABLE()
#include <uthash.h>

/* A group's row by its name. */
struct group_name {
    const char *name;
    uint32_t index;
    UT_hash_handle hh;
};

struct builder {
    const struct snapshot_sources *sources;
    struct snapshot_writer writer;
    struct group_name *group_rows; /* one a configured group, in order */
    struct group_name *group_names;
};

static uint32_t
find_group(const struct builder *builder, const char *name)
{
    const struct group_name *found;

    HASH_FIND_STR(builder->group_names, name, found);
    return found == NULL ? SNAPSHOT_NO_INDEX : found->index;
}

static void
remember_group(struct builder *builder, uint32_t index, const char *name)
{
    struct group_name *row = &builder->group_rows[index];

    row->name = name;
    row->index = index;
    HASH_ADD_KEYPTR(hh, builder->group_names, row->name, strlen(name), row);
}

static struct snapshot_text
add_text(struct builder *builder, const char *text)
{
    return string_pool_add(&builder->writer.strings, text);
}

static uint32_t
configured_flags(const struct config_target_group *config)
{
    return (config->passive_health_enabled ? GROUP_PASSIVE_HEALTH : 0) |
           (config->stickiness_enabled ? GROUP_STICKINESS : 0) |
           (config->anomaly_mitigation ? GROUP_ANOMALY_MITIGATION : 0) |
           (config->zone_preference ? GROUP_ZONE_PREFERENCE : 0);
}

static void
add_group(struct builder *builder, const struct config_target_group *config)
{
    const struct snapshot_numbers *numbers = &builder->sources->numbers;
    const struct config_health_check *check = &config->health_check;
    struct snapshot_group row = {
        .id = numbers->group_id(numbers->argument, config->name),
        .flags = configured_flags(config),
        .name = add_text(builder, config->name),
        .algorithm = config->algorithm,
        .slow_start_ms = config->slow_start_ms,
        .stickiness_type = config->stickiness_type,
        .lb_cookie_seconds = config->lb_cookie_seconds,
        .app_cookie_seconds = config->app_cookie_seconds,
        .app_cookie_name = add_text(builder, config->app_cookie_name),
        .hold_requests = config->hold_requests,
        .hold_ms = config->hold_ms,
        .counter_row = numbers->group_row(numbers->argument, config->name),
        .check_enabled = check->enabled,
        .check_path = add_text(builder, check->path),
        .check_port = check->port,
        .check_interval_ms = check->interval_ms,
        .check_timeout_ms = check->timeout_ms,
        .check_healthy_count = check->healthy_threshold_count,
        .check_unhealthy_count = check->unhealthy_threshold_count,
        .check_initial_count = check->initial_healthy_count,
        .check_codes = check->matcher,
    };

    remember_group(builder, snapshot_add_group(&builder->writer, &row), config->name);
}

static void
add_groups(struct builder *builder)
{
    const struct config *config = builder->sources->config;

    builder->group_rows = memory_take(config->target_group_count, sizeof(*builder->group_rows));
    for (size_t i = 0; i < config->target_group_count; i++)
        add_group(builder, &config->target_groups[i]);
}

static void
add_values(struct builder *builder, const struct config_condition *config)
{
    for (size_t i = 0; i < config->value_count; i++) {
        struct snapshot_value row = {
            .key = add_text(builder, config->values[i].key),
            .value = add_text(builder, config->values[i].value),
        };
        if (config->field == CONDITION_SOURCE_IP)
            CHECK(address_block_parse(&row.block, config->values[i].value));
        snapshot_add_value(&builder->writer, &row);
    }
}

static void
add_condition(struct builder *builder, const struct config_condition *config)
{
    struct snapshot_condition row = {
        .field = config->field,
        .http_header_name = add_text(builder, config->http_header_name),
        .values = {snapshot_written_value_count(&builder->writer),
                   (uint32_t)config->value_count},
    };

    add_values(builder, config);
    snapshot_add_condition(&builder->writer, &row);
}

/* Cheap ones first: the order of enum config_condition_field is that of cost. */
static struct snapshot_rows
add_conditions(struct builder *builder, const struct config_rule *config)
{
    struct snapshot_rows rows = {snapshot_written_condition_count(&builder->writer),
                                 (uint32_t)config->condition_count};

    for (int field = 0; field <= CONDITION_QUERY_STRING; field++)
        for (size_t i = 0; i < config->condition_count; i++)
            if ((int)config->conditions[i].field == field)
                add_condition(builder, &config->conditions[i]);
    return rows;
}

static void
add_weighted_groups(struct builder *builder, const char *listener,
                    const struct config_action *config, struct snapshot_action *action)
{
    const struct snapshot_numbers *numbers = &builder->sources->numbers;

    action->weighted_groups.first = snapshot_written_weighted_group_count(&builder->writer);
    action->weighted_groups.count = (uint32_t)config->group_count;
    for (size_t i = 0; i < config->group_count; i++) {
        const char *name = config->groups[i].target_group;
        struct snapshot_weighted_group row = {
            .group = find_group(builder, name),
            .weight = config->groups[i].weight,
            .counter_row = numbers->route_row(numbers->argument, listener, name),
        };
        CHECK(row.group != SNAPSHOT_NO_INDEX);
        action->total_weight += row.weight;
        snapshot_written_group(&builder->writer, row.group)->flags |= GROUP_IS_USED;
        snapshot_add_weighted_group(&builder->writer, &row);
    }
}

static void
add_redirect(struct builder *builder, const struct config_action *config,
             struct snapshot_action *action)
{
    const struct {
        struct snapshot_text *text;
        const char *configured, *otherwise;
    } parts[] = {
        {&action->redirect_protocol, config->redirect_protocol, "#{protocol}"},
        {&action->redirect_host, config->redirect_host, "#{host}"},
        {&action->redirect_port, config->redirect_port, "#{port}"},
        {&action->redirect_path, config->redirect_path, "/#{path}"},
        {&action->redirect_query, config->redirect_query, "#{query}"},
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        *parts[i].text = add_text(builder, parts[i].configured == NULL ? parts[i].otherwise
                                                                       : parts[i].configured);
}

static uint32_t
add_action(struct builder *builder, const char *listener, const struct config_action *config)
{
    struct snapshot_action row = {
        .type = config->type,
        .stickiness_seconds = config->stickiness_enabled ? config->stickiness_seconds : 0,
        .status_code = config->status_code,
        .content_type = add_text(builder, config->content_type),
        .message_body = add_text(builder, config->message_body),
    };

    if (config->type == ACTION_FORWARD)
        add_weighted_groups(builder, listener, config, &row);
    else if (config->type == ACTION_REDIRECT)
        add_redirect(builder, config, &row);
    return snapshot_add_action(&builder->writer, &row);
}

static void
add_rule(struct builder *builder, const char *listener, const struct config_rule *config)
{
    struct snapshot_rule row = {
        .priority = config->priority,
        .conditions = add_conditions(builder, config),
        .action = add_action(builder, listener, &config->action),
    };

    snapshot_add_rule(&builder->writer, &row);
}

static void
add_listener(struct builder *builder, const struct config_listener *config)
{
    const struct snapshot_numbers *numbers = &builder->sources->numbers;
    struct snapshot_listener row = {
        .id = numbers->listener_id(numbers->argument, config),
        .name = add_text(builder, config->name),
        .address = {.family = ADDRESS_UNIX},
        .rules = {snapshot_written_rule_count(&builder->writer), (uint32_t)config->rule_count},
    };

    if (config->unix_path == NULL)
        CHECK(address_parse(&row.address, config->address, (uint16_t)config->port));
    for (size_t i = 0; i < config->rule_count; i++)
        add_rule(builder, config->name, &config->rules[i]);
    row.index = route_index_build(&builder->writer, row.rules);
    snapshot_add_listener(&builder->writer, &row);
}

/* A target that takes part, and the row of its group. */
struct placed_target {
    const struct snapshot_target_source *source;
    uint32_t group;
};

static int
by_group_and_id(const void *one, const void *other)
{
    const struct placed_target *a = one, *b = other;

    if (a->group != b->group)
        return a->group > b->group ? 1 : -1;
    return (a->source->id > b->source->id) - (a->source->id < b->source->id);
}

static size_t
place_targets(const struct builder *builder, struct placed_target *placed)
{
    const struct snapshot_sources *sources = builder->sources;
    size_t count = 0;

    for (size_t i = 0; i < sources->target_count; i++) {
        const struct snapshot_target_source *source = &sources->targets[i];
        uint32_t group = find_group(builder, source->group);
        if (group != SNAPSHOT_NO_INDEX && source->membership != MEMBERSHIP_GONE)
            placed[count++] = (struct placed_target){source, group};
    }
    qsort(placed, count, sizeof(*placed), by_group_and_id);
    return count;
}

static uint32_t
add_target(struct builder *builder, const struct placed_target *placed)
{
    const struct snapshot_target_source *source = placed->source;
    char name[ADDRESS_TEXT_SIZE];
    struct snapshot_target row = {
        .id = source->id,
        .group = placed->group,
        .counter_row = source->counter_row,
        .address = source->address,
        .membership = (uint8_t)source->membership,
        .health = (uint8_t)source->health,
        .is_ejected = source->is_ejected,
        .healthy_since_ms = source->healthy_since_ms,
        .zone = add_text(builder, source->zone),
        .task = add_text(builder, source->task),
        .generation = add_text(builder, source->generation),
    };

    address_format_with_port(&source->address, name);
    row.name = string_pool_add_new(&builder->writer.strings, name);
    return snapshot_add_target(&builder->writer, &row);
}

static void
add_targets(struct builder *builder)
{
    struct placed_target *placed = memory_take(builder->sources->target_count, sizeof(*placed));
    size_t count = place_targets(builder, placed);

    for (size_t i = 0; i < count; i++) {
        uint32_t index = add_target(builder, &placed[i]);
        struct snapshot_group *group =
            snapshot_written_group(&builder->writer, placed[i].group);
        if (group->targets.count == 0)
            group->targets.first = index;
        group->targets.count++;
    }
    free(placed);
}

/* What the flags depend on; a draining target is not registered any more. */
struct group_count {
    unsigned registered, healthy, initial;
};

static struct group_count
count_targets(const struct builder *builder, struct snapshot_rows targets)
{
    struct group_count count = {0};

    for (uint32_t i = 0; i < targets.count; i++) {
        const struct snapshot_target *target =
            snapshot_written_target(&builder->writer, targets.first + i);
        if (target->membership == MEMBERSHIP_DRAINING)
            continue;
        count.registered++;
        count.initial += target->health == HEALTH_INITIAL;
        count.healthy += !target->is_ejected &&
                         target_is_selectable((enum target_membership)target->membership,
                                              (enum target_health)target->health);
    }
    return count;
}

/* Below either minimum the group is unhealthy, and every target is as good as another. */
static void
decide_flags(struct builder *builder)
{
    for (uint32_t i = 0; i < snapshot_written_group_count(&builder->writer); i++) {
        const struct config_target_group *config = &builder->sources->config->target_groups[i];
        struct snapshot_group *group = snapshot_written_group(&builder->writer, i);
        struct group_count count = count_targets(builder, group->targets);
        bool is_below = count.healthy < config->minimum_healthy_count ||
                        count.healthy * UINT64_C(100) <
                            (uint64_t)config->minimum_healthy_percentage * count.registered;
        if (count.registered > 0 && is_below)
            group->flags |= GROUP_FAILS_OPEN;
        if (count.healthy == 0 && count.initial > 0)
            group->flags |= GROUP_HAS_STARTING;
    }
}

static void
add_providers(struct builder *builder)
{
    for (size_t i = 0; i < builder->sources->provider_count; i++) {
        struct snapshot_provider row = {
            .name = add_text(builder, builder->sources->providers[i]),
            .counter_row = (uint32_t)i,
        };
        snapshot_add_provider(&builder->writer, &row);
    }
}

static void
fill_settings(struct builder *builder)
{
    struct snapshot_settings *settings = &builder->writer.settings;
    const struct config *config = builder->sources->config;

    settings->attributes = config->attributes;
    settings->timeouts = config->timeouts;
    settings->limits = config->limits;
    settings->access_log_enabled = config->access_log_path != NULL;
    settings->access_log_format = config->access_log_format;
    settings->shutdown_timeout_ms = config->shutdown_timeout_ms;
    settings->worker_count = config->workers;
    settings->load_balancer_name = add_text(builder, config->load_balancer_name);
    settings->zone = add_text(builder, config->zone);
    memcpy(settings->stickiness_key, builder->sources->stickiness_key,
           sizeof(settings->stickiness_key));
}

int
snapshot_build(const struct snapshot_sources *sources, uint64_t generation)
{
    struct builder builder = {.sources = sources};

    snapshot_writer_open(&builder.writer);
    add_groups(&builder);
    for (size_t i = 0; i < sources->config->listener_count; i++)
        add_listener(&builder, &sources->config->listeners[i]);
    add_targets(&builder);
    decide_flags(&builder);
    add_providers(&builder);
    fill_settings(&builder);
    HASH_CLEAR(hh, builder.group_names);
    free(builder.group_rows);
    int fd = snapshot_writer_seal(&builder.writer, generation);
    snapshot_writer_close(&builder.writer);
    return fd;
}
