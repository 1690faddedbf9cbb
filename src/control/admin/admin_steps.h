/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer that tells of a long operation step by step: JSON lines {"Time", "Text"}, the last
 * one with "Result": "done" or "failed". The operation goes on when its reader leaves.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_STEPS_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_STEPS_H

#include "control/admin/admin_call.h"

struct admin_steps;

struct admin_steps *admin_steps_begin(struct admin_call *call);
void admin_steps_add(struct admin_steps *steps, const char *text);

/* Error NULL: done. Frees it. */
void admin_steps_end(struct admin_steps **steps, const char *error);

#endif
