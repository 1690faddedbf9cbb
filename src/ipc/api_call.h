/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call that the api role hands to control: what came, and what was signed of it, in one
 * sealed page (page.h). Control believes the lengths only as far as the page goes, and of the
 * contents nothing that the signature does not cover.
 */
#ifndef FAIRLEAD_IPC_API_CALL_H
#define FAIRLEAD_IPC_API_CALL_H

#include <stdbool.h>

#include "base/slice.h"

/* Of api_call_read all slices point into memory, which api_call_clear frees; a writer leaves
 * memory NULL. */
struct api_call {
#define API_CALL_PART(member, most) struct slice member;
#include "ipc/api_call_parts.def"
#undef API_CALL_PART
    char *memory;
};

/* A new descriptor, the caller's; -1 with errno, EMSGSIZE when a part is over its bound. */
int api_call_write(const struct api_call *call);

/* False when the descriptor is no such page, with why; the call is then empty. */
bool api_call_read(int fd, struct api_call *call, const char **error);
void api_call_clear(struct api_call *call);

#endif
