/* SPDX-License-Identifier: Apache-2.0 */
/* The answer tells of the trial; of what comes behind it the next program's status does. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/upgrade.h"

struct upgrade_wait {
    struct upgrade_order order; /* first: the order is the wait */
    struct admin_wait wait;
    struct upgrade *upgrade;
    struct loop *loop;
    struct admin_request *request;
};

static void
end_wait(struct upgrade_wait *wait)
{
    admin_wait_end(&wait->wait);
    loop_free_later(wait->loop, wait, NULL);
}

static void
on_stop(void *argument)
{
    struct upgrade_wait *wait = argument;

    upgrade_withdraw(wait->upgrade);
    admin_refuse_stopping(wait->request);
    end_wait(wait);
}

static void
on_done(struct upgrade_order *order, const char *error, const char *text)
{
    struct upgrade_wait *wait = (struct upgrade_wait *)(void *)order;
    char *line = memory_copy_text(error != NULL ? error : text);

    text_make_printable(line);
    if (error != NULL) {
        admin_refuse(wait->request, 409, "UpgradeRefused", "no upgrade: %s", line);
    } else {
        json_t *answer = json_object();
        admin_set_text(answer, "Text", line);
        admin_set_number(answer, "Number", upgrade_number(wait->upgrade) + 1);
        admin_answer(wait->request, 200, answer);
    }
    free(line);
    end_wait(wait);
}

void
admin_upgrade(struct admin_call *call)
{
    json_t *body = admin_read_body(call);

    if (body == NULL)
        return;
    const char *path = json_string_value(json_object_get(body, "Binary"));
    if (path != NULL && *path != '/') {
        admin_refuse(call->request, 400, "ValidationError", "Binary is a path from / on");
        json_decref(body);
        return;
    }
    struct upgrade_wait *wait = memory_take(1, sizeof(*wait));
    wait->order.on_done = on_done;
    wait->upgrade = call->parts->upgrade;
    wait->loop = call->parts->loop;
    wait->request = call->request;
    wait->wait.on_stop = on_stop;
    wait->wait.argument = wait;
    admin_wait_begin(call->admin, &wait->wait);
    upgrade_begin(wait->upgrade, path, &wait->order);
    json_decref(body);
}
