/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that are a connection's, not a request's: NTLM and Negotiate (RFC 4559) send
 * credentials in a few messages, and everything behind them on the connection is the user's.
 */
#ifndef FAIRLEAD_HTTP_LOGIN_H
#define FAIRLEAD_HTTP_LOGIN_H

#include "http/head.h"

/* Whether a request's credentials or an answer's challenges name such a scheme. */
bool login_names_connection(const struct http_head *head);

#define LOGIN_FIELDS                                                                           \
    (1U << HTTP_FIELD_AUTHORIZATION | 1U << HTTP_FIELD_PROXY_AUTHORIZATION |                   \
     1U << HTTP_FIELD_WWW_AUTHENTICATE | 1U << HTTP_FIELD_PROXY_AUTHENTICATE)

/* Most heads have no such field. */
static inline bool
login_is_of_connection(const struct http_head *head)
{
    return (head->known & LOGIN_FIELDS) != 0 && login_names_connection(head);
}

#endif
