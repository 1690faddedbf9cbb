/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd hears, by the library or by our own lines: this file is built with each. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/notify_socket.h"

/* A listener at the name (an @ before one without a file), which the environment tells. */
static int
listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, name);
    if (*name == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void
expect_received(int fd, const char *expected)
{
    char text[100] = "";

    assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), strlen(expected));
    assert_string_equal(text, expected);
}

static void
reaches_a_socket_with_a_path(void **state)
{
    char folder[] = "/tmp/notify.XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    int fd = listen_at(path);
    assert_true(notify_socket_send("READY=1\nSTATUS=serving"));
    expect_received(fd, "READY=1\nSTATUS=serving");
    close(fd);
    assert_false(notify_socket_send("WATCHDOG=1"));
    unlink(path);
    rmdir(folder);
}

static void
reaches_a_name_without_a_file(void **state)
{
    char name[64];

    (void)state;
    snprintf(name, sizeof(name), "@fairlead-test-%ld", (long)getpid());
    int fd = listen_at(name);
    assert_true(notify_socket_send("STOPPING=1"));
    expect_received(fd, "STOPPING=1");
    close(fd);
}

static void
has_descriptors_kept_and_gets_them_back(void **state)
{
    char name[64], own[24], *names = NULL;
    int pair[2];

    (void)state;
    snprintf(name, sizeof(name), "@fairlead-kept-%ld", (long)getpid());
    int fd = listen_at(name);
    assert_int_equal(pipe(pair), 0);
    notify_socket_store("listener a|80", pair, 2);
    expect_received(fd, "FDSTORE=1\nFDNAME=listener a|80");
    notify_socket_drop("listener a|80");
    expect_received(fd, "FDSTOREREMOVE=1\nFDNAME=listener a|80");
    close(fd);
    close(pair[0]);
    close(pair[1]);
    snprintf(own, sizeof(own), "%ld", (long)getpid());
    setenv("LISTEN_PID", own, 1);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_FDNAMES", "one:two", 1);
    assert_int_equal(notify_socket_take_stored(&names), 2);
    assert_string_equal(names, "one:two");
    free(names);
    assert_int_equal(notify_socket_take_stored(&names), 0);
    assert_null(names);
    setenv("LISTEN_PID", "1", 1);
    setenv("LISTEN_FDS", "2", 1);
    assert_int_equal(notify_socket_take_stored(&names), 0);
}

static void
is_silent_where_nobody_listens(void **state)
{
    char longer[200];

    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_false(notify_socket_send("READY=1"));
    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_false(notify_socket_send("READY=1"));
    setenv("NOTIFY_SOCKET", "/", 1);
    assert_false(notify_socket_send("READY=1"));
    memset(longer, 'x', sizeof(longer));
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    setenv("NOTIFY_SOCKET", longer, 1);
    assert_false(notify_socket_send("READY=1"));
}

static uint64_t
watchdog_with(const char *us, const char *pid)
{
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    if (us != NULL)
        setenv("WATCHDOG_USEC", us, 1);
    if (pid != NULL)
        setenv("WATCHDOG_PID", pid, 1);
    return notify_socket_watchdog_us();
}

static void
knows_whom_the_watchdog_waits_for(void **state)
{
    char own[24], other[24];

    (void)state;
    snprintf(own, sizeof(own), "%ld", (long)getpid());
    snprintf(other, sizeof(other), "%ld", (long)getppid());
    assert_int_equal(watchdog_with(NULL, NULL), 0);
    assert_int_equal(watchdog_with("30000000", NULL), 30000000);
    assert_int_equal(watchdog_with("30000000", own), 30000000);
    assert_int_equal(watchdog_with("30000000", other), 0);
    assert_int_equal(watchdog_with("soon", own), 0);
    assert_int_equal(watchdog_with("-5", own), 0);
    assert_int_equal(watchdog_with("99999999999999999999999", own), 0);
    assert_int_equal(watchdog_with("0", own), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reaches_a_socket_with_a_path),
        cmocka_unit_test(reaches_a_name_without_a_file),
        cmocka_unit_test(has_descriptors_kept_and_gets_them_back),
        cmocka_unit_test(is_silent_where_nobody_listens),
        cmocka_unit_test(knows_whom_the_watchdog_waits_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
