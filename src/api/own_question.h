/* SPDX-License-Identifier: Apache-2.0 */
/* What this role asks of control by itself, for everybody who looks: reads that are no secret.
 */
#ifndef FAIRLEAD_API_OWN_QUESTION_H
#define FAIRLEAD_API_OWN_QUESTION_H

#include "api/control_calls.h"

/* "GET /v1/..."; as control_calls_ask. */
uint64_t own_question_ask(struct control_calls *calls, const char *line,
                          control_answer_callback *on_answer, void *argument);

#endif
