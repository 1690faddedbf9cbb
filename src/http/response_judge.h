/* SPDX-License-Identifier: Apache-2.0 */
/* Decides on a parsed response head of a target: framing (RFC 9112 6.3) and whether to trust
 * it. */
#ifndef FAIRLEAD_HTTP_RESPONSE_JUDGE_H
#define FAIRLEAD_HTTP_RESPONSE_JUDGE_H

#include "http/head.h"

/*
 * Fills in the judged members. request is the one that it answers (HEAD has no body, 101 only
 * where an upgrade was asked for). Anything but NONE is a 502 and the end of the connection.
 */
enum http_refusal response_judge(struct http_head *response, const struct http_head *request);

/* 1xx but not 101: passed on or dropped, and another head follows. */
bool response_is_interim(const struct http_head *response);

#endif
