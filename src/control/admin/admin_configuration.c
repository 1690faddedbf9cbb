/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration in force, setting by setting, and what a reload would change. Both are told
 * by a reader's child, so the call is answered later.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/config_page.h"

struct telling {
    struct admin_wait wait;
    const struct admin_parts *parts;
    struct admin_request *request;
};

static void
end_telling(struct telling *telling)
{
    admin_wait_end(&telling->wait);
    loop_free_later(telling->parts->loop, telling, NULL);
}

static void
on_told(void *argument, struct config_answer *read)
{
    struct telling *telling = argument;

    if (read->told == NULL)
        admin_refuse_config(telling->request, &read->errors);
    else
        admin_request_reply(telling->request, 200, "application/json",
                            slice_make(read->told, read->told_length));
    end_telling(telling);
}

static void
on_stop(void *argument)
{
    struct telling *telling = argument;

    config_readers_forget(telling->parts->readers, telling);
    admin_refuse_stopping(telling->request);
    end_telling(telling);
}

static void
tell(struct admin_call *call, const struct config_question *question)
{
    struct telling *telling = memory_take(1, sizeof(*telling));
    const char *reason;

    telling->parts = call->parts;
    telling->request = call->request;
    telling->wait.on_stop = on_stop;
    telling->wait.argument = telling;
    admin_wait_begin(call->admin, &telling->wait);
    if (config_readers_start(call->parts->readers, question, on_told, telling, &reason))
        return;
    admin_refuse(call->request, 503, "Busy", "%s", reason);
    end_telling(telling);
}

/* False after a refusal. */
static bool
read_page(struct admin_call *call, struct config_page *page)
{
    const char *path = admin_request_parameter(call->request, "path");
    const char *first = admin_request_parameter(call->request, "first");
    uint64_t number = 0;

    if (first != NULL && !slice_to_number(slice_of(first), UINT32_MAX, &number)) {
        admin_refuse(call->request, 400, "ValidationError", "first is a number from 0 on");
        return false;
    }
    *page = (struct config_page){
        .running = call->parts->config,
        .configured_wall_us = call->parts->configured_wall_us,
        .path = path == NULL ? "" : path,
        .is_changed = admin_flag(call, "changed"),
        .first = (size_t)number,
    };
    return true;
}

void
admin_show_configuration(struct admin_call *call)
{
    struct config_page page;

    if (read_page(call, &page))
        tell(call, &(struct config_question){.path = call->parts->config_path,
                                             .wish = CONFIG_UNREAD,
                                             .tell = config_page_settings,
                                             .argument = &page});
}

void
admin_show_difference(struct admin_call *call)
{
    struct config_page page;

    if (read_page(call, &page))
        tell(call, &(struct config_question){.path = call->parts->config_path,
                                             .wish = CONFIG_TO_TELL_OF,
                                             .tell = config_page_difference,
                                             .argument = &page});
}
