/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's output as GET /containers/ID/logs?timestamps=1 gives it: frames of both
 * streams, or the plain bytes of a terminal. Pure.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_LOGS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_LOGS_H

#include <jansson.h>
#include <stddef.h>

/* An array of {"stream", "time", "text"}, a line each; bytes that are no UTF-8 become "?". The
 * caller's reference. */
json_t *docker_logs_read(const char *bytes, size_t length);

#endif
