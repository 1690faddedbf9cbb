/* SPDX-License-Identifier: Apache-2.0 */
/* Targets, together by group, and what the roster of a group says of them. */
#include "ipc/snapshot_build_targets.h"

#include <stdlib.h>

#include "base/memory.h"

/* A target that takes part, and the row of its group. */
struct placed_target {
    const struct snapshot_target_source *source;
    uint32_t group;
};

/* Finds the targets' groups and counts what each has. */
static uint32_t
place_targets(struct snapshot_builder *builder, const struct snapshot_target_source *targets,
              size_t target_count, struct placed_target *placed)
{
    const char *name = NULL;
    uint32_t group = SNAPSHOT_NO_INDEX, count = 0;

    for (size_t i = 0; i < target_count; i++) {
        /* Those of one group were often registered together. */
        if (targets[i].group != name)
            group = snapshot_builder_find_group(builder, targets[i].group);
        name = targets[i].group;
        if (group == SNAPSHOT_NO_INDEX || targets[i].membership == MEMBERSHIP_GONE)
            continue;
        placed[count++] = (struct placed_target){&targets[i], group};
        snapshot_written_roster(&builder->current, group)->targets.count++;
    }
    return count;
}

/* Each group's rows lie together; the counts begin anew, as rows are filled. */
static void
divide_rows(struct snapshot_builder *builder, uint32_t first)
{
    for (uint32_t i = 0; i < builder->group_count; i++) {
        struct snapshot_roster *roster = snapshot_written_roster(&builder->current, i);
        uint32_t count = roster->targets.count;
        roster->targets = (struct snapshot_rows){.first = count == 0 ? 0 : first};
        first += count;
    }
}

static struct snapshot_text
name_of(struct snapshot_builder *builder, const struct snapshot_target_source *source)
{
    char name[ADDRESS_TEXT_SIZE];

    if (source->name != NULL)
        return string_pool_add_new(&builder->current.strings, source->name);
    address_format_with_port(&source->address, name);
    return string_pool_add_new(&builder->current.strings, name);
}

static bool
is_healthy(const struct snapshot_target_source *source)
{
    return !source->is_ejected && target_is_selectable(source->membership, source->health);
}

/* By group: since when the healthy target that has been so for longest is. */
static uint64_t *
find_oldest(const struct snapshot_builder *builder, const struct placed_target *placed,
            uint32_t count)
{
    uint64_t *oldest_ms = memory_take(builder->group_count, sizeof(*oldest_ms));

    for (size_t i = 0; i < builder->group_count; i++)
        oldest_ms[i] = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *oldest = &oldest_ms[placed[i].group];
        if (is_healthy(placed[i].source) && placed[i].source->healthy_since_ms < *oldest)
            *oldest = placed[i].source->healthy_since_ms;
    }
    return oldest_ms;
}

/*
 * Slow start spares a target that joins healthy ones. Those that a group begins with have
 * nobody to leave the requests to.
 */
static uint64_t
ramps_since(const struct snapshot_target_source *source, uint64_t oldest_ms)
{
    return source->joined_ms > oldest_ms ? source->healthy_since_ms : 0;
}

static void
fill_target(struct snapshot_builder *builder, const struct placed_target *placed,
            uint64_t oldest_ms)
{
    const struct snapshot_target_source *source = placed->source;
    struct string_pool *strings = &builder->current.strings;
    struct snapshot_rows *rows =
        &snapshot_written_roster(&builder->current, placed->group)->targets;

    *snapshot_written_target(&builder->current, rows->first + rows->count++) =
        (struct snapshot_target){
            .id = source->id,
            .group = placed->group,
            .counter_row = source->counter_row,
            .address = source->address,
            .dial = source->dial.family == ADDRESS_NONE ? source->address : source->dial,
            .membership = (uint8_t)source->membership,
            .health = (uint8_t)source->health,
            .is_ejected = source->is_ejected,
            .falls_back = source->falls_back,
            .healthy_since_ms = ramps_since(source, oldest_ms),
            .zone = string_pool_add(strings, source->zone),
            .task = string_pool_add_new(strings, source->task),
            .generation = string_pool_add_new(strings, source->generation),
            .name = name_of(builder, source),
        };
}

