/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels that make a container a task (docs/labels.md): which service it belongs to, or
 * why its labels cannot be used. Engines keep a container's labels for its life, so one
 * look is enough.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_LABELS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_LABELS_H

#include <stdbool.h>

#include <jansson.h>

enum docker_labels_verdict {
    DOCKER_LABELS_USABLE,
    DOCKER_LABELS_OFF,  /* fairlead.enable=false: none of our business */
    DOCKER_LABELS_NONE, /* takes no traffic; reason says why and what would change it */
    DOCKER_LABELS_BROKEN
};

struct docker_labels {
    enum docker_labels_verdict verdict;
    /* of the JSON object; NULL: not given */
    const char *service, *container_name, *zone, *network;
    bool is_managed;     /* fairlead itself has made the container */
    const char *project; /* of Compose, where the service's name is Compose's too */
    /* NONE, BROKEN: why; USABLE: what is odd about a label that nobody reads, or NULL */
    char *reason;
};

/* labels: an object of texts; NULL and null are no labels. Give back with
 * docker_labels_clear. */
void docker_labels_read(struct docker_labels *labels, json_t *object);
void docker_labels_clear(struct docker_labels *labels);

#endif
