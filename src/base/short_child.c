/* SPDX-License-Identifier: Apache-2.0 */
/* A fork without exec: it needs no arguments and no second way to find this program. */
#include "base/short_child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"

static void
restore_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* All are moved out of the way first, so that none is written over before its own turn. */
static void
keep(const int *kept_fds, int count)
{
    int moved[SHORT_CHILD_KEPT_MOST];

    for (int i = 0; i < count; i++)
        moved[i] = kept_fds[i] == -1 ? -1 : fcntl(kept_fds[i], F_DUPFD, SHORT_CHILD_FD + count);
    for (int i = 0; i < count; i++)
        if (moved[i] == -1 || dup2(moved[i], SHORT_CHILD_FD + i) == -1)
            close(SHORT_CHILD_FD + i);
    close_range((unsigned)(SHORT_CHILD_FD + count), ~0U, 0);
}

pid_t
short_child_fork(const int *kept_fds, size_t kept_count)
{
    CHECK(kept_count <= SHORT_CHILD_KEPT_MOST);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    restore_signals();
    keep(kept_fds, (int)kept_count);
    return 0;
}
