/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every family is one row of the table `families`, which the .def tables fill; start reading
 * at make_page. A counter's sum over all processes is found by its place in struct counters.
 */
#include "observer/metrics.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "observer/exposition.h"

#define PAGE_AGE_MAX_MS 1000

struct metrics {
    const struct snapshot *snapshot; /* NULL: none yet */
    struct counters *slots[COUNTERS_SLOTS];
    unsigned slot_count; /* places in slots that may be in use */
    struct exposition page;
    uint64_t made_ms;
    bool is_made;
};

struct family {
    const char *metric, *type, *help;
    void (*write)(struct metrics *metrics, const struct family *family);
    size_t offset; /* of the row's member, where one function serves several families */
};

struct metrics *
metrics_new(void)
{
    struct metrics *metrics = memory_take(1, sizeof(*metrics));

    return metrics;
}

void
metrics_free(struct metrics **metrics)
{
    struct metrics *old = *metrics;

    if (old == NULL)
        return;
    *metrics = NULL;
    for (unsigned slot = 0; slot < old->slot_count; slot++)
        counters_unmap(&old->slots[slot]);
    exposition_clear(&old->page);
    free(old);
}

void
metrics_set_counters(struct metrics *metrics, uint32_t slot, struct counters *counters)
{
    CHECK(slot < COUNTERS_SLOTS);
    counters_unmap(&metrics->slots[slot]);
    metrics->slots[slot] = counters;
    if (slot >= metrics->slot_count)
        metrics->slot_count = slot + 1;
}

void
metrics_set_snapshot(struct metrics *metrics, const struct snapshot *snapshot)
{
    metrics->snapshot = snapshot;
    metrics->is_made = false;
}

static const uint64_t *
counter_at(const struct counters *counters, size_t offset)
{
    return (const uint64_t *)((const char *)counters + offset);
}

/* The counter at that place in struct counters, over all processes. */
static uint64_t
sum_of(const struct metrics *metrics, size_t offset)
{
    uint64_t sum = 0;

    for (unsigned slot = 0; slot < metrics->slot_count; slot++)
        if (metrics->slots[slot] != NULL)
            sum += counter_read(counter_at(metrics->slots[slot], offset));
    return sum;
}

/* Rows of targets are used again: only those count that still speak of this target. */
static uint64_t
sum_of_target(const struct metrics *metrics, const struct snapshot_target *target,
              size_t member)
{
    size_t row = offsetof(struct counters, targets) +
                 target->counter_row * sizeof(struct target_counters);
    uint64_t sum = 0;

    for (unsigned slot = 0; slot < metrics->slot_count; slot++) {
        const struct counters *counters = metrics->slots[slot];
        if (counters == NULL)
            continue;
        size_t id = row + offsetof(struct target_counters, target_id);
        if (counter_read(counter_at(counters, id)) == target->id)
            sum += counter_read(counter_at(counters, row + member));
    }
    return sum;
}

static size_t
group_row(const struct snapshot_group *group)
{
    return offsetof(struct counters, groups) +
           group->counter_row * sizeof(struct group_counters);
}

static size_t
process_place(unsigned row, size_t member)
{
    return offsetof(struct counters, processes) + row * sizeof(struct process_counters) +
           member;
}

static void
write_group_member(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++) {
        const struct snapshot_group *group = snapshot_group(metrics->snapshot, i);
        const struct exposition_label label = {"target_group",
                                               snapshot_slice(metrics->snapshot, group->name)};
        exposition_series(&metrics->page, family->metric, "", &label, 1);
        exposition_number(&metrics->page, sum_of(metrics, group_row(group) + family->offset));
    }
}

static void
write_target_member(struct metrics *metrics, const struct family *family)
{
    const struct snapshot *snapshot = metrics->snapshot;

    for (uint32_t i = 0; i < snapshot_target_count(snapshot); i++) {
        const struct snapshot_target *target = snapshot_target(snapshot, i);
        const struct snapshot_group *group = snapshot_group(snapshot, target->group);
        const struct exposition_label labels[] = {
            {"target_group", snapshot_slice(snapshot, group->name)},
            {"target", snapshot_slice(snapshot, target->name)},
        };
        exposition_series(&metrics->page, family->metric, "", labels, 2);
        exposition_number(&metrics->page, sum_of_target(metrics, target, family->offset));
    }
}

