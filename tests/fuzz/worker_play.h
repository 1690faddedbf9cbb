/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker between a client and a target that are played by the fuzzers fuzz_worker,
 * fuzz_http2 and fuzz_http2_target: what each has to say comes in random pieces, and what
 * targets hear must be well-formed.
 */
#ifndef FAIRLEAD_TESTS_WORKER_PLAY_H
#define FAIRLEAD_TESTS_WORKER_PLAY_H

#include <stdint.h>

#include "../support/worker_stand.h"
#include "base/slice.h"

struct worker_play {
    struct worker_stand stand;
    struct slice client, target; /* what is left to be said */
    /* What a target connection has heard, from its beginning on; NULL: requests of HTTP/1. */
    void (*check)(struct slice heard);
};

/*
 * An input is four bytes (a seed, and where the client's words end), then the client's words
 * and the target's. False: it is too short.
 */
bool worker_play_open(struct worker_play *play, const uint8_t *data, size_t size);

/* The same where the target's group has this version. */
bool worker_play_open_as(struct worker_play *play, enum config_protocol_version version,
                         const uint8_t *data, size_t size);

/* Until all is said, or long enough; turn turns the loop once. */
void worker_play_run(struct worker_play *play, void (*turn)(struct worker_stand *stand));

/* The client goes; then nothing of it is left. Checks what was heard. */
void worker_play_close(struct worker_play *play);

#endif
