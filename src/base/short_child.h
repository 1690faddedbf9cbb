/* SPDX-License-Identifier: Apache-2.0 */
/* A child for one task that may wait for a disk, in place of the process that must not. */
#ifndef FAIRLEAD_BASE_SHORT_CHILD_H
#define FAIRLEAD_BASE_SHORT_CHILD_H

#include <stddef.h>
#include <sys/types.h>

/* Where the child finds the first descriptor that it keeps; the others follow. */
#define SHORT_CHILD_FD 3
#define SHORT_CHILD_KEPT_MOST 8

/*
 * Forks, and returns as fork(2) does. The child has nothing open but stdin, stdout, stderr and
 * the kept ones in their order (-1: that place is closed): what its parent closes is closed.
 * Signals do to it what they do to any program. It ends by _exit, and the parent waits for it
 * by its pid.
 */
pid_t short_child_fork(const int *kept_fds, size_t kept_count);

#endif
