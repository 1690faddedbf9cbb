/* SPDX-License-Identifier: Apache-2.0 */
/* Whole lines or none: full files, slow readers, readers that are gone. */
#include "../unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "logger/log_file.h"

enum { LINE_BYTES = 100, FILE_LIMIT = 1050 };

struct fixture {
    struct loop *loop;
    struct log_file *file;
    struct log_file_totals totals;
    int read_fd; /* our end of a pipe, or our descriptor of a file */
};

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    log_set_level(LOG_LEVEL_ERROR);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    fixture->loop = loop_new();
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    log_file_free(&fixture->file);
    loop_free(&fixture->loop);
    if (fixture->read_fd > 0)
        close(fixture->read_fd);
    free(fixture);
    return 0;
}

static void
open_pipe(struct fixture *fixture)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    fixture->read_fd = fds[0];
    fixture->file = log_file_new(fixture->loop, fds[1], &fixture->totals);
}

static void
open_file(struct fixture *fixture)
{
    char name[] = "/tmp/fairlead-log-file-XXXXXX";
    int fd = mkstemp(name);

    assert_int_not_equal(fd, -1);
    close(fd);
    fixture->read_fd = open(name, O_RDWR | O_CLOEXEC);
    fd = open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_not_equal(fd, -1);
    unlink(name);
    fixture->file = log_file_new(fixture->loop, fd, &fixture->totals);
}

static void
add_lines(struct fixture *fixture, unsigned count)
{
    char line[LINE_BYTES + 1];

    memset(line, 'x', LINE_BYTES);
    line[LINE_BYTES - 1] = '\n';
    for (unsigned i = 0; i < count; i++)
        log_file_add(fixture->file, slice_make(line, LINE_BYTES));
}

/* Reads all that is there; checks that it is nothing but whole lines; returns how many. */
static unsigned
read_lines(struct fixture *fixture)
{
    char bytes[LINE_BYTES * 50];
    size_t in_line = 0;
    unsigned lines = 0;
    ssize_t got;

    while ((got = read(fixture->read_fd, bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            in_line++;
            if (bytes[i] != '\n')
                continue;
            assert_int_equal(in_line, LINE_BYTES);
            in_line = 0;
            lines++;
        }
        log_file_flush(fixture->file);
    }
    assert_int_equal(in_line, 0);
    return lines;
}

static void
a_slow_reader_gets_every_line_that_fits_the_queue(void **state)
{
    struct fixture *fixture = *state;

    enum { LINES = 30000 };

    open_pipe(fixture);
    for (int i = 0; i < LINES / 100; i++) {
        add_lines(fixture, 100);
        log_file_flush(fixture->file);
    }
    assert_true(log_file_is_waiting(fixture->file));
    assert_int_equal(read_lines(fixture), LINES);
    assert_true(fixture->totals.lines == LINES);
    assert_true(fixture->totals.lost_lines == 0);
    assert_false(log_file_is_waiting(fixture->file));
}

static void
what_does_not_fit_is_counted_and_the_rest_stays_whole(void **state)
{
    struct fixture *fixture = *state;

    enum { LINES = 2 * LOG_FILE_QUEUE_BYTES / LINE_BYTES };

    open_pipe(fixture);
    for (int i = 0; i < LINES / 100; i++) {
        add_lines(fixture, 100);
        log_file_flush(fixture->file);
    }
    unsigned lines = read_lines(fixture);
    assert_true(fixture->totals.lost_lines > 0);
    assert_int_equal(lines + fixture->totals.lost_lines, LINES / 100 * 100);
}

static void
a_reader_that_has_gone_costs_lines(void **state)
{
    struct fixture *fixture = *state;

    open_pipe(fixture);
    close(fixture->read_fd);
    fixture->read_fd = -1;
    add_lines(fixture, 3);
    log_file_flush(fixture->file);
    assert_true(fixture->totals.lost_lines == 3);
    assert_true(fixture->totals.lines == 0);
}

/* As on a full disk, the system takes half a line and then says no. */
static void
a_full_disk_leaves_whole_lines(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit old, limit;

    open_file(fixture);
    getrlimit(RLIMIT_FSIZE, &old);
    limit = (struct rlimit){FILE_LIMIT, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    add_lines(fixture, 20);
    log_file_flush(fixture->file);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_true(fixture->totals.lines == FILE_LIMIT / LINE_BYTES);
    assert_true(fixture->totals.lost_lines == 20 - FILE_LIMIT / LINE_BYTES);
    add_lines(fixture, 2);
    log_file_flush(fixture->file);
    assert_int_equal(read_lines(fixture), FILE_LIMIT / LINE_BYTES + 2);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_slow_reader_gets_every_line_that_fits_the_queue),
        FILE_TEST(what_does_not_fit_is_counted_and_the_rest_stays_whole),
        FILE_TEST(a_reader_that_has_gone_costs_lines),
        FILE_TEST(a_full_disk_leaves_whole_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
