/* SPDX-License-Identifier: Apache-2.0 */
/* Ticket keys at work in a context; for src/net only. */
#ifndef FAIRLEAD_NET_TLS_TICKETS_USE_H
#define FAIRLEAD_NET_TLS_TICKETS_USE_H

#include <openssl/ssl.h>

#include "net/tls/tls_tickets.h"

/* tickets NULL: the context gives and takes none. They must outlive the context's connections.
 */
void tls_tickets_use(struct tls_tickets *tickets, SSL_CTX *context);

#endif
