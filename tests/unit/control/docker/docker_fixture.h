/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded answers of engines, from tests/fixtures/docker. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_FIXTURE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_FIXTURE_H

#include <stddef.h>

/* The container that all of them tell of. */
#define FIXTURE_ID "c6f435c68660839a00274a332850cdb9275c3814e6cba49e8da95cb4800bb304"

/* The whole file with a NUL behind it; the test fails when it is not there. Give back with
 * free(). */
char *docker_fixture_read(const char *name, size_t *length);

#endif
