/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file may have and ELBv2 refuses: host names without a dot, addresses without a prefix
 * length, redirects from HTTPS to HTTP.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_PATTERNS_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_PATTERNS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"

/* Whether ELBv2 would take what conditions ask for, as a file would give them; else the call
 * has failed. What both refuse is left to the file's checks. */
bool elbv2_takes_patterns(struct aws_call *call, const json_t *conditions);

/* Whether a listener of that kind may have the actions: nobody is sent from HTTPS to HTTP; else
 * the call has failed. */
bool elbv2_takes_redirects(struct aws_call *call, bool is_secure, const json_t *actions);

/* The list of values of a condition, which stand in it or in a group of it; NULL: none. */
const json_t *elbv2_condition_values(const json_t *condition);

#endif
