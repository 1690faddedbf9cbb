/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker in this process, with one client and one target that the test plays itself: the
 * client on a socket pair, the target on a listening socket of 127.0.0.1. Every request is
 * forwarded. Nothing waits: the test says when the loop turns.
 */
#ifndef FAIRLEAD_TESTS_WORKER_STAND_H
#define FAIRLEAD_TESTS_WORKER_STAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "snapshot_sample.h"
#include "worker/http1/client.h"
#include "worker/shared/context.h"

struct worker_stand {
    struct worker *worker;
    struct snapshot_sample *sample;
    struct snapshot_target_source *target; /* until another one is added */
    int listening_fd;                      /* of the target */
    int client_fd;                         /* -1: closed */
    int target_fd;                         /* the connection accepted last; -1: none */
};

/* A group "web" of one target, and generous limits; the sample may be changed until publish. */
void worker_stand_open(struct worker_stand *stand);
void worker_stand_publish(struct worker_stand *stand);
void worker_stand_close(struct worker_stand *stand);

/* A new client connection; the one before is closed. Returns the worker's end. */
struct client *worker_stand_connect(struct worker_stand *stand);

/* Turns the loop so often that whatever is possible without more from outside has happened. */
void worker_stand_turn(struct worker_stand *stand);

/* The target accepts a connection that waits; the one before is closed. False: none waits. */
bool worker_stand_accept(struct worker_stand *stand);

/* Whole texts: what the peer's socket holds after turning, NUL-terminated; its length. */
size_t worker_stand_read(struct worker_stand *stand, int fd, char *text, size_t size);
void worker_stand_write(struct worker_stand *stand, int fd, const char *text);

/* Closes one of the stand's descriptors with a reset where it is TCP; *fd becomes -1. */
void worker_stand_drop(int *fd);

#endif
