/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening sockets, which belong to control and stay open in it: one SO_REUSEPORT socket a
 * worker and listener, so that what waits in a dead worker's queue is served by its successor;
 * one shared socket for a unix listener. They are found by where they listen, not by the
 * listener's name, and are kept over reloads.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_LISTENER_SOCKETS_H
#define FAIRLEAD_CONTROL_PROCESSES_LISTENER_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/numbers.h"
#include "model/config.h"

struct listener_sockets;

struct listener_sockets *listener_sockets_new(unsigned worker_count, struct numbers *numbers);
void listener_sockets_free(struct listener_sockets **sockets);

/* Sockets that listen already: of the control before. Takes the descriptors over; the next
 * configuration decides whether they stay. */
void listener_sockets_adopt(struct listener_sockets *sockets, const char *place, const int *fds,
                            unsigned count);

/* Every listener with all of its sockets, for who goes on with them. */
void listener_sockets_visit(const struct listener_sockets *sockets,
                            void (*visit)(void *argument, const char *place, const int *fds,
                                          unsigned count),
                            void *argument);

/*
 * Binds what the configuration asks for beside what is open already. False: some could not be
 * bound, each with a line in errors; nothing has changed then.
 */
bool listener_sockets_prepare(struct listener_sockets *sockets, const struct config *config,
                              struct config_errors *errors);

/* Takes back what prepare bound. */
void listener_sockets_abandon(struct listener_sockets *sockets);

/* Makes it so: calls on_close for each listener that is no longer asked for. */
void listener_sockets_commit(struct listener_sockets *sockets,
                             void (*on_close)(void *argument, uint32_t listener_id),
                             void *argument);

/* Each open listener with the socket of one worker (from 1); only_new: those of the last
 * commit. */
void listener_sockets_each(const struct listener_sockets *sockets, unsigned slot, bool only_new,
                           void (*visit)(void *argument, uint32_t listener_id, int fd),
                           void *argument);

/*
 * Looks at the sockets of one worker: what it did to them that its successor would suffer from
 * is undone. One that listens no more is bound anew, and told: is_shared, when all workers have
 * it.
 */
void listener_sockets_mend(struct listener_sockets *sockets, unsigned slot,
                           void (*on_rebound)(void *argument, uint32_t listener_id,
                                              bool is_shared),
                           void *argument);

/* The socket of one worker (from 1); -1: there is no such listener. */
int listener_sockets_fd(const struct listener_sockets *sockets, uint32_t listener_id,
                        unsigned slot);

uint32_t listener_sockets_id(const struct listener_sockets *sockets,
                             const struct config_listener *listener);

#endif
