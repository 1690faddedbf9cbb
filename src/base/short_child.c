/* SPDX-License-Identifier: Apache-2.0 */
/* A fork without exec: it needs no arguments and no second way to find this program. */
#include "base/short_child.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void
restore_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t
short_child_fork(int kept_fd)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    restore_signals();
    if (kept_fd != -1 && kept_fd != SHORT_CHILD_FD)
        dup2(kept_fd, SHORT_CHILD_FD);
    close_range(kept_fd == -1 ? SHORT_CHILD_FD : SHORT_CHILD_FD + 1, ~0U, 0);
    return 0;
}
