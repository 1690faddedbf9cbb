/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers of two kinds: the kernel's for keys and cookies, and a fast generator seeded
 * from it for jitter, choices and trace ids.
 */
#ifndef FAIRLEAD_BASE_RANDOM_H
#define FAIRLEAD_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes from the kernel, fit for keys. */
void random_fill(void *memory, size_t length);

/*
 * The same out of a reserve, for nonces on the hot path: the kernel is asked once for many. Not
 * before a fork, behind which both processes would draw the same bytes.
 */
#define RANDOM_DRAW_MAX 64
void random_draw(void *memory, size_t length);

/* The fast generator's next number; it seeds itself from the kernel. */
uint64_t random_next(void);

/* A number in [0, limit), limit > 0. */
uint64_t random_below(uint64_t limit);

/* Makes random_next repeatable; tests print the seed they used. */
void random_seed_for_test(uint64_t seed);

#endif
