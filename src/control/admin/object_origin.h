/* SPDX-License-Identifier: Apache-2.0 */
/* Where a part of the configuration comes from, for people. */
#ifndef FAIRLEAD_CONTROL_ADMIN_OBJECT_ORIGIN_H
#define FAIRLEAD_CONTROL_ADMIN_OBJECT_ORIGIN_H

#include <jansson.h>

#include "control/admin/admin.h"
#include "model/setting_places.h"

/* Sets "Origin" ("FILE:LINE", or "API: KEY", the key that made it), and "IsOfApi". */
void object_origin_set(json_t *object, const struct admin_parts *parts,
                       const struct setting_places *places);

#endif