static int
by_id(const void *one, const void *other)
{
    const struct snapshot_target *a = one, *b = other;

    return (a->id > b->id) - (a->id < b->id);
}

/* Targets mostly come by age, which is the order of their ids. */
static void
sort_rows(struct snapshot_builder *builder, struct snapshot_rows rows)
{
    for (uint32_t i = 1; i < rows.count; i++) {
        const struct snapshot_target *row =
            snapshot_written_target(&builder->current, rows.first + i);
        if (row[-1].id > row->id) {
            qsort(snapshot_written_target(&builder->current, rows.first), rows.count,
                  sizeof(*row), by_id);
            return;
        }
    }
}

static void
add_targets(struct snapshot_builder *builder, const struct snapshot_target_source *targets,
            size_t target_count)
{
    struct placed_target *placed = memory_take(target_count, sizeof(*placed));
    uint32_t count = place_targets(builder, targets, target_count, placed);
    uint64_t *oldest_ms = find_oldest(builder, placed, count);

    divide_rows(builder,
                snapshot_writer_extend(&builder->current, SNAPSHOT_TABLE_target, count));
    for (uint32_t i = 0; i < count; i++)
        fill_target(builder, &placed[i], oldest_ms[placed[i].group]);
    for (uint32_t i = 0; i < builder->group_count; i++)
        sort_rows(builder, snapshot_written_roster(&builder->current, i)->targets);
    free(oldest_ms);
    free(placed);
}

/* What a roster says depends on these; of those that leave only the recalled count. */
struct group_count {
    unsigned registered, healthy, initial, recalled;
};

static struct group_count
count_targets(const struct snapshot_builder *builder, struct snapshot_rows targets)
{
    struct group_count count = {0};

    for (uint32_t i = 0; i < targets.count; i++) {
        const struct snapshot_target *target =
            snapshot_written_target(&builder->current, targets.first + i);
        bool is_chosen = !target->is_ejected &&
                         target_is_selectable((enum target_membership)target->membership,
                                              (enum target_health)target->health);
        count.recalled += is_chosen && !target_is_registered(target->membership);
        if (!target_is_registered(target->membership))
            continue;
        count.registered++;
        count.initial += target->health == HEALTH_INITIAL;
        count.healthy += is_chosen;
    }
    return count;
}

/* Below either minimum the group is unhealthy, and every target is as good as another; but
 * where others are recalled instead of none, these are better. */
static bool
fails_open(const struct config_target_group *config, struct group_count count)
{
    if (count.registered == 0 || (count.healthy == 0 && count.recalled > 0))
        return false;
    return count.healthy < config->minimum_healthy_count ||
           count.healthy * UINT64_C(100) <
               (uint64_t)config->minimum_healthy_percentage * count.registered;
}

static enum snapshot_vacancy
judge_vacancy(const struct snapshot_vacancies *vacancies,
              const struct config_target_group *config, struct group_count count)
{
    if (count.healthy + count.recalled > 0)
        return VACANCY_NONE;
    if (count.initial > 0)
        return VACANCY_HOLDS;
    return vacancies->of == NULL ? VACANCY_NONE : vacancies->of(vacancies->argument, config);
}

static void
judge_rosters(struct snapshot_builder *builder)
{
    for (uint32_t i = 0; i < builder->group_count; i++) {
        struct snapshot_roster *roster = snapshot_written_roster(&builder->current, i);
        const struct config_target_group *config = &builder->sources.config->target_groups[i];
        struct group_count count = count_targets(builder, roster->targets);
        roster->fails_open = fails_open(config, count);
        roster->vacancy = judge_vacancy(&builder->sources.vacancies, config, count);
    }
}

void
snapshot_build_targets(struct snapshot_builder *builder,
                       const struct snapshot_target_source *targets, size_t count)
{
    snapshot_writer_extend(&builder->current, SNAPSHOT_TABLE_roster,
                           (uint32_t)builder->group_count);
    add_targets(builder, targets, count);
    judge_rosters(builder);
}
