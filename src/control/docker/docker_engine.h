/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One engine's API: the client, the version that is spoken, and the calls that change things.
 * Whoever opens it owns it; requests sent through docker_engine_get stay the sender's to
 * cancel.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_ENGINE_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_ENGINE_H

#include "control/docker/docker_version.h"
#include "net/api_client.h"
#include "net/loop.h"

struct docker_engine;

/* NULL with *error set (free it) when the endpoint is none. */
struct docker_engine *docker_engine_open(struct loop *loop, const char *endpoint, char **error);

/* Every call under way ends with an error first; allowed inside callbacks. */
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

/* Called once, later: NULL or what failed. */
typedef void docker_engine_done(void *argument, const char *error);

/* The same with the body of an answer that is well, NUL-terminated; NULL with an error. */
typedef void docker_engine_answered(void *argument, const char *error, const char *body);

/* Any call below /v<version>; 2xx and 304 (it was so already) are well. */
void docker_engine_call(struct docker_engine *engine, const struct api_call *call,
                        docker_engine_answered *on_answer, void *argument);

/* Stops a container: its StopSignal, and SIGKILL after the timeout. Stopped already is well. */
void docker_engine_stop(struct docker_engine *engine, const char *id, unsigned timeout_seconds,
                        docker_engine_done *on_done, void *argument);

#endif
