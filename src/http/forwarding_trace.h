/* SPDX-License-Identifier: Apache-2.0 */
/* X-Amzn-Trace-Id, as the ALB makes and extends it (docs/http.md, Fields). */
#ifndef FAIRLEAD_HTTP_FORWARDING_TRACE_H
#define FAIRLEAD_HTTP_FORWARDING_TRACE_H

#include "http/forwarding.h"

/* Heads larger than this get a trace id of Root only. */
#define FORWARDING_TRACE_HEAD_MAX (7 * 1024)

/*
 * Whether the request has passed five balancers already: then it is in a loop, most likely of
 * one that is its own target. A client that says so itself stops its own request only: nothing
 * is kept.
 */
bool forwarding_is_loop(const struct http_head *request);

/* Writes the field, and its value into *trace. */
void forwarding_write_trace(struct text *out, const struct http_head *request,
                            struct forwarding_trace *trace);

#endif
