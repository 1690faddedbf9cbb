/* SPDX-License-Identifier: Apache-2.0 */
/* STEP_PAUSE. */
#include "worker/exchange/pause.h"

#include "worker/exchange/doubt.h"

bool
pause_is_wanted(const struct exchange *exchange)
{
    return exchange->last_failure == END_CONNECT_FAILED && exchange->attempts > 0 &&
           exchange->pauses < PAUSES_MAX;
}

enum exchange_step
step_pause(struct exchange *exchange)
{
    if (exchange->is_pausing)
        return STEP_WAIT;
    if (!exchange_spend_retry(exchange))
        return doubt_or_fail(exchange);
    exchange->is_pausing = true;
    exchange_touch(exchange);
    return STEP_WAIT;
}

enum exchange_step
pause_end(struct exchange *exchange)
{
    exchange->is_pausing = false;
    exchange->pauses++;
    exchange_new_round(exchange);
    return STEP_CHOOSE_TARGET;
}
