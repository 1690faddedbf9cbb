/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that control answers: handed over with what was signed of it, and the answer handed
 * on. Control is also asked whether somebody may have what this role answers itself.
 */
#ifndef FAIRLEAD_API_PASSED_CALL_H
#define FAIRLEAD_API_PASSED_CALL_H

#include <stdbool.h>

#include "api/control_calls.h"
#include "net/http_service.h"
#include "net/loop.h"

struct passed_call_parts {
    struct loop *loop;
    struct control_calls *calls;
};

/* Control permits it: the request is still to be answered. */
typedef void passed_call_permit(struct http_service_request *request, void *argument);

/* Answers the request, now or later. */
void passed_call_begin(const struct passed_call_parts *parts,
                       struct http_service_request *request);

/* The same, but that the request comes back where control permits it. */
void passed_call_ask(const struct passed_call_parts *parts,
                     struct http_service_request *request, passed_call_permit *on_permit,
                     void *argument);

/* Whether it comes with a signature, by a field or in its query. */
bool passed_call_is_signed(const struct http_service_request *request);

#endif
