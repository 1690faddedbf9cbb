/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded by tools/bench/instructions, so that the worker, and only it, runs under callgrind.
 * In control: starts a worker by way of valgrind. In the worker: gives it back its title, which
 * valgrind drops, and leaves out the parts of the sandbox that would keep valgrind from writing
 * its figures.
 */
#include <dlfcn.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The functions below are declared by the system, with names and parameters of its own. */
/* NOLINTBEGIN(readability-*) */

static const char worker_prefix[] = "fairlead: worker";

/* glibc hands a constructor the very argv that main gets. */
__attribute__((constructor)) static void
give_title(int argc, char **argv)
{
    char *title = getenv("BENCH_TITLE");
    if (argc > 0 && title != NULL)
        argv[0] = title;
}

int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                const posix_spawnattr_t *, char *const[], char *const[]) =
        dlsym(RTLD_NEXT, "posix_spawn");
    if (strncmp(argv[0], worker_prefix, strlen(worker_prefix)) != 0)
        return next(pid, path, actions, attributes, argv, envp);
    char out[PATH_MAX], title[64], preload[PATH_MAX];
    snprintf(out, sizeof out, "--callgrind-out-file=%s", getenv("BENCH_OUT"));
    snprintf(title, sizeof title, "BENCH_TITLE=%s", argv[0]);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("LD_PRELOAD"));
    char *arguments[] = {
        "valgrind", "-q", "--vgdb=no", "--tool=callgrind", out, getenv("BENCH_PROGRAM"), NULL};
    char *environment[] = {title, preload, NULL};
    return next(pid, getenv("BENCH_VALGRIND"), actions, attributes, arguments, environment);
}

int
chroot(const char *path)
{
    (void)path;
    return 0;
}

/* It stays the user that made the file of figures. */
int
setresuid(uid_t real, uid_t effective, uid_t saved)
{
    (void)real, (void)effective, (void)saved;
    return 0;
}

int
setuid(uid_t user)
{
    (void)user;
    return -1;
}

int
prctl(int option, ...)
{
    int (*next)(int, ...) = dlsym(RTLD_NEXT, "prctl");
    unsigned long values[4];
    va_list list;
    va_start(list, option);
    for (int i = 0; i < 4; i++)
        values[i] = va_arg(list, unsigned long);
    va_end(list);
    if (option == PR_SET_SECCOMP)
        return 0;
    return next(option, values[0], values[1], values[2], values[3]);
}

/* NOLINTEND(readability-*) */
