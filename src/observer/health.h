/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health checks of all targets of the newest snapshot: which are checked and when, and sending
 * what verdict.c makes of the results. Everything is keyed by target id, so verdicts survive
 * snapshots and end with their registration.
 */
#ifndef FAIRLEAD_OBSERVER_HEALTH_H
#define FAIRLEAD_OBSERVER_HEALTH_H

#include "ipc/certificate_book.h"
#include "ipc/snapshot.h"
#include "net/loop.h"
#include "observer/probe.h"
#include "observer/verdict.h"

/* At most so many checks run at a time; the rest waits in line. */
#define HEALTH_PROBES_MAX 256

struct health;

/* Told of each check, of every change of a verdict, and in answer to each health_check_now.
 * last: the last check of the target, outcome PROBE_NONE: there was none. */
typedef void health_report(void *argument, uint64_t target_id, const struct verdict *verdict,
                           const struct probe_report *last);

/* Kinds by protocol version, which must live as long: tests give their own, the observer
 * probe_kinds. */
struct health *health_new(struct loop *loop, const struct probe_kind *const *kinds,
                          health_report *report, void *argument);
void health_free(struct health **health);

/* Whoever vouches for targets is taken from this book from now on, which is taken over. */
void health_trust(struct health *health, struct certificate_book *book);

/*
 * Checks the targets of this snapshot from now on, which must live until the next call has
 * returned. New targets begin with the health that it gives them.
 */
void health_apply(struct health *health, const struct snapshot *snapshot);

/*
 * Checks one target at once, to confirm what workers saw; always ends in a report. A target
 * that is not being checked is reported as it is.
 */
void health_check_now(struct health *health, uint64_t target_id);

/*
 * When the next regular check of a target is due: on its own beat of the interval, so that
 * targets registered together are not checked together. Exposed for the test.
 */
uint64_t health_next_beat_ms(uint64_t target_id, unsigned interval_ms, uint64_t after_ms);

#endif
