/* SPDX-License-Identifier: Apache-2.0 */
/* Signs in this process, by private keys that it parses. */
#ifndef FAIRLEAD_NET_TLS_OWN_SIGNER_H
#define FAIRLEAD_NET_TLS_OWN_SIGNER_H

#include "net/tls/tls_parser.h"
#include "net/tls/tls_sign.h"

struct tls_own_signer {
    struct tls_signer signer; /* first */
    struct tls_parser *parser;
};

/* The parser, which may be NULL, lives as long as it is asked to open. */
void tls_own_signer_init(struct tls_own_signer *own, struct tls_parser *parser);

#endif
