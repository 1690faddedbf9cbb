/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One engine's API: its clients, the version that is spoken, and what is said of failures.
 * Whoever opens it owns it; requests stay the sender's to cancel.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_ENGINE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_ENGINE_H

#include "control/docker/docker_version.h"
#include "net/api_client.h"
#include "net/loop.h"

struct docker_engine;

/* NULL with *error set (free it) when the endpoint is none. */
struct docker_engine *docker_engine_open(struct loop *loop, const struct api_endpoint *endpoint,
                                         char **error);

/* Requests under way are cancelled; allowed inside callbacks. */
void docker_engine_close(struct docker_engine **engine);

/* Its host when it is reached over the network; NULL: it is on this machine. */
const char *docker_engine_host(const struct docker_engine *engine);

void docker_engine_set_version(struct docker_engine *engine, struct docker_version version);
struct docker_version docker_engine_version(const struct docker_engine *engine);

/* GET of an unversioned path, and of one below /v<version>. */
struct api_request *docker_engine_get_plain(struct docker_engine *engine, const char *path,
                                            unsigned timeout_ms,
                                            const struct api_callbacks *callbacks,
                                            void *argument);
struct api_request *docker_engine_get(struct docker_engine *engine, const char *path,
                                      unsigned timeout_ms,
                                      const struct api_callbacks *callbacks, void *argument);

struct api_request *docker_engine_get_bounded(struct docker_engine *engine,
                                              const struct api_call *call,
                                              const struct api_callbacks *callbacks,
                                              void *argument);

/* The "message" of an error answer, or what else tells most; give back with free(). */
char *docker_engine_read_error(const struct api_answer *answer);

/* The same with the endpoint, and with what to do where no connection was made. */
char *docker_engine_explain(const struct docker_engine *engine,
                            const struct api_answer *answer);

/*
 * Any call below /v<version>, on connections of its own: acts take long, and must not keep the
 * heartbeat waiting.
 */
struct api_request *docker_engine_act(struct docker_engine *engine, const struct api_call *call,
                                      const struct api_callbacks *callbacks, void *argument);

#endif
