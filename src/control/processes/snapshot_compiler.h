/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control knows, compiled into snapshots: the configuration once, and each time one row
 * for each live target.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_SNAPSHOT_COMPILER_H
#define FAIRLEAD_CONTROL_PROCESSES_SNAPSHOT_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/processes/listener_sockets.h"
#include "control/registry/numbers.h"
#include "control/registry/targets.h"
#include "control/registry/vacancies.h"
#include "ipc/snapshot_build.h"
#include "model/config.h"

struct snapshot_compiler;

/* What it reads; all of it outlives the compiler. */
struct snapshot_compiler_parts {
    struct numbers *numbers;
    struct listener_sockets *sockets;
    struct targets *targets;
    struct vacancies *vacancies;
    const struct challenges *challenges; /* NULL: none */
};

struct snapshot_compiler *snapshot_compiler_new(const struct snapshot_compiler_parts *parts);
void snapshot_compiler_free(struct snapshot_compiler **compiler);

/*
 * Another configuration; to be called when its listeners and providers are in place. The
 * providers' names stand in the order of their counter rows; the key has STICKINESS_KEY_BYTES.
 */
struct snapshot_compiler_config {
    const struct config *config;
    const char *const *providers;
    size_t provider_count;
    const uint8_t *stickiness_key;
};

void snapshot_compiler_set_config(struct snapshot_compiler *compiler,
                                  const struct snapshot_compiler_config *config);

/* The files are the caller's; false with errno. */
bool snapshot_compiler_build(struct snapshot_compiler *compiler, uint64_t generation,
                             struct snapshot_files *files);

#endif
