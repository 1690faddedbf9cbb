/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of an object as people write them, "health_check.path=/index.php", into its
 * document. What values may be is not judged here, but where the file's are
 * (model/config_load.c).
 */
#ifndef FAIRLEAD_CONTROL_OBJECT_COMMANDS_OBJECT_SETTINGS_H
#define FAIRLEAD_CONTROL_OBJECT_COMMANDS_OBJECT_SETTINGS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/object_commands/object_kinds.h"

#define OBJECT_SETTINGS_MOST 100

/* Whether it is what a body's "Set" has to be: texts, not too many. */
bool object_settings_are_texts(const json_t *list);

/* Puts each "SETTING=VALUE" of the input's "Set"; one without a value is as if it had not been
 * given. former: the settings of before, or NULL of one that is being made. Of somebody who is
 * not on the machine (is_local) none may name a file of it that the configuration does not.
 * False: the call has failed, and says which setting. */
bool object_settings_put(struct aws_call *call, const struct object_kind_row *kind, json_t *own,
                         const json_t *former, bool is_local);

#endif
