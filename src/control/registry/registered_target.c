/* SPDX-License-Identifier: Apache-2.0 */
/* Whose it is, and the words for its state. */
#include "control/registry/registered_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void
follow_text(char **text, const char *now)
{
    if (*text != NULL && now != NULL && strcmp(*text, now) == 0)
        return;
    free(*text);
    *text = memory_copy_text(now);
}

void
target_follow_names(struct registered_target *target, const struct task *task)
{
    follow_text(&target->service, task->service);
    follow_text(&target->container_name,
                task->name != NULL ? task->name : task->container_name);
}

bool
target_is_of_task(const struct registered_target *target, const struct task *task)
{
    return target->origin == ORIGIN_TASK && target->task_generation == task->generation &&
           strcmp(target->task_id, task->id) == 0 && strcmp(target->source, task->source) == 0;
}

const char *
target_state_word(const struct registered_target *target)
{
    return target_shown_state(target->membership, target->health);
}

const char *
target_reason_word(const struct registered_target *target)
{
    return target_reason_code(
        target_shown_reason(target->membership, target->health, target->health_reason));
}

/* Whether the words of the check that is behind the reason go with it. */
static bool
tells_cause(const struct registered_target *target, enum target_reason reason)
{
    return target->cause != PROBE_NONE && (reason == TARGET_REASON_INITIAL_HEALTH_CHECKING ||
                                           reason == probe_outcome_reason(target->cause));
}

void
target_describe(const struct registered_target *target, char *text, size_t size)
{
    enum target_reason reason =
        target_shown_reason(target->membership, target->health, target->health_reason);
    struct probe_report cause = {.outcome = target->cause,
                                 .http_code = target->http_code,
                                 .timeout_ms = target->last_check.timeout_ms};
    char words[PROBE_OUTCOME_TEXT_SIZE] = "";

    if (reason == TARGET_REASON_RESPONSE_CODE_MISMATCH) {
        snprintf(text, size, "Health checks failed with these codes: [%u]", target->http_code);
        return;
    }
    if (tells_cause(target, reason))
        probe_outcome_describe(&cause, words, sizeof(words));
    snprintf(text, size, "%s%s%s", target_reason_description(reason),
             *words == '\0' ? "" : ": ", words);
}
