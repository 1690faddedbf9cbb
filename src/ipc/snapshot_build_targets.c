/* Targets, together by group, and the flags of a group that depend on them. */
#include <stdlib.h>

#include "base/memory.h"
#include "ipc/snapshot_builder.h"

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
place_targets(const struct snapshot_builder *builder, struct placed_target *placed)
{
    const struct snapshot_sources *sources = builder->sources;
    size_t count = 0;

    for (size_t i = 0; i < sources->target_count; i++) {
        const struct snapshot_target_source *source = &sources->targets[i];
        uint32_t group = snapshot_builder_find_group(builder, source->group);
        if (group != SNAPSHOT_NO_INDEX && source->membership != MEMBERSHIP_GONE)
            placed[count++] = (struct placed_target){source, group};
    }
    if (count != 0)
        qsort(placed, count, sizeof(*placed), by_group_and_id);
    return count;
}

static uint32_t
add_target(struct snapshot_builder *builder, const struct placed_target *placed)
{
    const struct snapshot_target_source *source = placed->source;
    struct string_pool *strings = &builder->writer.strings;
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
        .zone = snapshot_builder_text(builder, source->zone),
        .task = string_pool_add_new(strings, source->task),
        .generation = string_pool_add_new(strings, source->generation),
    };

    address_format_with_port(&source->address, name);
    row.name = string_pool_add_new(strings, name);
    return snapshot_add_target(&builder->writer, &row);
}

static void
add_targets(struct snapshot_builder *builder)
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
count_targets(const struct snapshot_builder *builder, struct snapshot_rows targets)
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
decide_flags(struct snapshot_builder *builder)
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

void
snapshot_build_targets(struct snapshot_builder *builder)
{
    add_targets(builder);
    decide_flags(builder);
}
