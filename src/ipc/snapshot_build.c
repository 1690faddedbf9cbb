/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The base: groups come first, so that rules can name them by index. Targets come anew each
 * time. Listeners and rules: snapshot_build_rules.c; targets: snapshot_build_targets.c.
 */
#include "ipc/snapshot_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/random.h"
#include "ipc/snapshot_build_rules.h"
#include "ipc/snapshot_build_targets.h"
#include "ipc/snapshot_builder.h"

static uint32_t
configured_flags(const struct config_target_group *config)
{
    return (config->passive_health_enabled ? GROUP_PASSIVE_HEALTH : 0) |
           (config->stickiness_enabled ? GROUP_STICKINESS : 0) |
           (config->anomaly_mitigation ? GROUP_ANOMALY_MITIGATION : 0) |
           (config->zone_preference ? GROUP_ZONE_PREFERENCE : 0) |
           (config->proxy_header ? GROUP_PROXY_HEADER : 0) |
           (config->tls_verify ? GROUP_VERIFIES : 0);
}

static uint32_t
add_group(struct snapshot_builder *builder, const struct config_target_group *config)
{
    const struct snapshot_numbers *numbers = &builder->sources.numbers;
    const struct config_health_check *check = &config->health_check;
    struct snapshot_group row = {
        .id = numbers->group_id(numbers->argument, config->name),
        .flags = configured_flags(config),
        .name = snapshot_builder_text(builder, config->name),
        .algorithm = config->algorithm,
        .slow_start_ms = config->slow_start_ms,
        .stickiness_type = config->stickiness_type,
        .lb_cookie_seconds = config->lb_cookie_seconds,
        .app_cookie_seconds = config->app_cookie_seconds,
        .app_cookie_name = snapshot_builder_text(builder, config->app_cookie_name),
        .hold_requests = config->hold_requests,
        .hold_bytes = config->hold_bytes,
        .hold_ms = config->hold_ms,
        .counter_row = numbers->group_row(numbers->argument, config->name),
        .protocol = config->protocol,
        .protocol_version = config->protocol_version,
        .ca = snapshot_builder_text(builder, config->tls_verify ? config->tls_ca : NULL),
        .server_name = snapshot_builder_text(builder, config->tls_server_name),
        .check_enabled = check->enabled,
        .check_protocol = check->protocol,
        .check_path = snapshot_builder_text(builder, check->path),
        .check_host = snapshot_builder_text(builder, check->host),
        .check_port = check->port,
        .check_interval_ms = check->interval_ms,
        .check_timeout_ms = check->timeout_ms,
        .check_healthy_count = check->healthy_threshold_count,
        .check_unhealthy_count = check->unhealthy_threshold_count,
        .check_initial_count = check->initial_healthy_count,
        .check_codes = check->matcher,
    };

    return snapshot_add_group(&builder->base, &row);
}

static void
add_groups(struct snapshot_builder *builder)
{
    const struct config *config = builder->sources.config;
    size_t count = config->target_group_count;

    builder->group_names = memory_take(count, sizeof(*builder->group_names));
    builder->group_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct config_target_group *group = &config->target_groups[i];
        builder->group_names[i] =
            (struct snapshot_group_name){group->name, add_group(builder, group)};
    }
    snapshot_builder_sort_groups(builder);
}

static void
add_providers(struct snapshot_builder *builder)
{
    for (size_t i = 0; i < builder->sources.provider_count; i++) {
        struct snapshot_provider row = {
            .name = snapshot_builder_text(builder, builder->sources.providers[i]),
            .counter_row = (uint32_t)i,
        };
        snapshot_add_provider(&builder->base, &row);
    }
}

/* Its address is one, too. */
static struct snapshot_text
add_api_names(struct snapshot_builder *builder)
{
    const struct config *config = builder->sources.config;
    char *names = memory_copy_text(config->api_address == NULL ? "" : config->api_address);

    for (size_t i = 0; i < config->api_name_count; i++) {
        char *longer = memory_print("%s %s", names, config->api_names[i].value);
        free(names);
        names = longer;
    }
    struct snapshot_text text = snapshot_builder_text(builder, names);
    free(names);
    return text;
}

