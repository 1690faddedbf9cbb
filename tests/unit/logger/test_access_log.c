/* SPDX-License-Identifier: Apache-2.0 */
/* Batches from channels to lines in files. */
#include "../unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "ipc/access_record.h"
#include "logger/access_log.h"

struct fixture {
    struct loop *loop;
    struct access_log *log;
    struct access_log_totals totals;
    int worker_fd; /* the worker's end of slot 1's channel; -1: closed */
    int file_fd;   /* ours; the log has a duplicate */
    bool has_ended;
};

static void
add_file(struct fixture *fixture)
{
    fixture->file_fd = memfd_create("access.log", MFD_CLOEXEC);
    assert_int_not_equal(fixture->file_fd, -1);
    line_log_set_file(access_log_requests(fixture->log), dup(fixture->file_fd));
}

static void
add_channel(struct fixture *fixture)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
    fixture->worker_fd = fds[0];
    access_log_add_channel(fixture->log, 1, fds[1]);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    log_set_level(LOG_LEVEL_ERROR);
    fixture->loop = loop_new();
    fixture->log = access_log_new(fixture->loop, &fixture->totals);
    line_log_set_form(access_log_requests(fixture->log), LOG_FORMAT_ALB, slice_of("albtest"));
    add_channel(fixture);
    add_file(fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    access_log_free(&fixture->log);
    loop_free(&fixture->loop);
    if (fixture->worker_fd != -1)
        close(fixture->worker_fd);
    close(fixture->file_fd);
    free(fixture);
    return 0;
}

static void
send_records(struct fixture *fixture, unsigned count)
{
    char batch[ACCESS_BATCH_BYTES];
    size_t used = 0;
    struct access_record record = {.status = 200};

    record.texts[ACCESS_METHOD] = slice_of("GET");
    record.texts[ACCESS_TARGET_URI] = slice_of("/");
    for (unsigned i = 0; i < count; i++)
        assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    assert_int_equal(send(fixture->worker_fd, batch, used, 0), (ssize_t)used);
}

static unsigned
lines_in(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char *bytes = calloc(1, (size_t)size + 1);
    unsigned lines = 0;

    assert_int_equal(pread(fd, bytes, (size_t)size, 0), size);
    for (off_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    free(bytes);
    return lines;
}

static void
writes_gathered_lines_after_a_short_time(void **state)
{
    struct fixture *fixture = *state;

    send_records(fixture, 3);
    while (lines_in(fixture->file_fd) == 0)
        loop_turn(fixture->loop, 1000);
    assert_int_equal(lines_in(fixture->file_fd), 3);
    assert_true(fixture->totals.requests.lines == 3);
}

static void
writes_what_still_waits_at_the_end(void **state)
{
    struct fixture *fixture = *state;

    send_records(fixture, 2);
    send_records(fixture, 2);
    access_log_free(&fixture->log);
    assert_int_equal(lines_in(fixture->file_fd), 4);
}

static void
writes_early_lines_to_the_earlier_file(void **state)
{
    struct fixture *fixture = *state;
    int first_fd = fixture->file_fd;

    send_records(fixture, 2);
    loop_turn(fixture->loop, 10);
    add_file(fixture);
    send_records(fixture, 1);
    access_log_free(&fixture->log);
    assert_int_equal(lines_in(first_fd), 2);
    assert_int_equal(lines_in(fixture->file_fd), 1);
    close(first_fd);
}

static void
takes_a_new_channel_of_the_same_worker(void **state)
{
    struct fixture *fixture = *state;

    send_records(fixture, 1);
    close(fixture->worker_fd);
    add_channel(fixture);
    send_records(fixture, 1);
    access_log_free(&fixture->log);
    assert_int_equal(lines_in(fixture->file_fd), 2);
}

static void
counts_lines_that_the_file_refuses(void **state)
{
    struct fixture *fixture = *state;

    line_log_set_file(access_log_requests(fixture->log),
                      open("/dev/full", O_WRONLY | O_CLOEXEC));
    send_records(fixture, 5);
    while (fixture->totals.requests.lost_lines == 0)
        loop_turn(fixture->loop, 1000);
    assert_true(fixture->totals.requests.lost_lines == 5);
    assert_true(fixture->totals.requests.lines == 0);
}

static void
survives_a_malformed_batch(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(send(fixture->worker_fd, "nonsense", 8, 0), 8);
    while (fixture->totals.malformed_batches == 0)
        loop_turn(fixture->loop, 1000);
    send_records(fixture, 1);
    access_log_free(&fixture->log);
    assert_int_equal(lines_in(fixture->file_fd), 1);
}

static void
on_last_end(void *argument)
{
    ((struct fixture *)argument)->has_ended = true;
}

static void
tells_when_no_worker_is_left(void **state)
{
    struct fixture *fixture = *state;

    access_log_on_last_end(fixture->log, on_last_end, fixture);
    assert_true(access_log_has_channels(fixture->log));
    close(fixture->worker_fd);
    fixture->worker_fd = -1;
    while (!fixture->has_ended)
        loop_turn(fixture->loop, 1000);
    assert_false(access_log_has_channels(fixture->log));
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(writes_gathered_lines_after_a_short_time),
        LOG_TEST(writes_what_still_waits_at_the_end),
        LOG_TEST(writes_early_lines_to_the_earlier_file),
        LOG_TEST(takes_a_new_channel_of_the_same_worker),
        LOG_TEST(counts_lines_that_the_file_refuses),
        LOG_TEST(survives_a_malformed_batch),
        LOG_TEST(tells_when_no_worker_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
