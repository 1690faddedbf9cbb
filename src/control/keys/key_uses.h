/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When each access key has last signed a call, to the minute: so that a busy key costs a
 * comparison a call, and the disk no more than a write a minute. The state file keeps it.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_KEY_USES_H
#define FAIRLEAD_CONTROL_KEYS_KEY_USES_H

#include <stddef.h>
#include <stdint.h>

#include "control/keys/access_key.h"

#define KEY_USES_STEP_US UINT64_C(60000000)

struct key_uses;

struct key_use {
    char key_id[ACCESS_KEY_ID_LENGTH + 1];
    uint64_t wall_us;
};

/* There is something that is worth keeping. */
typedef void key_uses_callback(void *argument);

/* on_news may be NULL. */
struct key_uses *key_uses_new(key_uses_callback *on_news, void *argument);
void key_uses_free(struct key_uses **uses);

/* A call was signed with that key now. */
void key_uses_note(struct key_uses *uses, const char *key_id);

/* What was kept; an id that no key can have is left out. */
void key_uses_put(struct key_uses *uses, const char *key_id, uint64_t wall_us);

/* The key is deleted. */
void key_uses_forget(struct key_uses *uses, const char *key_id);

/* 0: never. */
uint64_t key_uses_last(const struct key_uses *uses, const char *key_id);

/* The n-th that there is; NULL behind the last. At most ACCESS_KEYS_MAX: beyond, the one that
 * was quiet longest is forgotten. */
const struct key_use *key_uses_at(const struct key_uses *uses, size_t n);

#endif
