/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/object_origin.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/objects/objects.h"

void
object_origin_set(json_t *object, const struct admin_parts *parts,
                  const struct setting_places *places)
{
    const struct object *own =
        places == NULL || places->own.line != 0
            ? NULL
            : objects_find(parts->objects, parts->config->files[places->own.file]);
    char *text = own != NULL      ? memory_print("API: %s", own->origin)
                 : places == NULL ? NULL
                                  : config_place_text(parts->config, &places->own);

    admin_set_text(object, "Origin", text);
    json_object_set_new(object, "IsOfApi", json_boolean(own != NULL));
    free(text);
}
