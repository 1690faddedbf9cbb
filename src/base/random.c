/* SPDX-License-Identifier: Apache-2.0 */
/* xoshiro256** for the fast numbers, getrandom(2) for the secret ones. */
#include "base/random.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/check.h"

static uint64_t state[4];
static bool is_seeded;

void
random_fill(void *memory, size_t length)
{
    char *at = memory;

    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        CHECK(got > 0);
        at += got;
        length -= (size_t)got;
    }
}

void
random_draw(void *memory, size_t length)
{
    static char reserve[1024];
    static size_t left;

    CHECK(length <= RANDOM_DRAW_MAX);
    if (left < length) {
        random_fill(reserve, sizeof(reserve));
        left = sizeof(reserve);
    }
    left -= length;
    memcpy(memory, reserve + left, length);
    memset(reserve + left, 0, length);
}

static uint64_t
rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

uint64_t
random_next(void)
{
    if (!is_seeded) {
        random_fill(state, sizeof(state));
        is_seeded = true;
    }
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

uint64_t
random_below(uint64_t limit)
{
    return (uint64_t)(((unsigned __int128)random_next() * limit) >> 64);
}

void
random_seed_for_test(uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        state[i] = (seed + (uint64_t)i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    is_seeded = true;
}
