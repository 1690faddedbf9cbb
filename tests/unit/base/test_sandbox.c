/* SPDX-License-Identifier: Apache-2.0 */
/* The walls, each tried from inside by a child of the test: what must fail, and what must not.
 */
#include "../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"

#define NOBODY 65534

/* What a child reports by its exit status. */
enum { HELD = 0, BROKEN = 1, NO_WALL = 77 };

static int
inside(enum sandbox_profile profile, uid_t uid, unsigned needed, int (*attempt)(void))
{
    const char *error = NULL;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (!sandbox_enter(profile, uid, NOBODY, &error))
            _exit(99);
        _exit((sandbox_walls() & needed) != needed ? NO_WALL : attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
expect_held(enum sandbox_profile profile, unsigned needed, int (*attempt)(void))
{
    int status = inside(profile, NOBODY, needed, attempt);

    if (status != NO_WALL)
        assert_int_equal(status, HELD);
}

#define REFUSED(call) ((call) == -1 && errno == EPERM)

static int
touches_a_sibling(void)
{
    const struct rlimit none = {0, 0};
    cpu_set_t all;

    memset(&all, 0xff, sizeof(all));
    return REFUSED(syscall(SYS_tgkill, getppid(), getppid(), 0)) &&
                   REFUSED(syscall(SYS_kill, getppid(), 0)) &&
                   REFUSED(prlimit(getppid(), RLIMIT_NOFILE, &none, NULL)) &&
                   REFUSED(sched_setaffinity(getppid(), sizeof(all), &all)) &&
                   REFUSED(sched_getaffinity(getppid(), sizeof(all), &all))
               ? HELD
               : BROKEN;
}

static int
touches_itself(void)
{
    struct rlimit limit;
    cpu_set_t all;

    return prlimit(0, RLIMIT_NOFILE, NULL, &limit) == 0 &&
                   prlimit(getpid(), RLIMIT_NOFILE, NULL, &limit) == 0 &&
                   sched_getaffinity(0, sizeof(all), &all) == 0 &&
                   syscall(SYS_tgkill, getpid(), getpid(), 0) == 0
               ? HELD
               : BROKEN;
}

static int
makes_sockets(void)
{
    int pair[2];

    if (socket(AF_INET, SOCK_STREAM, 0) == -1 || socket(AF_INET6, SOCK_STREAM, 0) == -1)
        return BROKEN;
    return REFUSED(socket(AF_UNIX, SOCK_STREAM, 0)) &&
                   REFUSED(socket(AF_NETLINK, SOCK_RAW, 0)) &&
                   REFUSED(socket(AF_PACKET, SOCK_RAW, 0)) &&
                   REFUSED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
               ? HELD
               : BROKEN;
}

static int
sets_options(void)
{
    struct step {
        uint16_t code;
        uint8_t jt, jf;
        uint32_t k;
    } drop = {6, 0, 0, 0};

    struct {
        unsigned short length;
        struct step *code;
    } filter = {1, &drop};

    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == -1)
        return BROKEN;
    return REFUSED(
               setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter))) &&
                   REFUSED(
                       setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter))) &&
                   REFUSED(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof(one))) &&
                   REFUSED(setsockopt(fd, SOL_SOCKET, TCP_NODELAY, &one, sizeof(one))) &&
                   REFUSED(fcntl(fd, F_SETFL, 0)) && REFUSED(fcntl(fd, F_SETOWN, getppid())) &&
                   REFUSED(listen(fd, 1))
               ? HELD
               : BROKEN;
}

static int
opens_files(void)
{
    static const char *const paths[] = {"/", "/etc/passwd", "/proc/self/status", "/tmp", "."};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (open(paths[i], O_RDONLY) != -1)
            return BROKEN;
    return open("/tmp/fairlead-made-inside", O_CREAT | O_WRONLY, 0600) == -1 ? HELD : BROKEN;
}

static void
allows_a_process_to_touch_itself_only(void **state)
{
    (void)state;
    expect_held(SANDBOX_WORKER, SANDBOX_WALL_CALLS, touches_a_sibling);
    expect_held(SANDBOX_OBSERVER, SANDBOX_WALL_CALLS, touches_a_sibling);
    expect_held(SANDBOX_LOGGER, SANDBOX_WALL_CALLS, touches_a_sibling);
    expect_held(SANDBOX_WORKER, SANDBOX_WALL_CALLS, touches_itself);
}

static void
allows_sockets_of_the_internet_only(void **state)
{
    (void)state;
    expect_held(SANDBOX_WORKER, SANDBOX_WALL_CALLS, makes_sockets);
    expect_held(SANDBOX_OBSERVER, SANDBOX_WALL_CALLS, makes_sockets);
}

static void
allows_no_option_that_others_would_feel(void **state)
{
    (void)state;
    expect_held(SANDBOX_WORKER, SANDBOX_WALL_CALLS, sets_options);
}

static void
leaves_no_file_in_reach(void **state)
{
    (void)state;
    expect_held(SANDBOX_WORKER, 0, opens_files);
    expect_held(SANDBOX_LOGGER, 0, opens_files);
}

/* In a child, because it is for good: as somebody else than root, who has no empty root. */
static int
landlock_alone(int (*attempt)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        const char *error = NULL;
        if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
            _exit(98);
        if (!sandbox_enter(SANDBOX_WORKER, geteuid(), getegid(), &error))
            _exit(99);
        bool stands = (sandbox_walls() & SANDBOX_WALL_FILES) != 0;
        bool is_alone = (sandbox_walls() & SANDBOX_WALL_ROOT) == 0;
        _exit(!is_alone ? 97 : stands ? attempt() : NO_WALL);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void
leaves_no_file_in_reach_without_root_either(void **state)
{
    int status = landlock_alone(opens_files);

    (void)state;
    if (status != NO_WALL)
        assert_int_equal(status, HELD);
}

static void
refuses_root_as_the_user(void **state)
{
    (void)state;
    if (geteuid() == 0)
        assert_int_equal(inside(SANDBOX_WORKER, 0, 0, opens_files), 99);
}

static void
describes_walls(void **state)
{
    char text[SANDBOX_WALLS_SIZE];

    (void)state;
    sandbox_describe_walls(0, text);
    assert_string_equal(text, "");
    sandbox_describe_walls(SANDBOX_WALL_PRIVILEGES | SANDBOX_WALL_CALLS, text);
    assert_string_equal(text, "no new privileges, a system call filter");
    sandbox_describe_walls(SANDBOX_WALLS_ALL, text);
    assert_non_null(strstr(text, "a system call filter"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows_a_process_to_touch_itself_only),
        cmocka_unit_test(allows_sockets_of_the_internet_only),
        cmocka_unit_test(allows_no_option_that_others_would_feel),
        cmocka_unit_test(leaves_no_file_in_reach),
        cmocka_unit_test(leaves_no_file_in_reach_without_root_either),
        cmocka_unit_test(refuses_root_as_the_user),
        cmocka_unit_test(describes_walls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
