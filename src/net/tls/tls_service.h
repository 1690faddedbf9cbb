/* SPDX-License-Identifier: Apache-2.0 */
/* TLS for an http_service: one certificate for all who come. */
#ifndef FAIRLEAD_NET_TLS_SERVICE_H
#define FAIRLEAD_NET_TLS_SERVICE_H

#include <stdbool.h>

#include "net/tls/tls_context.h"
#include "net/tls/tls_pair.h"

struct bufferevent;
struct event_base;
struct tls_service;

/* After tls_start; the pair is copied. NULL with a reason (static text). */
struct tls_service *tls_service_new(const struct tls_pair *pair,
                                    const struct tls_policy *policy, const char **error);

/* Its connections live on. */
void tls_service_free(struct tls_service **service);

/* Whether the certificate is for that host, a name or an address without brackets. */
bool tls_service_is_for(const struct tls_service *service, struct slice host);

/* For http_service.c: a stream that waits for its socket. */
struct bufferevent *tls_service_stream(struct tls_service *service, struct event_base *base);

#endif
