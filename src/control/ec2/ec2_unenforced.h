/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What load balancers' security groups say and fairlead cannot do: let other groups or prefix
 * lists in, and limit what goes out. A problem each load balancer.
 */
#ifndef FAIRLEAD_CONTROL_EC2_EC2_UNENFORCED_H
#define FAIRLEAD_CONTROL_EC2_EC2_UNENFORCED_H

#include "control/discovery/problems.h"
#include "control/discovery/providers.h"
#include "control/objects/objects.h"

/* Tells what the objects in force have become, and ends what is so no more. */
void ec2_tell_unenforced(const struct objects *objects, const struct problems *problems,
                         struct providers *providers);

#endif
