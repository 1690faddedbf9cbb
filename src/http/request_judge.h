/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides on a parsed request head: framing, Host, target, connection handling, and the ALB's
 * desync classification (docs/http.md, column D). What passes is unambiguous and can be written
 * anew.
 */
#ifndef FAIRLEAD_HTTP_REQUEST_JUDGE_H
#define FAIRLEAD_HTTP_REQUEST_JUDGE_H

#include "http/head.h"
#include "model/config.h"

/*
 * Fills in the judged members of head. NONE: go on. In every mode what cannot be framed safely
 * is refused (RFC 9112 6.1, 6.3 leave no choice), which is stricter than the ALB's monitor
 * mode.
 */
enum http_refusal request_judge(struct http_head *head,
                                const struct config_attributes *attributes,
                                const struct config_limits *limits);

/* Whether a second try can do no harm (RFC 9110 9.2.2). */
bool request_is_idempotent(const struct http_head *head);

#endif
