/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to lines when nobody reads stderr. */
#include "../unit.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/* Writes a line to a fresh pipe, and reads it. */
static void
line_of(char *text, size_t size, const char *message)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    use_as_stderr(fds[1]);
    log_warning("%s", message);
    put_stderr_back();
    read_some(fds[0], text, size);
    close(fds[0]);
}

static void
json_lines_are_whole_objects(void **state)
{
    char text[4096], big[3000], expected[128];

    (void)state;
    memset(big, '"', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    log_set_form(LOG_FORM_JSON);
    line_of(text, sizeof(text), "a \"b\" c:\\d\n\x1b");
    snprintf(expected, sizeof(expected),
             "\",\"role\":\"fairlead\",\"pid\":%ld,\"level\":\"warning\","
             "\"message\":\"a \\\"b\\\" c:\\\\d??\"}\n",
             (long)getpid());
    assert_ptr_equal(strstr(text, "{\"time\":\"20"), text);
    assert_non_null(strstr(text, expected));
    line_of(text, sizeof(text), big);
    assert_true(strlen(text) <= 2048);
    assert_string_equal(text + strlen(text) - 5, "\\\"\"}\n");
    log_set_form(LOG_FORM_TEXT);
}

static void
the_journal_gets_priorities(void **state)
{
    struct stat status;
    char text[256] = "", named[64], expected[128];
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(fstat(fds[1], &status), 0);
    snprintf(named, sizeof(named), "%ju:%ju", (uintmax_t)status.st_dev,
             (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", named, 1);
    use_as_stderr(fds[1]);
    log_open();
    log_error("one");
    log_notice("two");
    put_stderr_back();
    read_some(fds[0], text, sizeof(text));
    snprintf(expected, sizeof(expected),
             "<3>fairlead[%ld] error: one\n<5>fairlead[%ld] notice: two\n", (long)getpid(),
             (long)getpid());
    assert_string_equal(text, expected);
    close(fds[0]);
    /* Named, but another file: who started us has redirected stderr. */
    log_open();
    line_of(text, sizeof(text), "three");
    assert_null(strchr(text, '<'));
    unsetenv("JOURNAL_STREAM");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_costs_lines_and_no_time),
        cmocka_unit_test(a_full_socket_costs_lines_and_no_time),
        cmocka_unit_test(others_pipe_ends_go_on_waiting),
        cmocka_unit_test(what_others_say_forges_no_line),
        cmocka_unit_test(json_lines_are_whole_objects),
        cmocka_unit_test(the_journal_gets_priorities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
