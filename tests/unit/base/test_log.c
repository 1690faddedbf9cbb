/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to lines when nobody reads stderr. */
#include "../unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum { LINES = 5000 };

static int real_stderr;

static void
put_stderr_back(void)
{
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
}

static void
use_as_stderr(int fd)
{
    real_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

/* Reads what is there, at most so much; the text ends with a zero byte. */
static size_t
read_some(int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got;

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    return length;
}

/* More lines than anything holds, none is read meanwhile: this must come to an end. */
static void
log_much(void)
{
    for (int i = 0; i < LINES; i++)
        log_notice("line %d of a log that nobody reads, which fills what there is", i);
}

static void
check_that_lines_are_whole_and_losses_told(int reading_fd)
{
    static char text[2 * 1024 * 1024];

    size_t length = read_some(reading_fd, text, sizeof(text));
    assert_true(length > 0 && text[length - 1] == '\n');
    log_notice("somebody reads again");
    put_stderr_back();
    read_some(reading_fd, text, sizeof(text));
    assert_non_null(strstr(text, " lines were dropped here"));
    assert_non_null(strstr(text, "somebody reads again\n"));
}

static void
a_full_pipe_costs_lines_and_no_time(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    use_as_stderr(fds[1]);
    log_open();
    log_much();
    check_that_lines_are_whole_and_losses_told(fds[0]);
    close(fds[0]);
}

static void
a_full_socket_costs_lines_and_no_time(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    use_as_stderr(fds[1]);
    log_open();
    log_much();
    check_that_lines_are_whole_and_losses_told(fds[0]);
    close(fds[0]);
}

static void
others_pipe_ends_go_on_waiting(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    int others = dup(fds[1]);
    use_as_stderr(fds[1]);
    log_open();
    put_stderr_back();
    assert_int_equal(fcntl(others, F_GETFL) & O_NONBLOCK, 0);
    close(others);
    close(fds[0]);
}

static void
what_others_say_forges_no_line(void **state)
{
    char text[4096] = "", big[3000];
    int fds[2];

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    assert_int_equal(pipe(fds), 0);
    use_as_stderr(fds[1]);
    log_notice("task %s: gone", "a\n2026 control[1] error: b\x1b[2J\r\xc2\x9b"
                                "1m\xff\x9b");
    log_notice("%s", big);
    put_stderr_back();
    ssize_t length = read(fds[0], text, sizeof(text) - 1);
    assert_true(length > 0);
    assert_non_null(strstr(text, "task a?2026 control[1] error: b?[2J??1m??: gone\n"));
    unsigned lines = 0;
    for (ssize_t i = 0; i < length; i++)
        lines += text[i] == '\n' ? 1 : 0;
    assert_int_equal(lines, 2);
    assert_int_equal(text[length - 1], '\n');
    close(fds[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_costs_lines_and_no_time),
        cmocka_unit_test(a_full_socket_costs_lines_and_no_time),
        cmocka_unit_test(others_pipe_ends_go_on_waiting),
        cmocka_unit_test(what_others_say_forges_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
