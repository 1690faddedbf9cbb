/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners with their rules, conditions and actions, and the index of each listener. */
#include "ipc/snapshot_build_rules.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/route_index.h"
#include "ipc/route_path.h"

/* Puts a value into its row, in the form that requests are compared in. */
typedef void pattern_function(struct string_pool *strings, const char *value,
                              struct snapshot_value *row);

static void
pattern_as_written(struct string_pool *strings, const char *value, struct snapshot_value *row)
{
    row->value = string_pool_add_new(strings, value);
}

static void
pattern_of_path(struct string_pool *strings, const char *value, struct snapshot_value *row)
{
    char *normal = memory_copy_text(value);

    normal[route_path_normalise(normal, slice_of(value))] = '\0';
    row->value = string_pool_add_new(strings, normal);
    free(normal);
}

static void
pattern_of_host(struct string_pool *strings, const char *value, struct snapshot_value *row)
{
    char *normal = memory_copy_text(value);

    normal[route_host_normalise(slice_of(value)).length] = '\0';
    row->value = string_pool_add_new(strings, normal);
    free(normal);
}

static void
pattern_of_block(struct string_pool *strings, const char *value, struct snapshot_value *row)
{
    row->value = string_pool_add_new(strings, value);
    CHECK(address_block_parse(&row->block, value));
}

static pattern_function *const pattern_functions[] = {
#define CONDITION(id, field, group, object, allowed, length, single, check, pattern, holds,    \
                  json)                                                                        \
    [CONDITION_##id] = pattern_##pattern,
#include "model/conditions.def"
#undef CONDITION
};

static void
add_values(struct snapshot_builder *builder, const struct config_condition *config)
{
    for (size_t i = 0; i < config->value_count; i++) {
        struct snapshot_value row = {
            .key = snapshot_builder_text(builder, config->values[i].key),
        };
        pattern_functions[config->field](&builder->base.strings, config->values[i].value, &row);
        snapshot_add_value(&builder->base, &row);
    }
}

static void
add_condition(struct snapshot_builder *builder, const struct config_condition *config)
{
    struct snapshot_condition row = {
        .field = config->field,
        .http_header_name = snapshot_builder_text(builder, config->http_header_name),
        .values = {snapshot_written_value_count(&builder->base), (uint32_t)config->value_count},
    };

    add_values(builder, config);
    snapshot_add_condition(&builder->base, &row);
}

/* Cheap ones first: the order of enum config_condition_field is that of cost. */
static struct snapshot_rows
add_conditions(struct snapshot_builder *builder, const struct config_rule *config)
{
    struct snapshot_rows rows = {snapshot_written_condition_count(&builder->base),
                                 (uint32_t)config->condition_count};

    for (int field = 0; field < CONDITION_KIND_COUNT; field++)
        for (size_t i = 0; i < config->condition_count; i++)
            if ((int)config->conditions[i].field == field)
                add_condition(builder, &config->conditions[i]);
    return rows;
}

static void
add_forward(struct snapshot_builder *builder, const char *listener,
            const struct config_action *config, struct snapshot_action *action)
{
    const struct snapshot_numbers *numbers = &builder->sources.numbers;

    action->weighted_groups.first = snapshot_written_weighted_group_count(&builder->base);
    action->weighted_groups.count = (uint32_t)config->group_count;
    for (size_t i = 0; i < config->group_count; i++) {
        const char *name = config->groups[i].target_group;
        struct snapshot_weighted_group row = {
            .group = snapshot_builder_find_group(builder, name),
            .weight = config->groups[i].weight,
            .counter_row = numbers->route_row(numbers->argument, listener, name),
        };
        CHECK(row.group != SNAPSHOT_NO_INDEX);
        action->total_weight += row.weight;
        snapshot_written_group(&builder->base, row.group)->flags |= GROUP_IS_USED;
        snapshot_add_weighted_group(&builder->base, &row);
    }
}

static void
add_redirect(struct snapshot_builder *builder, const char *listener,
             const struct config_action *config, struct snapshot_action *action)
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

    (void)listener;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        *parts[i].text = snapshot_builder_text(
            builder, parts[i].configured == NULL ? parts[i].otherwise : parts[i].configured);
}

static void
add_fixed_response(struct snapshot_builder *builder, const char *listener,
                   const struct config_action *config, struct snapshot_action *action)
{
    (void)listener;
    action->content_type = snapshot_builder_text(builder, config->content_type);
    action->message_body = snapshot_builder_text(builder, config->message_body);
}

typedef void action_function(struct snapshot_builder *builder, const char *listener,
                             const struct config_action *config,
                             struct snapshot_action *action);

static action_function *const action_functions[] = {
#define ACTION(id, type, group, handle) [ACTION_##id] = add_##handle,
#include "model/actions.def"
#undef ACTION
};

static uint32_t
add_action(struct snapshot_builder *builder, const char *listener,
           const struct config_action *config)
{
    struct snapshot_action row = {
        .type = config->type,
        .stickiness_seconds = config->stickiness_enabled ? config->stickiness_seconds : 0,
        .status_code = config->status_code,
    };

    action_functions[config->type](builder, listener, config, &row);
    return snapshot_add_action(&builder->base, &row);
}

