/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the connections of an HTTPS listener are secured: its policy, its certificates, and the
 * TLS context made of them. What a new configuration leaves as it is stays, with its sessions.
 */
#ifndef FAIRLEAD_WORKER_SECURITY_H
#define FAIRLEAD_WORKER_SECURITY_H

#include <stdbool.h>
#include <stdint.h>

struct security;
struct stream_session;
struct worker;

/*
 * What the newest view and certificates say of the listener in that row; *security is NULL for
 * one of plain HTTP, made, changed, or replaced. Handshakes under way go on with what they
 * have.
 */
void security_update(struct worker *worker, struct security **security, uint32_t row);

/* A TLS session for an accepted socket; NULL: the policy cannot be had. */
struct stream_session *security_accept(struct security *security, int fd);

/* A handshake holds on to it. */
struct security *security_pin(struct security *security);
void security_unpin(struct security **unpinned);

#endif
