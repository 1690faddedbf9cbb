/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: read again, or only checked. Both read in a child, so the call is answered
 * later.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"

/* A call that waits for a reading. */
struct reading_wait {
    struct reload_order order; /* first: the order is the wait; of a reload only */
    struct admin_wait wait;
    const struct admin_parts *parts;
    struct admin_request *request;
    char *path; /* of a check */
};

static void
release(void *object)
{
    struct reading_wait *wait = object;

    free(wait->path);
    free(wait);
}

static void
end_wait(struct reading_wait *wait)
{
    admin_wait_end(&wait->wait);
    loop_free_later(wait->parts->loop, wait, release);
}

static struct reading_wait *
begin_wait(struct admin_call *call, void (*on_stop)(void *argument))
{
    struct reading_wait *wait = memory_take(1, sizeof(*wait));

    wait->parts = call->parts;
    wait->request = call->request;
    wait->wait.on_stop = on_stop;
    wait->wait.argument = wait;
    admin_wait_begin(call->admin, &wait->wait);
    return wait;
}

static void
set_lines(json_t *answer, const char *member, const struct config_errors *lines)
{
    json_t *array = json_array();

    for (size_t i = 0; i < lines->count; i++)
        json_array_append_new(array, json_string(lines->lines[i]));
    json_object_set_new(answer, member, array);
}

static void
on_reloaded(struct reload_order *order, const struct reload_outcome *outcome)
{
    struct reading_wait *wait = (struct reading_wait *)(void *)order;

    if (outcome->errors->count > 0) {
        admin_refuse_config(wait->request, outcome->errors);
    } else {
        json_t *answer = json_object();
        char *text = memory_print("reloaded: %s", outcome->changes);
        text_make_printable(text);
        admin_set_text(answer, "Text", text);
        admin_set_number(answer, "Generation", publisher_generation(wait->parts->publisher));
        set_lines(answer, "Warnings", outcome->warnings);
        admin_answer(wait->request, 200, answer);
        free(text);
    }
    end_wait(wait);
}

static void
on_reload_stop(void *argument)
{
    struct reading_wait *wait = argument;

    wait->parts->withdraw_reload(wait->parts->reload_argument, &wait->order);
    admin_refuse_stopping(wait->request);
    end_wait(wait);
}

void
admin_reload(struct admin_call *call)
{
    json_t *body = admin_read_body(call);

    if (body == NULL)
        return;
    struct reading_wait *wait = begin_wait(call, on_reload_stop);
    wait->order.is_forced =
        admin_flag(call, "force") || json_is_true(json_object_get(body, "Force"));
    wait->order.on_done = on_reloaded;
    json_decref(body);
    call->parts->reload(call->parts->reload_argument, &wait->order);
}

static void
on_checked(void *argument, struct config_answer *read)
{
    struct reading_wait *wait = argument;

    if (!read->is_good) {
        admin_refuse_config(wait->request, &read->errors);
    } else {
        json_t *answer = json_object();
        char warnings[CONFIG_WARNINGS_SIZE];
        char *text = memory_print("%s: ok%s", wait->path,
                                  config_warnings_text(&read->warnings, warnings));
        text_make_printable(text);
        admin_set_text(answer, "Text", text);
        set_lines(answer, "Warnings", &read->warnings);
        admin_answer(wait->request, 200, answer);
        free(text);
    }
    end_wait(wait);
}

static void
on_check_stop(void *argument)
{
    struct reading_wait *wait = argument;

    config_readers_forget(wait->parts->readers, wait);
    admin_refuse_stopping(wait->request);
    end_wait(wait);
}

void
admin_check(struct admin_call *call)
{
    json_t *body = admin_read_body(call);
    const char *reason;

    if (body == NULL)
        return;
    const char *path = json_string_value(json_object_get(body, "Path"));
    /* What is wrong with a file tells what is in it, and control may read every one. */
    if (path != NULL && !call->request->is_local) {
        admin_refuse(call->request, 403, "AccessDenied",
                     "only the admin socket checks other files than fairlead's own");
        json_decref(body);
        return;
    }
    struct reading_wait *wait = begin_wait(call, on_check_stop);
    wait->path = memory_copy_text(path != NULL ? path : call->parts->config_path);
    json_decref(body);
    const struct config_question question = {.path = wait->path, .wish = CONFIG_TO_CHECK};
    if (config_readers_start(call->parts->readers, &question, on_checked, wait, &reason))
        return;
    admin_refuse(call->request, 503, "Busy", "%s", reason);
    end_wait(wait);
}
