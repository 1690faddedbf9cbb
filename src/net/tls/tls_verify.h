/* SPDX-License-Identifier: Apache-2.0 */
/* Clients' certificates, asked for and verified; for src/net/tls/tls_*.c only. */
#ifndef FAIRLEAD_NET_TLS_VERIFY_H
#define FAIRLEAD_NET_TLS_VERIFY_H

#include "net/tls/tls_facts.h"
#include "net/tls/tls_session.h"

/* Those of targets, before any connection; false: an authority cannot be read. */
bool tls_verify_targets(SSL_CTX *ssl, const struct tls_trusted *trusted);

/* What became of the peer's, of a handshake that failed; or that its failure was not the
 * certificate's. */
void tls_verify_note(struct tls_session *session);

/* As the context's options say. */
void tls_verify_ask(struct tls_context *context);

void tls_verify_forget(struct tls_client_certificate **client);

#endif
