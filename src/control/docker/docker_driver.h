/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of a Docker engine or of Podman's form of it: docker_acts.def says how it is
 * asked.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_DRIVER_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_DRIVER_H

#include "control/docker/docker_follower.h"
#include "control/driver/driver.h"

/* The driver of the engine that is followed there; freed (driver_free) before the follower is
 * ended. */
struct driver *docker_driver_new(struct docker_follower *follower);

#endif
