/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/child_entry.h"

#include "base/log.h"

bool
child_enter(struct channel *channel, enum sandbox_profile profile, const char *name,
            struct message_hello *hello)
{
    struct message message;
    const char *error = NULL;

    if (!channel_receive_now(channel, &message) || message.type != MESSAGE_hello) {
        log_error("no hello from control: %s is started by control only", name);
        return false;
    }
    *hello = message.as.hello;
    log_set_level((enum log_level)hello->log_level);
    log_set_form((enum log_form)hello->log_form);
    if (!sandbox_enter(profile, hello->uid, hello->gid, &error)) {
        log_error("the sandbox cannot be entered: %s", error);
        return false;
    }
    channel_send(channel, MESSAGE_walls, &(struct message_walls){.standing = sandbox_walls()},
                 -1);
    return true;
}
