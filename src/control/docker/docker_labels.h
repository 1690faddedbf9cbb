/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels that make a container a task (docs/labels.md): which service it belongs to, or
 * why its labels cannot be used. Engines keep a container's labels for its life, so one
 * look is enough.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_LABELS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_LABELS_H

#include <jansson.h>

enum docker_labels_verdict {
    DOCKER_LABELS_USABLE,
    DOCKER_LABELS_NONE, /* no service named, or fairlead.enable=false: none of our business */
    DOCKER_LABELS_BROKEN
};

struct docker_labels {
    enum docker_labels_verdict verdict;
    const char *service, *container_name, *zone; /* of the JSON object; NULL: not given */
    char *reason;                                /* BROKEN: what is wrong, else NULL */
};

/* labels: an object of texts; NULL and null are no labels. Give back with
 * docker_labels_clear. */
void docker_labels_read(struct docker_labels *labels, const json_t *object);
void docker_labels_clear(struct docker_labels *labels);

#endif
