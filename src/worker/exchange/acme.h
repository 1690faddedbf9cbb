/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate authority asks for to see whose name it is (RFC 8555 8.3). */
#ifndef FAIRLEAD_WORKER_ACME_H
#define FAIRLEAD_WORKER_ACME_H

#include "ipc/route.h"
#include "ipc/snapshot.h"

/* The row of the challenge that a request to a listener of plain HTTP asks for; NO_INDEX: none,
 * so that the rules decide. */
uint32_t acme_challenge_of(const struct snapshot *snapshot, uint32_t listener,
                           const struct route_request *request);

#endif
