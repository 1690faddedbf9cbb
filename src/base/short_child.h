/* SPDX-License-Identifier: Apache-2.0 */
/* A child for one task that may wait for a disk, in place of the process that must not. */
#ifndef FAIRLEAD_BASE_SHORT_CHILD_H
#define FAIRLEAD_BASE_SHORT_CHILD_H

#include <sys/types.h>

/* Where the child finds the descriptor that it keeps. */
#define SHORT_CHILD_FD 3

/*
 * Forks, and returns as fork(2) does. The child has nothing open but stdin, stdout, stderr and
 * kept_fd (-1: none): what its parent closes is closed. Signals do to it what they do to any
 * program. It ends by _exit, and the parent waits for it by its pid.
 */
pid_t short_child_fork(int kept_fd);

#endif
