/* SPDX-License-Identifier: Apache-2.0 */
/* Read out of the table. */
#include "model/probe_outcome.h"

#include <stdio.h>

#include "base/check.h"

enum told { TOLD_NOTHING, TOLD_CODE, TOLD_SECONDS };

static const struct {
    enum target_reason reason;
    const char *words;
    enum told told;
} outcomes[] = {

#define PROBE_OUTCOME(id, reason, words, told)                                                 \
    [PROBE_##id] = {TARGET_REASON_##reason, (words), TOLD_##told},
#include "model/probe_outcomes.def"
#undef PROBE_OUTCOME
};

enum target_reason
probe_outcome_reason(enum probe_outcome outcome)
{
    CHECK(outcome < PROBE_OUTCOME_COUNT);
    return outcomes[outcome].reason;
}

void
probe_outcome_describe(const struct probe_report *report, char *text, size_t size)
{
    CHECK(report->outcome < PROBE_OUTCOME_COUNT);
    const char *words = outcomes[report->outcome].words;

    switch (outcomes[report->outcome].told) {
    case TOLD_NOTHING:
        snprintf(text, size, "%s", words);
        break;
    case TOLD_CODE:
        snprintf(text, size, "%s %u", words, report->http_code);
        break;
    case TOLD_SECONDS:
        snprintf(text, size, "%s %g s", words, report->timeout_ms / 1000.0);
        break;
    }
}
