/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/breaker.h"

#define WAIT_FIRST_MS 500
#define WAIT_MOST_MS 60000
#define THRESHOLD_LEAST 3
#define THRESHOLD_MOST 200

void
breaker_note_failure(struct breaker *breaker, uint64_t now_ms)
{
    breaker->failures++;
    breaker->wait_ms = breaker->wait_ms == 0 ? WAIT_FIRST_MS : 2 * breaker->wait_ms;
    if (breaker->wait_ms > WAIT_MOST_MS)
        breaker->wait_ms = WAIT_MOST_MS;
    breaker->may_start_ms = now_ms + breaker->wait_ms;
}

void
breaker_note_running(struct breaker *breaker)
{
    breaker->failures = breaker->has_run ? breaker->failures : 0;
    breaker->has_run = true;
    breaker->may_start_ms = breaker->wait_ms = 0;
}

void
breaker_note_success(struct breaker *breaker)
{
    *breaker = (struct breaker){.has_run = true};
}

bool
breaker_may_start(const struct breaker *breaker, uint64_t now_ms)
{
    return now_ms >= breaker->may_start_ms;
}

unsigned
breaker_threshold(unsigned desired)
{
    unsigned half = desired / 2 + desired % 2;

    return half < THRESHOLD_LEAST  ? THRESHOLD_LEAST
           : half > THRESHOLD_MOST ? THRESHOLD_MOST
                                   : half;
}

bool
breaker_is_tripped(const struct breaker *breaker, unsigned desired)
{
    return breaker->failures >= breaker_threshold(desired);
}
