/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container is to be replaced by: the body of POST /containers/create made of the answer
 * of inspect, with another image. Settings that came from the old image are left to the new
 * one. Pure: JSON in, JSON out.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_REPLACEMENT_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_REPLACEMENT_H

#include <jansson.h>
#include <stdbool.h>

/* A reason (static text) why no second container can run next to this one; NULL: it can. */
const char *docker_replacement_obstacle(const json_t *container);

/*
 * The body; old_image is the answer of GET /images/ID/json for the container's image, NULL
 * where the engine has it no more: then everything is taken over. new_image is the same for
 * the other image, NULL where nobody knows: what Compose notes of it is brought up to date.
 * The caller's reference.
 */
json_t *docker_replacement_body(const json_t *container, const json_t *old_image,
                                const char *image, const json_t *new_image);

/*
 * The networks besides the one that the body names, as bodies of POST /networks/ID/connect
 * without "Container", by network id: engines before API 1.44 take one network at a time. The
 * caller's reference.
 */
json_t *docker_replacement_networks(const json_t *container);

/* Members on a path, NULL where one is missing; borrowed. */
const json_t *docker_replacement_member(const json_t *object, const char *first,
                                        const char *second);

#endif
