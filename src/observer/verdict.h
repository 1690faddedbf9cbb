/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict on one target: what the results of its health checks make of it. Pure: time and
 * results come in, the health with its reason comes out; who checks and when it is sent is
 * health.c's.
 *
 * As the ALB: one pass is enough while initial, healthy_count passes in a row bring an
 * unhealthy target back, unhealthy_count failures in a row take a healthy one out. Unlike the
 * ALB an initial target is checked every few hundred milliseconds, so counting failures alone
 * would condemn a slowly starting program within a second; it stays initial until
 * unhealthy_count intervals have passed, the time that the ALB's own cadence would give it.
 */
#ifndef FAIRLEAD_OBSERVER_VERDICT_H
#define FAIRLEAD_OBSERVER_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/target.h"
#include "observer/probe.h"

/* A group's health_check settings that verdicts depend on. */
struct verdict_rules {
    unsigned interval_ms;
    unsigned healthy_count, unhealthy_count;
    unsigned initial_count; /* passes needed while initial */
};

/* Embedded in its check. */
struct verdict {
    enum target_health health;
    enum target_reason reason;
    /* Of the last failure while initial or unhealthy: what it was, and a mismatch's code. */
    enum probe_outcome cause;
    unsigned http_code;
    unsigned passes, failures; /* in a row */
    uint64_t begun_ms;         /* when it became initial */
};

/* Begins with what the snapshot says, which holds no reason: the first check tells it. */
void verdict_begin(struct verdict *verdict, enum target_health health, uint64_t now_ms);

/* Sets a state that no check leads to (unused, unavailable); whether anything changed. */
bool verdict_set(struct verdict *verdict, enum target_health health, enum target_reason reason);

/* Takes in a result; whether health, reason, cause or code changed. */
bool verdict_note(struct verdict *verdict, const struct verdict_rules *rules,
                  const struct probe_result *result, uint64_t now_ms);

/*
 * The same for a check that control asked for because workers saw failures: they count as the
 * failures before, so one more makes a healthy target unhealthy.
 */
bool verdict_note_confirming(struct verdict *verdict, const struct verdict_rules *rules,
                             const struct probe_result *result, uint64_t now_ms);

#endif
