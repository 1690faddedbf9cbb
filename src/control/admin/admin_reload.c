/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: read again, or only checked. */
#include <stdlib.h>

#include "control/admin/admin_call.h"

void
admin_reload(struct admin_call *call)
{
    struct config_errors errors = {0};
    json_t *answer = json_object();

    if (!call->parts->reload(call->parts->reload_argument, &errors)) {
        json_decref(answer);
        admin_refuse_config(call->request, &errors);
        config_errors_clear(&errors);
        return;
    }
    admin_set_text(answer, "Text", "reloaded");
    admin_set_number(answer, "Generation", publisher_generation(call->parts->publisher));
    admin_answer(call->request, 200, answer);
}

void
admin_check(struct admin_call *call)
{
    struct config_errors errors = {0};
    json_t *body = admin_read_body(call);

    if (body == NULL)
        return;
    const char *path = json_string_value(json_object_get(body, "Path"));
    if (path == NULL)
        path = call->parts->config_path;
    struct config *config = config_load(path, &errors);
    if (config == NULL) {
        admin_refuse_config(call->request, &errors);
    } else {
        json_t *answer = json_object();
        char text[512];
        snprintf(text, sizeof(text), "%s: ok", path);
        admin_set_text(answer, "Text", text);
        admin_answer(call->request, 200, answer);
    }
    config_free(&config);
    config_errors_clear(&errors);
    json_decref(body);
}
