/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of an exchange between two steps, and what a panic says of it. Checked when it
 * comes to its end, and before every step where CHECK_EVERY_STEP is defined
 * (--enable-sanitizers and --enable-fuzzers do).
 */
#ifndef FAIRLEAD_WORKER_EXCHANGE_CHECK_H
#define FAIRLEAD_WORKER_EXCHANGE_CHECK_H

#include "worker/exchange/exchange.h"

#ifdef CHECK_EVERY_STEP
#define EXCHANGE_CHECKS_EVERY_STEP true
#else
#define EXCHANGE_CHECKS_EVERY_STEP false
#endif

/* Ends the process when its members contradict each other, or (at FINISH) it has no end. */
void exchange_check(const struct exchange *exchange);

/* At its end: that it has let go of everything which outlives it. */
void exchange_check_let_go(const struct exchange *exchange);

/* A check_describe: connection, step, rule and target. */
void exchange_describe(const void *subject, char *words, size_t size);

#endif
