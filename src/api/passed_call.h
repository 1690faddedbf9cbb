/* SPDX-License-Identifier: Apache-2.0 */
/* A request that control answers: handed over as it came, and the answer handed on. */
#ifndef FAIRLEAD_API_PASSED_CALL_H
#define FAIRLEAD_API_PASSED_CALL_H

#include "api/control_calls.h"
#include "net/http_service.h"
#include "net/loop.h"

/* Answers the request, now or later. */
void passed_call_begin(struct loop *loop, struct control_calls *calls,
                       struct http_service_request *request);

#endif
