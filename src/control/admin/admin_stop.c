/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/stop: {"Container", "Wait", "TimeoutSeconds"}; with Wait a stream of steps. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/admin_steps.h"
#include "control/rollout/container_stop.h"

#define DEFAULT_TIMEOUT_SECONDS 10 /* as docker stop */
#define MOST_TIMEOUT_SECONDS 3600

/* One that nobody waits for: its steps go to the log. */
static void
on_logged_step(void *argument, const char *text)
{
    (void)argument;
    log_notice("%s", text);
}

static void
on_logged_done(void *argument, const char *error)
{
    (void)argument;
    if (error != NULL)
        log_error("a container was not stopped: %s", error);
}

static void
on_step(void *argument, const char *text)
{
    admin_steps_add(argument, text);
}

static void
on_done(void *argument, const char *error)
{
    struct admin_steps *steps = argument;

    admin_steps_end(&steps, error);
}

static void
stop_record(struct admin_call *call, const struct task_record *record, unsigned timeout_seconds,
            bool is_waiting)
{
    static const struct container_stop_callbacks logged = {on_logged_step, on_logged_done};
    static const struct container_stop_callbacks streamed = {on_step, on_done};
    const char *source = record->task->source;

    if (!providers_can_stop(call->parts->providers, source)) {
        admin_refuse(call->request, 400, "OperationNotPermitted",
                     "tasks of %s cannot be stopped from here", source);
        return;
    }
    if (is_waiting) {
        struct admin_steps *steps = admin_steps_begin(call);
        container_stop(call->parts->rollout, record, timeout_seconds, &streamed, steps);
        return;
    }
    container_stop(call->parts->rollout, record, timeout_seconds, &logged, NULL);
    admin_answer(call->request, 200,
                 json_pack("{s:s}", "Text", "draining; it will be stopped after that"));
}

void
admin_stop(struct admin_call *call)
{
    json_t *body = admin_read_body(call);
    unsigned timeout_seconds = DEFAULT_TIMEOUT_SECONDS;

    if (body == NULL)
        return;
    const char *word = json_string_value(json_object_get(body, "Container"));
    const struct task_record *record =
        word == NULL ? NULL : registry_find_by_word(call->parts->registry, word);
    if (!admin_read_number(body, "TimeoutSeconds",
                           (struct admin_range){0, MOST_TIMEOUT_SECONDS}, &timeout_seconds))
        admin_refuse(call->request, 400, "ValidationError", "TimeoutSeconds is 0 to %u",
                     MOST_TIMEOUT_SECONDS);
    else if (record == NULL)
        admin_refuse(call->request, 404, "TaskNotFound",
                     "there is no one container %s: fairleadctl tasks shows them",
                     word == NULL ? "without a name" : word);
    else
        stop_record(call, record, timeout_seconds, json_is_true(json_object_get(body, "Wait")));
    json_decref(body);
}
