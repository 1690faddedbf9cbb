/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first sign of a container's stop: a kill event with its own stop signal. Engines tell
 * nothing earlier, and send the signal before the event, so it is acted on at once; whether the
 * container then really stops is seen by reading it. Pure but for the clock.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_STOP_SIGN_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_STOP_SIGN_H

#include <stdbool.h>
#include <stdint.h>

/* The engine's default stop timeout. */
#define DOCKER_STOP_SECONDS 10

/* Zero it before the first use. */
struct docker_stop_sign {
    /* of the container as last read */
    uint64_t generation; /* 0: not read yet, any signal may be its stop signal */
    int stop_signal;
    unsigned stop_timeout_seconds; /* 0: the engine's default */
    /* a stop that we asked for ourselves; 0: none */
    unsigned expected_seconds;
    /* the last kill that may be a stop */
    int kill_signal; /* 0: none */
    uint64_t kill_ns;
    uint64_t until_ms; /* clock_ms when it counts no longer */
};

/* Takes a kill event; false when it stops nothing: another signal, an event replayed, or one of
 * an earlier generation. time_ns is the engine's clock. */
bool docker_stop_sign_take(struct docker_stop_sign *sign, int signal, uint64_t time_ns);

/* Whether the container as last read is being stopped. */
bool docker_stop_sign_holds(const struct docker_stop_sign *sign);

/* Milliseconds until it has to be looked at again; 0: nothing is held. */
uint64_t docker_stop_sign_left_ms(const struct docker_stop_sign *sign);

#endif
