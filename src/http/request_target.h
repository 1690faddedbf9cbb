/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets and Host (RFC 9112 3.2): where a request wants to go. */
#ifndef FAIRLEAD_HTTP_REQUEST_TARGET_H
#define FAIRLEAD_HTTP_REQUEST_TARGET_H

#include "http/head.h"

/*
 * Fills in path, query, host and host_name. MALFORMED: a target in none of the forms;
 * BAD_HOST: Host or authority missing, repeated or malformed.
 */
enum http_refusal request_target_read(struct http_head *head);

#endif
