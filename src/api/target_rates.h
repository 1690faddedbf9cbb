/* SPDX-License-Identifier: Apache-2.0 */
/* What each target of a group does now. */
#ifndef FAIRLEAD_API_TARGET_RATES_H
#define FAIRLEAD_API_TARGET_RATES_H

#include <stdbool.h>

#include "api/json_writer.h"
#include "api/sampler.h"
#include "ipc/snapshot.h"

/* The row of the group with that name; SNAPSHOT_NO_INDEX: there is none. */
uint32_t target_rates_find_group(const struct snapshot *snapshot, struct slice name);

/* An array of that name of {"TargetId", "RequestsPerSecond", "Errors5xxPerSecond", "InFlight",
 * "Connections"}. */
void target_rates_write(const struct snapshot *snapshot, const struct sampler *sampler,
                        uint32_t group, struct json_writer *out);

#endif
