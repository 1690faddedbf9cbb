/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rule_hits.h"

#include <stdlib.h>

#include "api/history.h"
#include "base/clock.h"
#include "base/memory.h"

/* Rates are of at least so long, and a count that is older tells nothing of now. */
#define LEAST_MS 1000
#define MOST_MS 60000

/* By counter row. */
struct hits {
    uint64_t requests;
    float rate;
};

struct rule_hits {
    const struct board *board;
    struct hits *rows;
    uint64_t counted_ms; /* 0: never */
};

struct rule_hits *
rule_hits_new(const struct board *board)
{
    struct rule_hits *hits = memory_take(1, sizeof(*hits));

    hits->board = board;
    hits->rows = memory_take(COUNTERS_RULE_ROWS, sizeof(*hits->rows));
    return hits;
}

void
rule_hits_free(struct rule_hits **hits)
{
    if (*hits == NULL)
        return;
    free((*hits)->rows);
    free(*hits);
    *hits = NULL;
}

static void
count(struct rule_hits *hits, const struct snapshot *snapshot)
{
    uint64_t passed_ms = clock_ms() - hits->counted_ms;
    bool has_rate = hits->counted_ms != 0 && passed_ms <= MOST_MS;

    if (hits->counted_ms != 0 && passed_ms < LEAST_MS)
        return;
    for (uint32_t i = 0; i < snapshot_rule_count(snapshot); i++) {
        uint32_t at = snapshot_rule(snapshot, i)->counter_row;
        struct hits *row = &hits->rows[at];
        uint64_t requests = board_rule(hits->board, at);
        uint64_t grown = requests > row->requests ? requests - row->requests : 0;
        row->rate = has_rate ? (float)grown * 1000 / (float)passed_ms : HISTORY_NONE;
        row->requests = requests;
    }
    hits->counted_ms = clock_ms();
}

static void
write_listener(const struct rule_hits *hits, const struct snapshot *snapshot, uint32_t index,
               struct json_writer *out)
{
    const struct snapshot_listener *listener = snapshot_listener(snapshot, index);

    for (uint32_t i = listener->rules.first; i < listener->rules.first + listener->rules.count;
         i++) {
        const struct snapshot_rule *rule = snapshot_rule(snapshot, i);
        const struct hits *row = &hits->rows[rule->counter_row];
        json_object_begin(out, NULL);
        json_add_text(out, "ListenerName", snapshot_slice(snapshot, listener->name));
        if (rule->priority == 0)
            json_add_text(out, "Priority", SLICE_LITERAL("default"));
        else
            json_add_number_text(out, "Priority", rule->priority);
        json_add_number(out, "Requests", row->requests);
        json_add_amount(out, "RequestsPerSecond", (double)row->rate);
        json_object_end(out);
    }
}

void
rule_hits_write(struct rule_hits *hits, const struct snapshot *snapshot,
                struct json_writer *out)
{
    count(hits, snapshot);
    json_object_begin(out, NULL);
    json_array_begin(out, "Rules");
    for (uint32_t i = 0; i < snapshot_listener_count(snapshot); i++)
        write_listener(hits, snapshot, i, out);
    json_array_end(out);
    json_object_end(out);
}
