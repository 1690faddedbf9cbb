/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an engine behind a unix socket has the same network as we do. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_NAMESPACE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_NAMESPACE_H

enum docker_namespace {
    DOCKER_NAMESPACE_UNKNOWN, /* it listens over the network, or cannot be asked */
    DOCKER_NAMESPACE_OURS,
    DOCKER_NAMESPACE_OTHER
};

/* An engine that our process namespace does not show counts as one with another network. */
enum docker_namespace docker_namespace_of(const char *endpoint);

#endif
