/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1 connections to targets as target links: connecting, in use by one exchange, or idle in
 * their target's pool. A connection belongs to its target_state from open to close.
 */
#ifndef FAIRLEAD_WORKER_TARGET_CONNECTION_H
#define FAIRLEAD_WORKER_TARGET_CONNECTION_H

#include "worker/targets/target_link.h"

extern const struct target_link_kind target_connection_link;

#endif
