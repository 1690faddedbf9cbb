/* SPDX-License-Identifier: Apache-2.0 */
/* Clients' certificates, asked for and verified; for src/net/tls_*.c only. */
#ifndef FAIRLEAD_NET_TLS_VERIFY_H
#define FAIRLEAD_NET_TLS_VERIFY_H

#include "net/tls_facts.h"
#include "net/tls_session.h"

/* As the context's options say. */
void tls_verify_ask(struct tls_context *context);

void tls_verify_forget(struct tls_client_certificate **client);

#endif
