/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates a book has, for questions about thousands of them. */
#ifndef FAIRLEAD_IPC_CERTIFICATE_FINGERPRINTS_H
#define FAIRLEAD_IPC_CERTIFICATE_FINGERPRINTS_H

#include "ipc/certificate_book.h"

struct certificate_fingerprints;

/* Of a book, which may end before them; of NULL there are none. */
struct certificate_fingerprints *
certificate_fingerprints_new(const struct certificate_book *book);
void certificate_fingerprints_free(struct certificate_fingerprints **fingerprints);

bool certificate_fingerprints_have(const struct certificate_fingerprints *fingerprints,
                                   const struct tls_certificate_facts *facts);

#endif
