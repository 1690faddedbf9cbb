/* SPDX-License-Identifier: Apache-2.0 */
/* Names are looked up here because the children's root is empty. */
#include "control/processes/privileges.h"

#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define NOBODY 65534

struct privileges
privileges_find(const char *user)
{
    const struct passwd *entry;

    if (geteuid() != 0)
        return (struct privileges){geteuid(), getegid()};
    entry = getpwnam(user);
    if (entry == NULL) {
        log_warning("user %s does not exist: workers and observer run as nobody, as other "
                    "programs may; make it (useradd --system --no-create-home --shell "
                    "/usr/sbin/nologin %s) and start again, or set user to another one",
                    user, user);
        entry = getpwnam("nobody");
    }
    if (entry == NULL)
        return (struct privileges){NOBODY, NOBODY};
    return (struct privileges){entry->pw_uid, entry->pw_gid};
}

void
privileges_raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        log_warning("the limit of open files stays low: ulimit -n shows it");
}
