/* SPDX-License-Identifier: Apache-2.0 */
/* What every answer tells of a setting or an element of a list. */
#ifndef FAIRLEAD_CONTROL_ADMIN_CONFIG_FACT_JSON_H
#define FAIRLEAD_CONTROL_ADMIN_CONFIG_FACT_JSON_H

#include "model/config_walk.h"

/* Path, the path of the element that it belongs to, and its place in the files; the caller's.
 */
json_t *config_fact_to_json(const struct config_fact *fact);

#endif
