/* SPDX-License-Identifier: Apache-2.0 */
/* What a container publishes. Private to docker_template*.c. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_PORTS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_PORTS_H

#include "control/docker/docker_template.h"

/* ExposedPorts, and HostConfig.PortBindings; NULL: none. */
json_t *docker_template_exposed_ports(const struct docker_template *what);
json_t *docker_template_port_bindings(const struct docker_template *what);

#endif
