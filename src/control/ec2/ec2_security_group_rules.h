/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permissions of security groups one by one, each with an id and tags of its own, which are
 * kept with its peer in the group's document. One that was given none has an id made of what
 * tells group, direction, protocol, ports and peer from others.
 */
#ifndef FAIRLEAD_CONTROL_EC2_EC2_SECURITY_GROUP_RULES_H
#define FAIRLEAD_CONTROL_EC2_EC2_SECURITY_GROUP_RULES_H

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"

/* The rules of a group's document as EC2 tells them; a new array. direction: "ingress" or
 * "egress"; NULL: of both. */
json_t *ec2_rules_of(const char *group, const json_t *document, const char *direction);

/* Those of the second that the first has not; takes both. */
json_t *ec2_rules_added(json_t *before, json_t *after);

/* Gives each peer of permissions, as a call has them, a new id and these tags. */
void ec2_rules_name(json_t *permissions, const json_t *tags);

/* The group that has a rule; NULL: there is no such rule. */
const struct object *ec2_rules_find_group(const struct aws_call *call, const char *id);

/* The tags of a rule in its group's document, to be changed. */
json_t *ec2_rules_tags(const char *group, json_t *document, const char *id);

/* The permissions that ids name, as a call would give them, each with one peer; a new array.
 * NULL: one names none of that direction, and the call has failed. */
json_t *ec2_rules_to_permissions(struct aws_call *call, const char *group,
                                 const json_t *document, const char *direction,
                                 const json_t *ids);

#endif
