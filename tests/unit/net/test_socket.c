/* SPDX-License-Identifier: Apache-2.0 */
/* Listening, accepting and connecting on free ports of 127.0.0.1 and on unix sockets. */
#include "../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/socket.h"

static struct address
local(const char *text, uint16_t port)
{
    struct address address;

    assert_true(address_parse(&address, text, port));
    return address;
}

static int
option(int fd, int level, int name)
{
    int value = 0;
    socklen_t length = sizeof(value);

    assert_int_equal(getsockopt(fd, level, name, &value, &length), 0);
    return value;
}

static void
is_made_for_an_event_loop(int fd)
{
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
}

static void
wait_readable(int fd)
{
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 5000), 1);
}

static void
connects_a_client_with_a_listener(void **state)
{
    struct address address = local("127.0.0.1", 0), peer, own;
    int listening = socket_listen(&address, false, 8);

    (void)state;
    assert_true(socket_local_address(listening, &address));
    assert_int_not_equal(address.port, 0);
    assert_int_equal(socket_accept(listening, &peer), -1);
    assert_int_equal(errno, EAGAIN);
    int client = socket_connect(&address);
    wait_readable(listening);
    int accepted = socket_accept(listening, &peer);
    assert_true(socket_local_address(client, &own));
    assert_true(address_equal(&peer, &own));
    is_made_for_an_event_loop(listening);
    is_made_for_an_event_loop(client);
    is_made_for_an_event_loop(accepted);
    assert_int_not_equal(option(accepted, IPPROTO_TCP, TCP_NODELAY), 0);
    assert_int_not_equal(option(client, IPPROTO_TCP, TCP_NODELAY), 0);
    close(accepted);
    close(client);
    close(listening);
}

static void
shares_a_port_only_where_it_is_asked_to(void **state)
{
    struct address address = local("127.0.0.1", 0);
    int first = socket_listen(&address, true, 8);

    (void)state;
    assert_true(socket_local_address(first, &address));
    int second = socket_listen(&address, true, 8);
    assert_int_not_equal(second, -1);
    assert_int_equal(socket_listen(&address, false, 8), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(second);
    close(first);
}

static void
says_why_an_address_cannot_be_used(void **state)
{
    struct address foreign = local("192.0.2.1", 0);
    struct address none = {.family = ADDRESS_NONE};

    (void)state;
    assert_int_equal(socket_listen(&foreign, false, 8), -1);
    assert_int_equal(errno, EADDRNOTAVAIL);
    assert_int_equal(socket_connect(&none), -1);
    assert_int_equal(errno, EAFNOSUPPORT);
}

/* A folder of its own for each test; its path is the state. */
static int
make_folder(void **state)
{
    static char folder[64];

    strcpy(folder, "/tmp/test_socket.XXXXXX");
    *state = mkdtemp(folder);
    return *state == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/socket", (const char *)*state);
    unlink(path);
    return rmdir(*state);
}

static void
gives_a_unix_socket_its_mode_whatever_the_umask(void **state)
{
    struct stat status;
    struct address peer;
    char path[128];
    mode_t before = umask(077);

    snprintf(path, sizeof(path), "%s/socket", (const char *)*state);
    int listening = socket_listen_unix(path, 0660, 8);
    assert_int_equal(umask(before), 077);
    assert_int_not_equal(listening, -1);
    is_made_for_an_event_loop(listening);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0660);
    assert_int_equal(socket_accept(listening, &peer), -1);
    close(listening);
}

static void
replaces_a_stale_socket_but_not_a_live_one(void **state)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/socket", (const char *)*state);
    int first = socket_listen_unix(path, 0600, 8);
    assert_int_equal(socket_listen_unix(path, 0600, 8), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(first);
    int second = socket_listen_unix(path, 0600, 8);
    assert_int_not_equal(second, -1);
    close(second);
}

static void
does_not_remove_what_is_no_socket(void **state)
{
    struct stat status;
    char path[128];

    snprintf(path, sizeof(path), "%s/socket", (const char *)*state);
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(socket_listen_unix(path, 0600, 8), -1);
    assert_int_equal(errno, EADDRINUSE);
    assert_int_equal(stat(path, &status), 0);
    close(file);
}

static void
refuses_a_path_that_is_too_long(void **state)
{
    char path[200];

    (void)state;
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(socket_listen_unix(path, 0600, 8), -1);
    assert_int_equal(errno, ENAMETOOLONG);
    assert_int_equal(socket_listen_unix("", 0600, 8), -1);
    assert_int_equal(errno, EINVAL);
}

#define UNIX_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_a_client_with_a_listener),
        cmocka_unit_test(shares_a_port_only_where_it_is_asked_to),
        cmocka_unit_test(says_why_an_address_cannot_be_used),
        UNIX_TEST(gives_a_unix_socket_its_mode_whatever_the_umask),
        UNIX_TEST(replaces_a_stale_socket_but_not_a_live_one),
        UNIX_TEST(does_not_remove_what_is_no_socket),
        cmocka_unit_test(refuses_a_path_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
