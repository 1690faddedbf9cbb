/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of gRPC: whether a request is one, and what an answer of our own tells its client. */
#ifndef FAIRLEAD_HTTP_GRPC_H
#define FAIRLEAD_HTTP_GRPC_H

#include "base/text.h"
#include "http/head.h"

/* POST with a content type of gRPC's; over HTTP/2, as its carrier knows. */
bool grpc_is_call(const struct http_head *request);

/* The fields grpc-status and grpc-message, as whole lines, of an HTTP status. */
void grpc_write_status(struct text *fields, unsigned status);

#endif
