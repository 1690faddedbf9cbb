/* SPDX-License-Identifier: Apache-2.0 */
/* How this role answers: the fields that every answer has, and refusals in JSON. */
#ifndef FAIRLEAD_API_ANSWER_H
#define FAIRLEAD_API_ANSWER_H

#include "base/slice.h"
#include "net/http_service.h"

/* What browsers are told with every answer; before it begins. */
void answer_add_fields(struct http_service_request *request);

void answer_json(struct http_service_request *request, int status, struct slice body);

/* {"error": {"code", "message"}} */
void answer_refuse(struct http_service_request *request, int status, const char *code,
                   const char *message);

#endif
