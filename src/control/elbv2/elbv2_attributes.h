/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes of ELBv2's objects: those that are settings, by the attribute column of
 * model/settings.def, and extras that fairlead has no setting for, which are stored and told.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_ATTRIBUTES_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_ATTRIBUTES_H

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"
#include "model/settings.h"

/* The attributes of a kind of objects. */
struct elbv2_attributes;

extern const struct elbv2_attributes elbv2_attributes_of_group, elbv2_attributes_of_balancer,
    elbv2_attributes_of_listener;

#define ELBV2_DELETION_PROTECTION "deletion_protection.enabled"

/* Sets those that the call gives, and answers with all; object NULL: the call has failed. */
json_t *elbv2_modify_attributes(struct aws_call *call, const struct elbv2_attributes *of,
                                const struct object *object);

/* Adds the extras to a list of attributes, as they were set or, of the file's objects (NULL),
 * as they are. */
void elbv2_add_extras(json_t *attributes, const struct elbv2_attributes *of,
                      const struct object *object);

#endif
