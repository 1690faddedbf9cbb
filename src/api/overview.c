/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at write_all. */
#include "api/overview.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

struct overview {
    struct overview_parts parts;
    const struct snapshot *snapshot;
    struct json_writer json;
    bool is_written;
};

/* How many of a group's targets are how. */
struct tally {
    unsigned targets, registered, healthy;
    unsigned serving; /* take requests */
};

struct overview *
overview_new(const struct overview_parts *parts)
{
    struct overview *overview = memory_take(1, sizeof(*overview));

    overview->parts = *parts;
    return overview;
}

void
overview_free(struct overview **overview)
{
    if (*overview == NULL)
        return;
    json_clear(&(*overview)->json);
    free(*overview);
    *overview = NULL;
}

void
overview_set_snapshot(struct overview *overview, const struct snapshot *snapshot)
{
    overview->snapshot = snapshot;
    overview->is_written = false;
}

void
overview_note_change(struct overview *overview)
{
    overview->is_written = false;
}

static struct tally
tally_group(const struct snapshot *snapshot, uint32_t index)
{
    struct snapshot_rows rows = snapshot_targets_of(snapshot, index);
    struct tally tally = {.targets = rows.count};

    for (uint32_t i = rows.first; i < rows.first + rows.count; i++) {
        const struct snapshot_target *target = snapshot_target(snapshot, i);
        enum target_membership membership = (enum target_membership)target->membership;
        enum target_health health = (enum target_health)target->health;
        bool is_chosen = target_is_selectable(membership, health) && target->is_ejected == 0;
        tally.registered += target_is_registered(membership) ? 1 : 0;
        tally.serving += is_chosen ? 1 : 0;
        tally.healthy += is_chosen && health == HEALTH_HEALTHY ? 1 : 0;
    }
    return tally;
}

static const char *
group_state(const struct snapshot *snapshot, uint32_t index, const struct tally *tally)
{
    const struct snapshot_group *group = snapshot_group(snapshot, index);

    if ((group->flags & GROUP_IS_USED) == 0)
        return "unused";
    if (snapshot_roster(snapshot, index)->vacancy == VACANCY_HOLDS)
        return "waits";
    if (tally->registered == 0)
        return "empty";
    if (group->check_enabled == 0)
        return "unavailable";
    if (snapshot_roster(snapshot, index)->fails_open != 0)
        return "fails open";
    return tally->healthy < tally->registered ? "degraded" : "healthy";
}

static void
write_rates(struct json_writer *json, const struct sampler_group *sample)
{
    struct series_rates none = {0, 0, 0, HISTORY_NONE, HISTORY_NONE, HISTORY_NONE};
    struct series_rates rates = sample->series == NULL ? none : series_now(sample->series);

    json_add_amount(json, "RequestsPerSecond", rates.requests);
    json_add_amount(json, "Errors5xxPerSecond", rates.target_5xx);
    json_add_amount(json, "OwnErrors5xxPerSecond", rates.own_5xx);
    json_add_amount(json, "P50", rates.p50);
    json_add_amount(json, "P95", rates.p95);
    json_add_amount(json, "P99", rates.p99);
    json_add_number(json, "InFlight", sample->in_flight);
    json_add_number(json, "Held", sample->held);
    json_add_number(json, "Connections", sample->connections);
}

static void
write_group(struct overview *overview, uint32_t index, struct tally *all)
{
    const struct snapshot *snapshot = overview->snapshot;
    struct sampler_group sample = sampler_group(overview->parts.sampler, index);
    struct tally tally = tally_group(snapshot, index);
    struct json_writer *json = &overview->json;

    json_object_begin(json, NULL);
    json_add_text(json, "Name",
                  snapshot_slice(snapshot, snapshot_group(snapshot, index)->name));
    json_add_number(json, "Targets", tally.targets);
    json_add_number(json, "Healthy", tally.healthy);
    json_add_text(json, "State", slice_of(group_state(snapshot, index, &tally)));
    write_rates(json, &sample);
    json_object_end(json);
    all->targets += tally.targets;
    all->registered += tally.registered;
    all->healthy += tally.healthy;
    all->serving += tally.serving;
}

static void
write_totals(struct overview *overview, const struct tally *all)
{
    struct sampler_group sample = sampler_all(overview->parts.sampler);
    struct json_writer *json = &overview->json;

    json_object_begin(json, "Totals");
    json_add_number(json, "Targets", all->targets);
    json_add_number(json, "Healthy", all->healthy);
    write_rates(json, &sample);
    json_object_end(json);
}

/* "Serving on 1 listener; 4 of 4 targets take requests; nothing needs you." */
static void
write_sentence(struct overview *overview, const struct tally *all)
{
    unsigned listeners = snapshot_listener_count(overview->snapshot);
    unsigned needs = needs_count(overview->parts.needs);
    char *serving = listeners == 0 ? memory_copy_text("Idle: there is no listener")
                                   : memory_print("Serving on %u listener%s", listeners,
                                                  listeners == 1 ? "" : "s");
    char *targets = all->targets == 0
                        ? memory_copy_text("no targets")
                        : memory_print("%u of %u target%s take requests", all->serving,
                                       all->targets, all->targets == 1 ? "" : "s");
    char *needed = needs > 0
                       ? memory_print("%u thing%s you", needs, needs == 1 ? " needs" : "s need")
                       : memory_copy_text(needs_are_known(overview->parts.needs)
                                              ? "nothing needs you"
                                              : "what needs you is not known yet");
    char *sentence = memory_print("%s; %s; %s.", serving, targets, needed);

    json_add_text(&overview->json, "Sentence", slice_of(sentence));
    free(sentence);
    free(needed);
    free(targets);
    free(serving);
}

static void
write_all(struct overview *overview)
{
    struct json_writer *json = &overview->json;
    struct tally all = {0};

    json_restart(json);
    json_object_begin(json, NULL);
    json_add_time(json, "Time", clock_wall_us());
    json_add_number(json, "Generation", snapshot_generation(overview->snapshot));
    json_array_begin(json, "Groups");
    for (uint32_t i = 0; i < snapshot_group_count(overview->snapshot); i++)
        write_group(overview, i, &all);
    json_array_end(json);
    write_totals(overview, &all);
    write_sentence(overview, &all);
    json_add_raw(json, "Needs", needs_json(overview->parts.needs));
    json_object_end(json);
}

struct slice
overview_json(struct overview *overview)
{
    if (!overview->is_written)
        write_all(overview);
    overview->is_written = true;
    return text_slice(&overview->json.text);
}