static void
write_provider_member(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_provider_count(metrics->snapshot); i++) {
        const struct snapshot_provider *provider = snapshot_provider(metrics->snapshot, i);
        const struct exposition_label label = {
            "provider", snapshot_slice(metrics->snapshot, provider->name)};
        size_t row = offsetof(struct counters, providers) +
                     provider->counter_row * sizeof(struct provider_counters);
        exposition_series(&metrics->page, family->metric, "", &label, 1);
        exposition_number(&metrics->page, sum_of(metrics, row + family->offset));
    }
}

static void
write_sync_age(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_provider_count(metrics->snapshot); i++) {
        const struct snapshot_provider *provider = snapshot_provider(metrics->snapshot, i);
        const struct exposition_label label = {
            "provider", snapshot_slice(metrics->snapshot, provider->name)};
        uint64_t synced_ms =
            sum_of(metrics, offsetof(struct counters, providers) +
                                provider->counter_row * sizeof(struct provider_counters) +
                                offsetof(struct provider_counters, last_sync_ms));
        uint64_t now_ms = clock_ms();
        exposition_series(&metrics->page, family->metric, "", &label, 1);
        if (synced_ms == 0)
            exposition_infinity(&metrics->page);
        else
            exposition_seconds(&metrics->page,
                               now_ms > synced_ms ? (now_ms - synced_ms) * 1000 : 0);
    }
}

static void
write_route_codes(struct metrics *metrics, const struct family *family, struct slice listener,
                  struct slice group, uint32_t counter_row)
{
    size_t row =
        offsetof(struct counters, routes) + counter_row * sizeof(struct route_counters);
    char printed[8];

    for (unsigned i = 0; i < COUNTERS_CODES; i++) {
        struct text code = text_over(printed, sizeof(printed));
        uint64_t sum = sum_of(metrics, row + i * sizeof(uint64_t));
        if (sum == 0)
            continue;
        text_add_number(&code, i + COUNTERS_FIRST_CODE);
        const struct exposition_label labels[] = {
            {"listener", listener},
            {"target_group", group},
            {"code", text_slice(&code)},
        };
        exposition_series(&metrics->page, family->metric, "", labels, 3);
        exposition_number(&metrics->page, sum);
    }
}

/* Several rules of a listener may lead to one group; its row is written once. */
static void
write_rule_codes(struct metrics *metrics, const struct family *family,
                 const struct snapshot_listener *listener, uint32_t rule_index,
                 bool is_written[COUNTERS_ROUTE_ROWS])
{
    const struct snapshot *snapshot = metrics->snapshot;
    const struct snapshot_rule *rule = snapshot_rule(snapshot, rule_index);
    struct snapshot_rows groups = snapshot_action(snapshot, rule->action)->weighted_groups;

    for (uint32_t i = groups.first; i < groups.first + groups.count; i++) {
        const struct snapshot_weighted_group *weighted = snapshot_weighted_group(snapshot, i);
        const struct snapshot_group *group = snapshot_group(snapshot, weighted->group);
        if (!is_written[weighted->counter_row])
            write_route_codes(metrics, family, snapshot_slice(snapshot, listener->name),
                              snapshot_slice(snapshot, group->name), weighted->counter_row);
        is_written[weighted->counter_row] = true;
    }
}

static void
write_requests(struct metrics *metrics, const struct family *family)
{
    bool *is_written = memory_take(COUNTERS_ROUTE_ROWS, sizeof(*is_written));

    for (uint32_t l = 0; l < snapshot_listener_count(metrics->snapshot); l++) {
        const struct snapshot_listener *listener = snapshot_listener(metrics->snapshot, l);
        struct snapshot_rows rules = listener->rules;
        write_route_codes(metrics, family, snapshot_slice(metrics->snapshot, listener->name),
                          SLICE_NONE, listener->counter_row);
        for (uint32_t rule = rules.first; rule < rules.first + rules.count; rule++)
            write_rule_codes(metrics, family, listener, rule, is_written);
    }
    free(is_written);
}

