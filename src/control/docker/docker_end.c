/* SPDX-License-Identifier: Apache-2.0 */
#include "control/docker/docker_end.h"

#include <stdio.h>

static void
print(const struct docker_end *end, int exit_code, char text[DOCKER_END_TEXT_SIZE])
{
    char code[32] = "", signal[32] = "";

    if (exit_code >= 0)
        snprintf(code, sizeof(code), " with code %d", exit_code);
    if (end->signal != 0)
        snprintf(signal, sizeof(signal), " after signal %d", end->signal);
    snprintf(text, DOCKER_END_TEXT_SIZE, "exited%s%s%s%s", code, signal,
             end->is_oom ? ", out of memory" : "",
             end->is_by_fairlead                ? ", stopped by fairlead"
             : end->signal == 0 && !end->is_oom ? ", by itself"
                                                : "");
}

bool
docker_end_take(struct docker_end *end, const struct docker_event *event,
                char text[DOCKER_END_TEXT_SIZE])
{
    if (event->kind == DOCKER_EVENT_KILL)
        end->signal = event->signal;
    if (event->kind == DOCKER_EVENT_OOM)
        end->is_oom = true;
    if (event->kind != DOCKER_EVENT_DIE)
        return false;
    print(end, event->exit_code, text);
    *end = (struct docker_end){.is_told = true};
    return true;
}

bool
docker_end_see(struct docker_end *end, int exit_code, bool is_oom,
               char text[DOCKER_END_TEXT_SIZE])
{
    if (end->is_told)
        return false;
    end->is_oom |= is_oom;
    print(end, exit_code, text);
    *end = (struct docker_end){.is_told = true};
    return true;
}

void
docker_end_begin(struct docker_end *end)
{
    end->is_told = false;
}
