/* SPDX-License-Identifier: Apache-2.0 */
/* Settings by the names that ELBv2 has for them: the attribute column of model/settings.def. */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_SETTINGS_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_SETTINGS_H

#include <jansson.h>

#include "model/settings.h"

/* [{"Key", "Value"}] of the rows below a prefix ("attributes."); a new array. */
json_t *elbv2_settings_attributes(enum setting_scope scope, const char *prefix,
                                  const void *object);

/* Sets the members that the rows outside "attributes." are: "HealthCheckPath". */
void elbv2_settings_members(enum setting_scope scope, const void *object, json_t *into);

#endif
