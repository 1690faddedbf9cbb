/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of objects that people make by hand: how each is found by its name, made, deleted.
 */
#ifndef FAIRLEAD_CONTROL_OBJECT_COMMANDS_OBJECT_KINDS_H
#define FAIRLEAD_CONTROL_OBJECT_COMMANDS_OBJECT_KINDS_H

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"
#include "model/settings.h"

/* Functions of a call, whose input has the settings that are given as "Set". */
struct object_kind_row {
    const char *word, *what; /* "target-group", "target group" */
    enum object_kind kind;
    enum setting_scope scope;
    /* Its object, which the call may change: NULL, and the call has failed, where it is the
     * file's, or none. */
    const struct object *(*find)(struct aws_call *call, const char *name);
    /* A new id, to free(), and document, whose settings are still to come; NULL: the call has
     * failed. */
    json_t *(*make)(struct aws_call *call, const char *name, char **id);
    void (*delete)(struct aws_call *call, const char *name, const struct object *object);
};

/* NULL: there is no such kind. */
const struct object_kind_row *object_kind_find(const char *word);

#endif
