/* SPDX-License-Identifier: Apache-2.0 */
#include "api/target_rates.h"

uint32_t
target_rates_find_group(const struct snapshot *snapshot, struct slice name)
{
    for (uint32_t i = 0; i < snapshot_group_count(snapshot); i++)
        if (slice_equal(snapshot_slice(snapshot, snapshot_group(snapshot, i)->name), name))
            return i;
    return SNAPSHOT_NO_INDEX;
}

void
target_rates_write(const struct snapshot *snapshot, const struct sampler *sampler,
                   uint32_t group, struct json_writer *out)
{
    struct snapshot_rows rows = snapshot_targets_of(snapshot, group);

    json_array_begin(out, "Rates");
    for (uint32_t i = rows.first; i < rows.first + rows.count; i++) {
        struct sampler_target now = sampler_target(sampler, i);
        json_object_begin(out, NULL);
        json_add_number(out, "TargetId", snapshot_target(snapshot, i)->id);
        json_add_amount(out, "RequestsPerSecond", now.requests);
        json_add_amount(out, "Errors5xxPerSecond", now.errors_5xx);
        json_add_amount(out, "P50", now.p50);
        json_add_amount(out, "P95", now.p95);
        json_add_amount(out, "P99", now.p99);
        json_add_number(out, "InFlight", now.in_flight);
        json_add_number(out, "Connections", now.connections);
        json_object_end(out);
    }
    json_array_end(out);
}
