/* SPDX-License-Identifier: Apache-2.0 */
/* Which kills are stops, and for how long. */
#include "control/docker/docker_stop_sign.h"

#include <signal.h>

#include "base/clock.h"

/* A container that still runs so long after its stop timeout took the signal for something
 * else; it gets requests again. */
#define MARGIN_SECONDS 50

/* SIGHUP, SIGUSR1 and the like ask for a reload; SIGKILL is always the end. */
static bool
stops(const struct docker_stop_sign *sign, int signal)
{
    return signal == SIGKILL || signal == sign->stop_signal;
}

bool
docker_stop_sign_take(struct docker_stop_sign *sign, int signal, uint64_t time_ns)
{
    unsigned seconds =
        sign->stop_timeout_seconds != 0 ? sign->stop_timeout_seconds : DOCKER_STOP_SECONDS;

    if (signal == 0 || time_ns <= sign->kill_ns || time_ns < sign->generation)
        return false;
    if (sign->generation != 0 && !stops(sign, signal))
        return false;
    if (seconds < sign->expected_seconds)
        seconds = sign->expected_seconds;
    sign->kill_signal = signal;
    sign->kill_ns = time_ns;
    sign->until_ms = clock_ms() + (uint64_t)(seconds + MARGIN_SECONDS) * 1000;
    return true;
}

bool
docker_stop_sign_holds(const struct docker_stop_sign *sign)
{
    return sign->kill_signal != 0 && sign->generation != 0 &&
           sign->kill_ns >= sign->generation && stops(sign, sign->kill_signal) &&
           clock_ms() < sign->until_ms;
}

uint64_t
docker_stop_sign_left_ms(const struct docker_stop_sign *sign)
{
    return sign->until_ms > clock_ms() ? sign->until_ms - clock_ms() : 0;
}
