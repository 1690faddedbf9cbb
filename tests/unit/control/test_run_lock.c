/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a lock file may have ended: children of ours, and nobody else. */
#include "../unit.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/run_lock.h"

static char directory[] = "/tmp/fairlead-test-XXXXXX";
static char path[64], other[64];

static int
make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/lock", directory);
    snprintf(other, sizeof(other), "%s/other", directory);
    return 0;
}

static int
remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

static pid_t
start_process(const char *name)
{
    char title[32], seconds[] = "600";
    char *arguments[] = {title, seconds, NULL};
    pid_t pid = 0;

    snprintf(title, sizeof(title), "%s", name);
    assert_int_equal(posix_spawn(&pid, "/bin/sleep", NULL, NULL, arguments, environ), 0);
    return pid;
}

/* The lock of a control that died, with these processes as its children. */
static void
leave_lock(const pid_t *pids, size_t count)
{
    pid_t holder;
    struct run_lock *lock = run_lock_take(directory, &holder);
    char bytes[512];

    assert_non_null(lock);
    run_lock_note_children(lock, pids, count);
    FILE *file = fopen(path, "r");
    size_t length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    run_lock_give_back(&lock);
    file = fopen(path, "w");
    fwrite(bytes, 1, length, file);
    fclose(file);
}

static void
take_and_give_back(void)
{
    pid_t holder;
    struct run_lock *lock = run_lock_take(directory, &holder);

    assert_non_null(lock);
    run_lock_give_back(&lock);
}

/* Whether it was told to finish; it is gone then. */
static bool
has_ended(pid_t pid)
{
    int status;
    bool is_told = waitpid(pid, &status, WNOHANG) == pid;

    if (is_told)
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return WTERMSIG(status) == SIGTERM;
}

static void
ends_children_of_a_control_that_died(void **state)
{
    pid_t pids[] = {start_process("fairlead: worker 7"), start_process("sleep")};

    (void)state;
    leave_lock(pids, 2);
    take_and_give_back();
    assert_true(has_ended(pids[0]));
    assert_false(has_ended(pids[1]));
}

static void
ends_nobody_for_a_list_that_others_may_write(void **state)
{
    pid_t pid = start_process("fairlead: worker 7");

    (void)state;
    leave_lock(&pid, 1);
    assert_int_equal(chmod(path, 0666), 0);
    take_and_give_back();
    assert_false(has_ended(pid));
    unlink(path);
}

static void
follows_no_link_and_waits_for_no_pipe(void **state)
{
    struct stat status;

    (void)state;
    unlink(path);
    assert_int_equal(symlink(other, path), 0);
    take_and_give_back();
    assert_int_equal(access(other, F_OK), -1);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    take_and_give_back();
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_children_of_a_control_that_died),
        cmocka_unit_test(ends_nobody_for_a_list_that_others_may_write),
        cmocka_unit_test(follows_no_link_and_waits_for_no_pipe),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
