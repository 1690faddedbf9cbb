/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an engine behind a unix socket has the same network as we do. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_NAMESPACE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_NAMESPACE_H

#include <stdbool.h>

/* False where it has, or listens over the network, or cannot be asked. An engine that our
 * process namespace does not show counts as one with another network. */
bool docker_namespace_differs(const char *endpoint);

#endif
