/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the shell's completion, one a line. */
#ifndef FAIRLEADCTL_COMPLETE_H
#define FAIRLEADCTL_COMPLETE_H

#include "command.h"

/*
 * WHAT is "commands", "groups", or a command: then its options and the names that its next word
 * may be, out of the running daemon. WORD is what was typed of it so far, behind a colon, so
 * that it is no option. Silent where there is no daemon.
 */
enum exit_code complete_words(struct session *session);

#endif
