/* SPDX-License-Identifier: Apache-2.0 */
/* The builder keeps what is of the configuration; each snapshot adds the targets' rows. */
#include "control/processes/snapshot_compiler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/certificates/challenges.h"
#include "control/registry/passive_health.h"

struct snapshot_compiler {
    struct snapshot_compiler_parts parts;
    struct snapshot_builder *builder; /* of the configuration in use; NULL: none yet */
};

static uint32_t
listener_id(void *argument, const struct config_listener *listener)
{
    const struct snapshot_compiler *compiler = argument;

    return listener_sockets_id(compiler->parts.sockets, listener);
}

static uint32_t
group_id(void *argument, const char *group)
{
    const struct snapshot_compiler *compiler = argument;

    return numbers_group_id(compiler->parts.numbers, group);
}

static uint32_t
group_row(void *argument, const char *group)
{
    const struct snapshot_compiler *compiler = argument;

    return numbers_group_row(compiler->parts.numbers, group);
}

static uint32_t
route_row(void *argument, const char *listener, const char *group)
{
    const struct snapshot_compiler *compiler = argument;

    return numbers_route_row(compiler->parts.numbers, listener, group);
}

static uint32_t
rule_row(void *argument, const char *listener, unsigned priority)
{
    struct snapshot_compiler *compiler = argument;

    return numbers_rule_row(compiler->parts.numbers, listener, priority);
}

static enum snapshot_vacancy
vacancy_of(void *argument, const struct config_target_group *group)
{
    const struct snapshot_compiler *compiler = argument;

    return vacancies_of(compiler->parts.vacancies, group);
}

static void
fill_target(struct snapshot_target_source *row, const struct registered_target *target)
{
    *row = (struct snapshot_target_source){
        .id = target->id,
        .group = target->group,
        .counter_row = target->counter_row,
        .address = target->place.address,
        .dial = target->dial,
        .falls_back = target->falls_back,
        .membership = target->membership,
        .health = target->health,
        .is_ejected = passive_is_ejected(target),
        .joined_ms = target->joined_ms,
        .healthy_since_ms = target->healthy_since_ms,
        .name = target->name,
        .zone = target->zone,
        .task = target->task_id,
        .generation = target->source == NULL ? NULL : target->task_generation_text,
    };
}

static struct snapshot_target_source *
collect_targets(struct targets *table, size_t *count)
{
    struct snapshot_target_source *rows = memory_take(targets_count(table) + 1, sizeof(*rows));
    const struct registered_target *target;

    *count = 0;
    TAILQ_FOREACH (target, targets_live(table), in_table)
        fill_target(&rows[(*count)++], target);
    return rows;
}

struct snapshot_compiler *
snapshot_compiler_new(const struct snapshot_compiler_parts *parts)
{
    struct snapshot_compiler *compiler = memory_take(1, sizeof(*compiler));

    compiler->parts = *parts;
    return compiler;
}

void
snapshot_compiler_free(struct snapshot_compiler **compiler)
{
    if (*compiler == NULL)
        return;
    snapshot_builder_free(&(*compiler)->builder);
    free(*compiler);
    *compiler = NULL;
}

void
snapshot_compiler_set_config(struct snapshot_compiler *compiler,
                             const struct snapshot_compiler_config *config)
{
    struct snapshot_sources sources = {
        .config = config->config,
        .numbers = {listener_id, group_id, group_row, route_row, rule_row, compiler},
        .vacancies = {vacancy_of, compiler},
        .challenges = {compiler->parts.challenges == NULL ? NULL : challenges_list,
                       compiler->parts.challenges},
        .providers = config->providers,
        .provider_count = config->provider_count,
    };

    memcpy(sources.stickiness_key, config->stickiness_key, sizeof(sources.stickiness_key));
    snapshot_builder_free(&compiler->builder);
    numbers_begin_base(compiler->parts.numbers);
    compiler->builder = snapshot_builder_new(&sources);
    numbers_end_base(compiler->parts.numbers);
}

bool
snapshot_compiler_build(struct snapshot_compiler *compiler, uint64_t generation,
                        struct snapshot_files *files)
{
    size_t count;
    struct snapshot_target_source *rows = collect_targets(compiler->parts.targets, &count);
    bool is_built = snapshot_build(compiler->builder, rows, count, generation, files);
    int error = errno;

    free(rows);
    errno = error;
    return is_built;
}
