/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for a target to be gone: deregistrations with wait, stops of containers. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGET_WAITS_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGET_WAITS_H

#include <stdint.h>

struct target_waits;

struct target_waits *target_waits_new(void);

/* Waits that never ended are forgotten without a call. */
void target_waits_free(struct target_waits **waits);

/* Calls on_gone once, when target_waits_note_gone tells of the target. */
void target_waits_add(struct target_waits *waits, uint64_t target_id,
                      void (*on_gone)(void *argument), void *argument);
/* Forgets every wait with this argument, without a call. */
void target_waits_forget(struct target_waits *waits, const void *argument);

void target_waits_note_gone(struct target_waits *waits, uint64_t target_id);

#endif
