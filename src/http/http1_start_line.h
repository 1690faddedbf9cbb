/* SPDX-License-Identifier: Apache-2.0 */
/* Reads request and status lines (RFC 9112 3 and 4). */
#ifndef FAIRLEAD_HTTP_HTTP1_START_LINE_H
#define FAIRLEAD_HTTP_HTTP1_START_LINE_H

#include "http/head.h"

/*
 * Takes a line without its CRLF apart into the head. Anything but NONE: refused, and the
 * head's desync reason tells more. Nothing is repaired: a line that needs it could be read
 * differently by the target (RFC 9112 3 and 11.2).
 */
enum http_refusal http1_read_request_line(struct http_head *head, struct slice line);
enum http_refusal http1_read_status_line(struct http_head *head, struct slice line);

#endif
