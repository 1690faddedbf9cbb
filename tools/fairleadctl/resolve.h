/* SPDX-License-Identifier: Apache-2.0 */
/* What people call a target: its address, its container, or the whole group. */
#ifndef FAIRLEADCTL_RESOLVE_H
#define FAIRLEADCTL_RESOLVE_H

#include "command.h"

/*
 * The targets that a word means, of all groups: ADDRESS:PORT, a container's name or the
 * beginning of its id (at least 4 digits), or a target group with all of its targets. Rows of
 * GET .../targets, each with its TargetGroupName; the caller's. NULL after a message.
 */
json_t *resolve_targets(struct session *session, const char *word, enum exit_code *code);

/* Whether a row stands at that ADDRESS:PORT, or in the target group of that name. */
bool resolve_is_place(const json_t *target, const char *word);

#endif
