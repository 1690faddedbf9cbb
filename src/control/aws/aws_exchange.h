/* SPDX-License-Identifier: Apache-2.0 */
/* A call of an AWS API between its coming and its answer, in the words of the wire that it came
 * by. Private to control/aws. */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_EXCHANGE_H
#define FAIRLEAD_CONTROL_AWS_AWS_EXCHANGE_H

#include <stdbool.h>

#include "control/admin/admin_call.h"
#include "control/aws/aws_call.h"
#include "wire/xml.h"

#define AWS_REFUSED 400
#define AWS_FAILED 500 /* clients ask again */

struct aws_exchange {
    const struct admin_call *admin;
    struct admin_proof proof;
    enum wire wire;
    const struct wire_service *service; /* NULL: not known yet */
    char request_id[XML_REQUEST_ID_SIZE];
};

/* Whether the operation has a handler; else it is refused so far. */
bool aws_exchange_can(enum wire_operation_id id);

/* What the operation's handler gives; NULL as it says (aws_call.h). */
json_t *aws_exchange_handle(enum wire_operation_id id, struct aws_call *call);

/* Each answers, and so ends the request. */
void aws_exchange_refuse(const struct aws_exchange *exchange, int status, const char *code,
                         const char *message);
void aws_exchange_refuse_fault(const struct aws_exchange *exchange, enum sigv4_fault fault);

/* With a handler's output, which it takes, or what made the call fail; of a change that names
 * one, with the read that answers for it. Ends the call. */
void aws_exchange_answer(const struct aws_exchange *exchange, enum wire_operation_id id,
                         struct aws_call *call, json_t *output);

#endif
