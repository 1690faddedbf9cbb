/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rollout/roll_state.h"

#include <stdlib.h>

#include "base/memory.h"

void
roll_tell(struct roll *roll, const char *name, const char *what)
{
    char *text = memory_print("%s: %s", name, what);

    roll->callbacks.on_step(roll->argument, text);
    free(text);
}

void
roll_note_failure(struct roll *roll, const char *name, const char *error)
{
    roll_tell(roll, name, error);
    if (roll->error == NULL)
        roll->error = memory_print("%s: %s", name, error);
}

void
roll_look(struct roll *roll)
{
    timer_set(&roll->timer, roll->rollout->parts.loop, 0);
}