static void
write_ends(struct metrics *metrics, const struct family *family)
{
    for (unsigned i = 0; i < END_REASON_COUNT; i++) {
        const struct exposition_label label = {"reason", slice_of(end_reason_name(i))};
        exposition_series(&metrics->page, family->metric, "", &label, 1);
        exposition_number(&metrics->page, sum_of(metrics, offsetof(struct counters, ends) +
                                                              i * sizeof(uint64_t)));
    }
}

static void
write_target_responses(struct metrics *metrics, const struct family *family)
{
    static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};

    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++) {
        const struct snapshot_group *group = snapshot_group(metrics->snapshot, i);
        size_t codes = group_row(group) + offsetof(struct group_counters, target_codes);
        for (unsigned c = 0; c < sizeof(classes) / sizeof(classes[0]); c++) {
            const struct exposition_label labels[] = {
                {"target_group", snapshot_slice(metrics->snapshot, group->name)},
                {"code", slice_of(classes[c])},
            };
            exposition_series(&metrics->page, family->metric, "", labels, 2);
            exposition_number(&metrics->page, sum_of(metrics, codes + c * sizeof(uint64_t)));
        }
    }
}

static void
write_histogram(struct metrics *metrics, const struct family *family,
                const struct snapshot_group *group)
{
    char printed[32];
    uint64_t count = 0;
    size_t row = group_row(group);
    struct exposition_label labels[] = {
        {"target_group", snapshot_slice(metrics->snapshot, group->name)},
        {"le", SLICE_LITERAL("+Inf")},
    };

    for (unsigned i = 0; i < COUNTERS_BUCKETS; i++) {
        struct text bound = text_over(printed, sizeof(printed));
        count += sum_of(metrics, row + offsetof(struct group_counters, response_time) +
                                     i * sizeof(uint64_t));
        if (i < COUNTERS_BUCKETS - 1)
            exposition_format_seconds(&bound, counters_bucket_bounds_us[i]);
        else
            text_add_literal(&bound, "+Inf");
        labels[1].value = text_slice(&bound);
        exposition_series(&metrics->page, family->metric, "_bucket", labels, 2);
        exposition_number(&metrics->page, count);
    }
    exposition_series(&metrics->page, family->metric, "_sum", labels, 1);
    exposition_seconds(&metrics->page, sum_of(metrics, row + offsetof(struct group_counters,
                                                                      response_time_sum_us)));
    exposition_series(&metrics->page, family->metric, "_count", labels, 1);
    exposition_number(&metrics->page, count);
}

static void
write_response_time(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++)
        write_histogram(metrics, family, snapshot_group(metrics->snapshot, i));
}

/* The ALB's states, as target_shown_state gives them. */
static const char *const shown_states[] = {
    "initial", "healthy", "unhealthy", "unused", "draining", "unavailable",
};

#define SHOWN_STATES (sizeof(shown_states) / sizeof(shown_states[0]))

static bool
is_in_state(const struct snapshot_target *target, const char *state)
{
    return slice_equal(slice_of(target_shown_state(target->membership, target->health)),
                       slice_of(state));
}

static void
write_target_state(struct metrics *metrics, const struct family *family)
{
    const struct snapshot *snapshot = metrics->snapshot;

    for (uint32_t i = 0; i < snapshot_target_count(snapshot); i++) {
        const struct snapshot_target *target = snapshot_target(snapshot, i);
        const struct snapshot_group *group = snapshot_group(snapshot, target->group);
        for (unsigned s = 0; s < SHOWN_STATES; s++) {
            const struct exposition_label labels[] = {
                {"target_group", snapshot_slice(snapshot, group->name)},
                {"target", snapshot_slice(snapshot, target->name)},
                {"state", slice_of(shown_states[s])},
            };
            exposition_series(&metrics->page, family->metric, "", labels, 3);
            exposition_number(&metrics->page, is_in_state(target, shown_states[s]));
        }
    }
}