static void
add_rule(struct snapshot_builder *builder, const char *listener,
         const struct config_rule *config)
{
    const struct snapshot_numbers *numbers = &builder->sources.numbers;
    struct snapshot_rule row = {
        .priority = config->priority,
        .counter_row = numbers->rule_row(numbers->argument, listener, config->priority),
        .conditions = add_conditions(builder, config),
        .action = add_action(builder, listener, &config->action),
    };

    snapshot_add_rule(&builder->base, &row);
}

static const char *const response_field_names[RESPONSE_FIELD_COUNT] = {

#define RESPONSE_FIELD(id, key, name) [RESPONSE_##id] = (name),
#include "model/response_fields.def"
#undef RESPONSE_FIELD
};

/* As answers carry them: whole lines. */
static struct snapshot_text
add_response_fields(struct snapshot_builder *builder, const struct config_listener *config)
{
    char *lines = memory_copy_text("");

    for (size_t i = 0; i < RESPONSE_FIELD_COUNT; i++) {
        const char *value = config->response_fields[i];
        if (value == NULL || *value == '\0')
            continue;
        char *longer = memory_print("%s%s: %s\r\n", lines, response_field_names[i], value);
        free(lines);
        lines = longer;
    }
    struct snapshot_text text = snapshot_builder_text(builder, lines);
    free(lines);
    return text;
}

static const char *const request_field_names[REQUEST_FIELD_COUNT] = {

#define REQUEST_FIELD(id, key, name) [REQUEST_##id] = (name),
#include "model/request_fields.def"
#undef REQUEST_FIELD
};

static void
note_renamed(struct snapshot_builder *builder, const char *name)
{
    struct slice rest = slice_of(builder->renamed_fields), one;

    while (rest.length > 0 && slice_next(&rest, ' ', &one))
        if (slice_equal_ignoring_case(one, slice_of(name)))
            return;
    char *longer = memory_print("%s%s ", builder->renamed_fields, name);
    free(builder->renamed_fields);
    builder->renamed_fields = longer;
}

/* Also those that clients must not send to other listeners, whose targets may be the same. */
static void
add_request_fields(struct snapshot_builder *builder, struct snapshot_listener *row,
                   const struct config_listener *config)
{
    for (size_t i = 0; i < REQUEST_FIELD_COUNT; i++) {
        const char *name = config->request_fields[i] == NULL ? request_field_names[i]
                                                             : config->request_fields[i];
        row->request_fields[i] = snapshot_builder_text(builder, name);
        if (strcasecmp(name, request_field_names[i]) != 0)
            note_renamed(builder, name);
    }
}

static void
add_listener(struct snapshot_builder *builder, const struct config_listener *config)
{
    const struct snapshot_numbers *numbers = &builder->sources.numbers;
    struct snapshot_listener row = {
        .id = numbers->listener_id(numbers->argument, config),
        .name = snapshot_builder_text(builder, config->name),
        .address = {.family = ADDRESS_UNIX},
        .balancer = (uint32_t)config_balancer_index(builder->sources.config, config),
        .protocol = config->protocol,
        .ssl_policy = config->ssl_policy,
        .alpn_policy = config->alpn_policy,
        .mutual_mode = config->mutual_mode,
        .ignore_client_expiry = config->ignore_client_expiry,
        .advertises_ca_names = config->advertises_ca_names,
        .trust_store = snapshot_builder_text(builder, config->trust_store),
        .server_header = config->server_header,
        .response_fields = add_response_fields(builder, config),
        .sources = snapshot_builder_sources(builder, config->sources, config->source_count),
        .proxy_sources = snapshot_builder_sources(builder, config->proxy_sources,
                                                  config->proxy_source_count),
        .rules = {snapshot_written_rule_count(&builder->base), (uint32_t)config->rule_count},
        .counter_row = numbers->route_row(numbers->argument, config->name, ""),
    };

    add_request_fields(builder, &row, config);
    if (config->mutual_mode != MUTUAL_OFF)
        builder->base.settings.has_mutual_listeners = 1;
    if (config->unix_path == NULL)
        CHECK(address_parse(&row.address, config->address, (uint16_t)config->port));
    for (size_t i = 0; i < config->rule_count; i++)
        add_rule(builder, config->name, &config->rules[i]);
    row.index = route_index_build(&builder->base, row.rules);
    if (!config->server_header || row.response_fields.length != 0)
        builder->base.settings.has_shaping_listeners = 1;
    snapshot_add_listener(&builder->base, &row);
}

void
snapshot_build_rules(struct snapshot_builder *builder)
{
    const struct config *config = builder->sources.config;

    builder->renamed_fields = memory_copy_text("");
    for (size_t i = 0; i < config->listener_count; i++)
        add_listener(builder, &config->listeners[i]);
    builder->base.settings.renamed_fields =
        snapshot_builder_text(builder, builder->renamed_fields);
    free(builder->renamed_fields);
    builder->renamed_fields = NULL;
}
