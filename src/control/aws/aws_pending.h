/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call that is answered after the handler of its request is over: one that must first learn
 * something elsewhere (aws_question.h), and one that changes objects and waits for its turn
 * (object_orders.h). Private to control/aws.
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_PENDING_H
#define FAIRLEAD_CONTROL_AWS_AWS_PENDING_H

#include "control/aws/aws_exchange.h"

/* Answers the call when it is done, or when control stops. Keeps copies of what it is given. */
void aws_pending_begin(const struct aws_exchange *exchange, enum wire_operation_id id,
                       json_t *input);

#endif