static uint64_t
count_in_state(const struct snapshot *snapshot, struct snapshot_rows targets, const char *state)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < targets.count; i++)
        count += is_in_state(snapshot_target(snapshot, targets.first + i), state);
    return count;
}

static void
write_hosts(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++) {
        const struct snapshot_group *group = snapshot_group(metrics->snapshot, i);
        struct snapshot_rows targets = snapshot_targets_of(metrics->snapshot, i);
        for (unsigned s = 0; s < SHOWN_STATES; s++) {
            const struct exposition_label labels[] = {
                {"target_group", snapshot_slice(metrics->snapshot, group->name)},
                {"state", slice_of(shown_states[s])},
            };
            exposition_series(&metrics->page, family->metric, "", labels, 2);
            exposition_number(&metrics->page,
                              count_in_state(metrics->snapshot, targets, shown_states[s]));
        }
    }
}

static void
write_build_info(struct metrics *metrics, const struct family *family)
{
    const struct exposition_label label = {"version", SLICE_LITERAL(PACKAGE_VERSION)};

    exposition_series(&metrics->page, family->metric, "", &label, 1);
    exposition_number(&metrics->page, 1);
}

/* The series of a family of processes, one for each that there is; false: there is none here.
 */
static bool
begin_process(struct metrics *metrics, const struct family *family, unsigned row)
{
    static const char *const roles[] = {"", "control", "worker", "logger", "observer", "api"};
    uint64_t role =
        sum_of(metrics, process_place(row, offsetof(struct process_counters, role)));
    char printed[8];
    struct text number = text_over(printed, sizeof(printed));

    if (role == PROCESS_TITLE_NONE || role >= sizeof(roles) / sizeof(roles[0]))
        return false;
    if (role == PROCESS_TITLE_WORKER)
        text_add_number(&number, row);
    const struct exposition_label labels[] = {
        {"role", slice_of(roles[role])},
        {"worker", text_slice(&number)},
    };
    exposition_series(&metrics->page, family->metric, "", labels, 2);
    return true;
}

static void
write_process_up(struct metrics *metrics, const struct family *family)
{
    for (unsigned row = 0; row < COUNTERS_PROCESS_ROWS; row++)
        if (begin_process(metrics, family, row))
            exposition_number(
                &metrics->page,
                sum_of(metrics,
                       process_place(row, offsetof(struct process_counters, running))));
}

static void
write_process_cpu(struct metrics *metrics, const struct family *family)
{
    for (unsigned row = 0; row < COUNTERS_PROCESS_ROWS; row++)
        if (begin_process(metrics, family, row))
            exposition_seconds(
                &metrics->page,
                sum_of(metrics, process_place(row, offsetof(struct process_counters, cpu_us))));
}

static void
write_process_memory(struct metrics *metrics, const struct family *family)
{
    for (unsigned row = 0; row < COUNTERS_PROCESS_ROWS; row++)
        if (begin_process(metrics, family, row))
            exposition_number(
                &metrics->page,
                sum_of(metrics,
                       process_place(row, offsetof(struct process_counters, memory_bytes))));
}

static void
write_rule_evaluations(struct metrics *metrics, const struct family *family)
{
    uint64_t rows = sum_of(metrics, offsetof(struct counters, rule_rows));
    uint64_t sum = sum_of(metrics, offsetof(struct counters, evaluations_elsewhere));

    for (size_t row = 0; row < rows && row < COUNTERS_RULE_ROWS; row++)
        sum += sum_of(metrics,
                      offsetof(struct counters, rules) + row * sizeof(struct rule_counters));
    exposition_series(&metrics->page, family->metric, "", NULL, 0);
    exposition_number(&metrics->page, sum);
}

