/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of a health check, and how it is told: the observer finds it, control shows it.
 * Rows of probe_outcomes.def.
 */
#ifndef FAIRLEAD_MODEL_PROBE_OUTCOME_H
#define FAIRLEAD_MODEL_PROBE_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

#include "model/target.h"

enum probe_outcome {

#define PROBE_OUTCOME(id, reason, words, told) PROBE_##id,
#include "model/probe_outcomes.def"
#undef PROBE_OUTCOME
    PROBE_OUTCOME_COUNT
};

/* A check that was made; outcome PROBE_NONE: none was. */
struct probe_report {
    enum probe_outcome outcome;
    unsigned http_code;  /* 0: no head came */
    unsigned timeout_ms; /* that it had */
    uint64_t latency_us;
    uint64_t wall_us; /* when it ended */
};

/* The ALB's reason for a target that such checks make unhealthy. */
enum target_reason probe_outcome_reason(enum probe_outcome outcome);

/* "connection refused", "no answer in 2.5 s"; "" for none. Room for PROBE_OUTCOME_TEXT_SIZE. */
#define PROBE_OUTCOME_TEXT_SIZE 80
void probe_outcome_describe(const struct probe_report *report, char *text, size_t size);

#endif
