/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permissions of security groups one by one, each with an id of its own: "sgr-", and what tells
 * group, direction, protocol, ports and peer from others. The same permission has the same id
 * whenever it is there.
 */
#ifndef FAIRLEAD_CONTROL_AWS_EC2_SECURITY_GROUP_RULES_H
#define FAIRLEAD_CONTROL_AWS_EC2_SECURITY_GROUP_RULES_H

#include <jansson.h>

#include "control/aws/aws_call.h"

/* The rules of a group's document as EC2 tells them; a new array. direction: "ingress" or
 * "egress"; NULL: of both. */
json_t *ec2_rules_of(const char *group, const json_t *document, const char *direction);

/* Those of the second that the first has not; takes both. */
json_t *ec2_rules_added(json_t *before, json_t *after);

/* The permissions that ids name, as a call would give them, each with one peer; a new array.
 * NULL: one names none of that direction, and the call has failed. */
json_t *ec2_rules_to_permissions(struct aws_call *call, const char *group,
                                 const json_t *document, const char *direction,
                                 const json_t *ids);

#endif