static void
add_balancers(struct snapshot_builder *builder)
{
    const struct config *config = builder->sources.config;

    for (size_t i = 0; i < config_balancer_count(config); i++) {
        const struct config_balancer balancer = config_balancer(config, i);
        struct snapshot_balancer row = {
            .attributes = *balancer.attributes,
            .trusted_sources = snapshot_builder_sources(builder, balancer.trusted_sources,
                                                        balancer.trusted_source_count),
            .timeouts = config_balancer_timeouts(config, i),
            .name = snapshot_builder_text(builder, balancer.name),
        };
        snapshot_add_balancer(&builder->base, &row);
    }
}

static void
fill_settings(struct snapshot_builder *builder)
{
    struct snapshot_settings *settings = &builder->base.settings;
    const struct config *config = builder->sources.config;

    settings->limits = config->limits;
    settings->access_log_enabled = config->access_log_path != NULL;
    settings->access_log_format = config->access_log_format;
    settings->connection_log_enabled = config->connection_log_path != NULL;
    settings->shutdown_timeout_ms = config->shutdown_timeout_ms;
    settings->worker_count = config->workers;
    settings->zone = snapshot_builder_text(builder, config->zone);
    memcpy(settings->stickiness_key, builder->sources.stickiness_key,
           sizeof(settings->stickiness_key));
    settings->api_names = add_api_names(builder);
    settings->has_api = config_has_api(config);
    settings->api_anonymous_read = config->api_anonymous_read;
}

struct snapshot_builder *
snapshot_builder_new(const struct snapshot_sources *sources)
{
    struct snapshot_builder *builder = memory_take(1, sizeof(*builder));

    builder->sources = *sources;
    builder->base_number = random_next();
    builder->base_fd = -1;
    snapshot_writer_open(&builder->base, SNAPSHOT_BASE);
    snapshot_writer_open(&builder->current, SNAPSHOT_CURRENT);
    add_balancers(builder);
    add_groups(builder);
    snapshot_build_rules(builder);
    add_providers(builder);
    fill_settings(builder);
    return builder;
}

void
snapshot_builder_free(struct snapshot_builder **builder)
{
    if (*builder == NULL)
        return;
    if ((*builder)->base_fd != -1)
        close((*builder)->base_fd);
    snapshot_writer_close(&(*builder)->base);
    snapshot_writer_close(&(*builder)->current);
    free((*builder)->group_names);
    free(*builder);
    *builder = NULL;
}

/* Not when the builder is made: then the system's refusal could not be met by another try. */
static bool
seal_base(struct snapshot_builder *builder)
{
    if (builder->base_fd != -1)
        return true;
    builder->base_fd = snapshot_writer_seal(&builder->base, builder->base_number, 0);
    if (builder->base_fd == -1)
        return false;
    snapshot_writer_close(&builder->base);
    return true;
}

static void
add_challenges(struct snapshot_builder *builder)
{
    const struct snapshot_challenges *challenges = &builder->sources.challenges;
    const struct snapshot_challenge_source *list;
    size_t count = challenges->list == NULL ? 0 : challenges->list(challenges->argument, &list);

    for (size_t i = 0; i < count; i++) {
        struct snapshot_challenge row = {
            .token = string_pool_add_new(&builder->current.strings, list[i].token),
            .answer = string_pool_add_new(&builder->current.strings, list[i].answer),
        };
        snapshot_add_challenge(&builder->current, &row);
    }
}

bool
snapshot_build(struct snapshot_builder *builder, const struct snapshot_target_source *targets,
               size_t count, uint64_t generation, struct snapshot_files *files)
{
    *files = (struct snapshot_files){builder->base_number, -1, -1};
    if (!seal_base(builder))
        return false;
    snapshot_build_targets(builder, targets, count);
    add_challenges(builder);
    files->fd = snapshot_writer_seal(&builder->current, builder->base_number, generation);
    snapshot_writer_clear(&builder->current);
    if (files->fd != -1)
        files->base_fd = fcntl(builder->base_fd, F_DUPFD_CLOEXEC, 0);
    if (files->base_fd != -1)
        return true;
    int reason = errno;
    snapshot_files_close(files);
    errno = reason;
    return false;
}
