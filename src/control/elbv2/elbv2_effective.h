/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What settings that somebody gave come to: with the defaults of model/settings.def where they
 * say nothing, and in one form where there are several. Who makes the same once more may spell
 * out a default, or leave it out.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_EFFECTIVE_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_EFFECTIVE_H

#include <stdbool.h>

#include <jansson.h>

#include "model/settings.h"

/* Whether both objects of the scope come to the same. Either may be NULL: it is no object. */
bool elbv2_effective_is_same(enum setting_scope scope, const json_t *one, const json_t *other);

#endif
