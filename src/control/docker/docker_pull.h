/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling an image: which one is meant, and the engine's stream of progress, of which only its
 * errors matter: its status is 200 before anything was done. Pure.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_PULL_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_PULL_H

#include <stdbool.h>
#include <stddef.h>

#include "control/docker/docker_items.h"

/* The reference with a tag or digest: without one an engine pulls all tags. The caller's. */
char *docker_pull_reference(const char *image);

/* Zero it before the first use. */
struct docker_pull {
    struct docker_items items;
    bool is_garbled; /* what came is no stream of objects */
    char *error;     /* the engine's words; NULL: none */
};

void docker_pull_feed(struct docker_pull *pull, const char *bytes, size_t length);
void docker_pull_clear(struct docker_pull *pull);

#endif
