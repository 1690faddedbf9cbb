/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a call gives to settings as the configuration file would have them: the names of
 * both stand side by side in model/settings.def. What values may be is not judged here, but
 * where the file's are (model/config_load.c).
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_INPUT_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_INPUT_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "model/settings.h"

/* Puts a value, which it takes, at a way of names ("health_check.path") below an object. */
void elbv2_input_put(json_t *into, const char *way, json_t *value);

/* The value there; NULL: there is none. */
json_t *elbv2_input_find(const json_t *object, const char *way);
void elbv2_input_drop(json_t *object, const char *way); /* if there is one */

/* The value of a row from a text: a number or a truth where the file would have that. */
json_t *elbv2_input_typed(const struct setting *row, const char *text);

/* The input's members that the scope's rows have a name for ("HealthCheckPath",
 * "MutualAuthentication.Mode"). */
void elbv2_input_members(const struct aws_call *call, enum setting_scope scope, json_t *into);

/* A list of actions or conditions, with names of groups for their ARNs; new. NULL: the call has
 * failed. */
json_t *elbv2_input_actions(struct aws_call *call, const json_t *actions);
json_t *elbv2_input_conditions(struct aws_call *call, const json_t *conditions);

/* "Order" of the one action has no meaning, but is told as it was given. */
void elbv2_input_keep_order(json_t *document, const json_t *actions);

#endif
