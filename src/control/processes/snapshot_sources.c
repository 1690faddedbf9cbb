/*
 * The configuration is compiled once and kept until the next one; each snapshot adds one row
 * for each live target.
 */
#include "control/processes/snapshot_sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static uint32_t
listener_id(void *argument, const struct config_listener *listener)
{
    const struct control *control = argument;

    return listener_sockets_id(control->sockets, listener);
}

static uint32_t
group_id(void *argument, const char *group)
{
    const struct control *control = argument;

    return numbers_group_id(control->numbers, group);
}

static uint32_t
group_row(void *argument, const char *group)
{
    const struct control *control = argument;

    return numbers_group_row(control->numbers, group);
}

static uint32_t
route_row(void *argument, const char *listener, const char *group)
{
    const struct control *control = argument;

    return numbers_route_row(control->numbers, listener, group);
}

static void
fill_target(struct snapshot_target_source *row, const struct registered_target *target)
{
    *row = (struct snapshot_target_source){
        .id = target->id,
        .group = target->group,
        .counter_row = target->counter_row,
        .address = target->place.address,
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

void
snapshot_sources_set_config(struct control *control)
{
    struct snapshot_sources sources = {
        .config = control->config,
        .numbers = {listener_id, group_id, group_row, route_row, control},
    };

    sources.providers = providers_names(control->providers, &sources.provider_count);
    memcpy(sources.stickiness_key, control->stickiness_key, sizeof(sources.stickiness_key));
    snapshot_builder_free(&control->snapshot_builder);
    control->snapshot_builder = snapshot_builder_new(&sources);
}

bool
snapshot_sources_build(struct control *control, uint64_t generation,
                       struct snapshot_files *files)
{
    size_t count;
    struct snapshot_target_source *rows = collect_targets(control->targets, &count);
    bool is_built = snapshot_build(control->snapshot_builder, rows, count, generation, files);
    int error = errno;

    free(rows);
    errno = error;
    return is_built;
}
