/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/config_fact_json.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"

json_t *
config_fact_to_json(const struct config_fact *fact)
{
    char *element =
        fact->object_length == 0 ? NULL : memory_copy_bytes(fact->path, fact->object_length);
    json_t *object = json_object();

    admin_set_text(object, "Path", fact->path);
    admin_set_text(object, "Element", element);
    json_object_set_new(object, "IsElement", json_boolean(fact->is_element));
    admin_set_text(object, "File",
                   fact->place == NULL ? NULL : fact->config->files[fact->place->file]);
    if (fact->place == NULL || fact->place->line == 0)
        json_object_set_new(object, "Line", json_null());
    else
        admin_set_number(object, "Line", fact->place->line);
    free(element);
    return object;
}
