/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling snapshots: what control knows goes in, the descriptors of sealed memfds come out.
 * The configuration is compiled once; the targets, which change all the time, for each
 * generation. The rows are described in snapshot.h, which is also how to read them.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_BUILD_H
#define FAIRLEAD_IPC_SNAPSHOT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/snapshot.h"
#include "ipc/snapshot_sources.h"

struct snapshot_builder;

/*
 * Compiles the sources; the configuration and the names must outlive the builder. They were
 * checked by their reader: addresses parse, groups exist.
 */
struct snapshot_builder *snapshot_builder_new(const struct snapshot_sources *sources);
void snapshot_builder_free(struct snapshot_builder **builder);

/*
 * Compiles the targets, in any order; the files are the caller's. False with errno when the
 * system refuses. What a roster says beside its targets (fails open, vacancy) is computed here,
 * by the ALB's target_group_health.unhealthy_state_routing.
 */
bool snapshot_build(struct snapshot_builder *builder,
                    const struct snapshot_target_source *targets, size_t count,
                    uint64_t generation, struct snapshot_files *files);

#endif
