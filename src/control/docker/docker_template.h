/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container of an ECS task as the engine is to make it: the body of POST /containers/create
 * from the container's definition. The definition has been checked when it was registered, so
 * what is missing or of another type here is left out. Pure: JSON in, JSON out.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_H

#include <jansson.h>
#include <stdint.h>

/* All of it the caller's. Texts and objects may be NULL where there are none, but for the
 * definitions, the cluster and the ARN. */
struct docker_template {
    const json_t *container;  /* its definition: ECS's member names */
    const json_t *definition; /* the task definition that it is of */
    const json_t *override;   /* its containerOverride of RunTask */
    const json_t *secrets;    /* what docker_secrets_read gave: values by variable */
    const json_t *ids;        /* of the task's containers made so far, by container name */
    const char *image;        /* instead of the definition's */
    const char *cluster, *task_arn;
    const char *service, *deployment, *zone;
    const char *bind_address; /* of published ports; "": all addresses */
};

/* The caller's reference. */
json_t *docker_template_body(const struct docker_template *what);

/* "ecs-FAMILY-REVISION-CONTAINER-" and random digits in hexadecimal; give back with free(). */
char *docker_template_name(const struct docker_template *what, uint32_t random);

/* Bodies of POST /volumes/create for what the task's containers mount: an array, which has
 * nothing that is there for sure. The caller's reference. */
json_t *docker_template_volumes(const struct docker_template *what);

/* Names of those volumes that go with the task. The caller's reference. */
json_t *docker_template_own_volumes(const struct docker_template *what);

#endif
