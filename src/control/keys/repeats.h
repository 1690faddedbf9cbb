/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memory of the changing calls whose signatures are still valid, so that none happens twice:
 * neither what somebody overheard, nor what a taken-over api role keeps. It is bounded, and
 * forgets nothing before its time: when it is full, calls have to wait.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_REPEATS_H
#define FAIRLEAD_CONTROL_KEYS_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Calls that are remembered; an SDK's counts twice. */
#define REPEATS_MAX 131072

/* SDKs sign equal calls of one second alike: so many of them, that close together, count, if
 * they say that they are different ones. */
#define REPEATS_ALIKE_MAX 100
#define REPEATS_ALIKE_US 2000000

struct repeats;

enum repeats_verdict { REPEATS_FIRST, REPEATS_AGAIN, REPEATS_FULL };

/* What tells a call from others: its nonce, or else its signature and invocation id. */
struct repeats_call {
    struct slice key_id;
    struct slice nonce; /* at NULL: none was asked for */
    struct slice signature, invocation_id;
    uint64_t valid_until_s; /* of the wall clock */
};

struct repeats *repeats_new(void);
void repeats_free(struct repeats **repeats);

/* Whether the call came for the first time; it is then remembered. */
enum repeats_verdict repeats_note(struct repeats *repeats, const struct repeats_call *call);

size_t repeats_count(const struct repeats *repeats);

#endif