static void
begin_group(struct metrics *metrics, const struct family *family, uint32_t index)
{
    const struct snapshot_group *group = snapshot_group(metrics->snapshot, index);
    const struct exposition_label label = {"target_group",
                                           snapshot_slice(metrics->snapshot, group->name)};

    exposition_series(&metrics->page, family->metric, "", &label, 1);
}

static void
write_fails_open(struct metrics *metrics, const struct family *family)
{
    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++) {
        begin_group(metrics, family, i);
        exposition_number(&metrics->page, snapshot_roster(metrics->snapshot, i)->fails_open);
    }
}

/* Each worker judges by what it saw itself: a sum would count a target several times. */
static void
write_most(struct metrics *metrics, const struct family *family, size_t member)
{
    for (uint32_t i = 0; i < snapshot_group_count(metrics->snapshot); i++) {
        size_t place = group_row(snapshot_group(metrics->snapshot, i)) + member;
        uint64_t most = 0;
        for (unsigned slot = 0; slot < metrics->slot_count; slot++) {
            uint64_t seen = metrics->slots[slot] == NULL
                                ? 0
                                : counter_read(counter_at(metrics->slots[slot], place));
            most = seen > most ? seen : most;
        }
        begin_group(metrics, family, i);
        exposition_number(&metrics->page, most);
    }
}

static void
write_anomalous(struct metrics *metrics, const struct family *family)
{
    write_most(metrics, family, offsetof(struct group_counters, anomalous));
}

static void
write_mitigated(struct metrics *metrics, const struct family *family)
{
    write_most(metrics, family, offsetof(struct group_counters, mitigated));
}

static const struct family families[] = {

#define METRIC_FAMILY(function, metric, type, labels, cloudwatch, help)                        \
    {(metric), (type), (help), write_##function, 0},
#define METRIC_GROUP(member, metric, type, cloudwatch, help)                                   \
    {(metric), (type), (help), write_group_member, offsetof(struct group_counters, member)},
#define METRIC_TARGET(member, metric, type, cloudwatch, help)                                  \
    {(metric), (type), (help), write_target_member, offsetof(struct target_counters, member)},
#define METRIC_PROVIDER(member, metric, type, cloudwatch, help)                                \
    {(metric), (type), (help), write_provider_member,                                          \
     offsetof(struct provider_counters, member)},
#include "observer/metrics.def"
#undef METRIC_FAMILY
#undef METRIC_GROUP
#undef METRIC_TARGET
#undef METRIC_PROVIDER
};

/* Rows of counters.def with the same metric stand together and are one family. */
static void
write_process_counters(struct metrics *metrics)
{
    static const struct {
        const char *metric, *labels, *type, *help;
    } rows[COUNTER_COUNT] = {

#define COUNTER(id, metric, labels, type, cloudwatch, help)                                    \
    {(metric), (labels), (type), (help)},
#include "ipc/counters.def"
#undef COUNTER
    };
    struct slice before = SLICE_NONE;

    for (unsigned i = 0; i < COUNTER_COUNT; i++) {
        struct slice metric = slice_of(rows[i].metric);
        if (!slice_equal(metric, before))
            exposition_family(&metrics->page, rows[i].metric, rows[i].type, rows[i].help);
        before = metric;
        exposition_raw_series(&metrics->page, rows[i].metric, rows[i].labels);
        exposition_number(&metrics->page, sum_of(metrics, offsetof(struct counters, values) +
                                                              i * sizeof(uint64_t)));
    }
}

static void
make_page(struct metrics *metrics)
{
    metrics->page.text.length = 0;
    write_process_counters(metrics);
    if (metrics->snapshot == NULL)
        return;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        const struct family *family = &families[i];
        exposition_family(&metrics->page, family->metric, family->type, family->help);
        family->write(metrics, family);
    }
}

struct slice
metrics_page(struct metrics *metrics)
{
    if (!metrics->is_made || clock_ms() - metrics->made_ms >= PAGE_AGE_MAX_MS) {
        make_page(metrics);
        metrics->made_ms = clock_ms();
        metrics->is_made = true;
    }
    return text_slice(&metrics->page.text);
}
