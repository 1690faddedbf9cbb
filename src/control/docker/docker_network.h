/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's own address, and which way it can be dialled: what inspect says of its
 * networks, read for a task. Pure.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_NETWORK_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "model/config.h"
#include "model/task.h"

#define DOCKER_NETWORKS_MOST 16
#define DOCKER_NETWORK_NAME_BYTES 256

/* The networks that we are in ourselves, where we run in a container. */
struct docker_own_networks {
    char names[DOCKER_NETWORKS_MOST][DOCKER_NETWORK_NAME_BYTES];
    size_t count;
};

/* What is known of the networks between us and an engine's containers. */
struct docker_reach {
    enum config_dial dial;
    const char *network; /* that is wanted by the configuration; NULL: any */
    bool is_here;        /* the engine's network is ours, as far as can be seen */
    struct docker_own_networks own;
};

/* Sets what the task says of its container's address; wanted: the network of its label; NULL.
 */
void docker_network_read(struct task *task, const json_t *inspected, const char *wanted,
                         const struct docker_reach *reach);

/* Of the answer of inspect about our own container: our networks, and whether we have the
 * engine's own (is_here). */
void docker_network_read_own(struct docker_reach *reach, const char *text, size_t length);

#endif
