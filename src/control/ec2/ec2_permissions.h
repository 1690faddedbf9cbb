/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a security group, one direction of them: "ingress" or "egress" of its document.
 */
#ifndef FAIRLEAD_CONTROL_EC2_EC2_PERMISSIONS_H
#define FAIRLEAD_CONTROL_EC2_EC2_PERMISSIONS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"

/* The call's IpPermissions, or the one that its single members give in their place. New. */
json_t *ec2_permissions_given(const struct aws_call *call);

/* Puts those given in, or takes them out. False: the call has failed, and the permissions are
 * of no use any more. */
typedef bool ec2_permissions_change(struct aws_call *call, json_t *permissions,
                                    const json_t *given);
ec2_permissions_change ec2_permissions_add, ec2_permissions_take_out;

#endif
