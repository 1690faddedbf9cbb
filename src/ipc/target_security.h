/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS towards targets as the newest snapshot and book of certificates want it, for those that
 * connect to them: the policy follows the listeners', and a group may have its targets'
 * certificates verified (target_tls), each by the authorities of its own.
 */
#ifndef FAIRLEAD_IPC_TARGET_SECURITY_H
#define FAIRLEAD_IPC_TARGET_SECURITY_H

#include "ipc/certificate_book.h"
#include "ipc/snapshot.h"
#include "net/tls/tls_client.h"

struct target_security;

struct target_security *target_security_new(void);
void target_security_free(struct target_security **security);

/* From now on as they say; book NULL: none has come yet. Both are read during the call. */
void target_security_update(struct target_security *security, const struct snapshot *snapshot,
                            const struct certificate_book *book);

/*
 * How a group's targets are spoken to by TLS. False: they cannot be, since OpenSSL lacks what
 * the policy needs, or the authorities are not there. Texts live as long as the snapshot; the
 * peer is the caller's to fill in.
 */
bool target_security_of(const struct target_security *security, const struct snapshot *snapshot,
                        const struct snapshot_group *group, struct tls_target *target);

#endif
