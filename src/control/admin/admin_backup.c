/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of what API calls have made, while it goes on changing. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"

void
admin_backup(struct admin_call *call)
{
    json_t *body = admin_read_body(call);
    char *reason = NULL;

    if (body == NULL)
        return;
    const char *path = json_string_value(json_object_get(body, "Path"));
    if (path == NULL || *path != '/') {
        admin_refuse(call->request, 400, "ValidationError",
                     "Path must be the absolute path of the copy");
    } else if (objects_backup(call->parts->objects, path, &reason)) {
        size_t count = objects_count(call->parts->objects);
        char *text = memory_print("%zu objects are copied to %s", count, path);
        json_t *answer = json_pack("{s:s, s:s}", "Text", text, "Path", path);
        admin_set_number(answer, "Objects", count);
        admin_answer(call->request, 200, answer);
        free(text);
    } else {
        admin_refuse(call->request, 409, "BackupRefused", "%s", reason);
    }
    free(reason);
    json_decref(body);
}
