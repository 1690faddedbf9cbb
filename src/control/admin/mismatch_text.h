/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule does not take a request, in words. */
#ifndef FAIRLEAD_CONTROL_ADMIN_MISMATCH_TEXT_H
#define FAIRLEAD_CONTROL_ADMIN_MISMATCH_TEXT_H

#include "ipc/route.h"
#include "ipc/snapshot.h"

/*
 * What the request has and what a condition of the snapshot, which it does not meet, wants:
 * "path /app10 does not match /app1, /app2". Cut at some 500 bytes, and printable; new memory.
 */
char *mismatch_text(const struct snapshot *snapshot, uint32_t condition,
                    const struct route_request *request);

#endif
