/* SPDX-License-Identifier: Apache-2.0 */
/* What EC2's calls share: lists with ids and filters. */
#ifndef FAIRLEAD_CONTROL_EC2_EC2_H
#define FAIRLEAD_CONTROL_EC2_EC2_H

#include <jansson.h>

#include "control/aws/aws_call.h"

/* What a call gives a list of, how it names those that it asks for, and their absence. */
struct ec2_listing {
    const char *output, *ids, *id, *code;
};

/* Of the objects, which it takes, those whose ids are wanted, and that the filters let through.
 */
json_t *ec2_give(struct aws_call *call, const struct ec2_listing *listing, json_t *objects);

/* Whether there is a security group of that id, also as the call leaves it. */
bool ec2_has_security_group(const struct aws_call *call, const char *id);

#endif
