/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a call gives to settings as the configuration file would have them: the names of
 * both stand side by side in model/settings.def. What values may be is not judged here, but
 * where the file's are (model/config_load.c).
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_INPUT_H
#define FAIRLEAD_CONTROL_AWS_AWS_INPUT_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "model/settings.h"

/* Puts a value, which it takes, at a way of names ("health_check.path") below an object. */
void aws_input_put(json_t *into, const char *way, json_t *value);

/* The input's members that the scope's rows have a name for ("HealthCheckPath",
 * "MutualAuthentication.Mode"). */
void aws_input_members(const struct aws_call *call, enum setting_scope scope, json_t *into);

/* An attribute that has no setting, but is stored and told: its key, the words that it may be,
 * each between bars (1..100: any number from 1 to 100), and what it is unless set. */
struct aws_extra {
    const char *key, *words, *standard;
};

/* Where an object's attributes stand: below "attributes." of a scope, or among the extras,
 * which end with one without key. */
struct aws_attributes {
    enum setting_scope scope;
    const struct aws_extra *extras;
};

/* "Attributes" [{Key, Value}] into an object's document (aws_edit.h). False: the call has
 * failed. */
bool aws_input_attributes(struct aws_call *call, const struct aws_attributes *of,
                          json_t *document);

/* Adds the extras to a list of attributes, as they were set or as they are. */
void aws_extra_add(json_t *attributes, const struct aws_extra *known, const json_t *extras);

/* A list of actions or conditions, with names of groups for their ARNs; new. NULL: the call has
 * failed. */
json_t *aws_input_actions(struct aws_call *call, const json_t *actions);
json_t *aws_input_conditions(struct aws_call *call, const json_t *conditions);

#endif
