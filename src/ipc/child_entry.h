/* SPDX-License-Identifier: Apache-2.0 */
/* How a child of control begins: it hears who it is, then gives up what it does not need. */
#ifndef FAIRLEAD_IPC_CHILD_ENTRY_H
#define FAIRLEAD_IPC_CHILD_ENTRY_H

#include <stdbool.h>
#include "base/sandbox.h"
#include "ipc/channel.h"

/*
 * Waits for control's hello on a channel that is not started yet, sets the log by it, enters
 * the sandbox and tells control which walls stand. hello: filled. name is for the log: "the
 * observer". False: the role must end, why is in the log.
 */
bool child_enter(struct channel *channel, enum sandbox_profile profile, const char *name,
                 struct message_hello *hello);

#endif
