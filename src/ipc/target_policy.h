/* SPDX-License-Identifier: Apache-2.0 */
/* TLS towards targets as a snapshot wants it, for those that connect to them. */
#ifndef FAIRLEAD_IPC_TARGET_POLICY_H
#define FAIRLEAD_IPC_TARGET_POLICY_H

#include "ipc/snapshot.h"
#include "net/tls_client.h"

/*
 * Makes *client what it has to be under this snapshot: it is replaced where the policy, which
 * follows the listeners', is another one. *policy is what it was made with: begin with
 * SNAPSHOT_NO_INDEX. NULL remains (and is logged) where OpenSSL has not what it needs.
 */
void target_policy_update(const struct snapshot *snapshot, uint32_t *policy,
                          struct tls_client **client);

#endif
