/* SPDX-License-Identifier: Apache-2.0 */
/* The whole role as a child process, sandbox included, with the test in control's place. */
#include "../unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/title.h"
#include "ipc/access_record.h"
#include "ipc/channel.h"
#include "ipc/counters.h"
#include "logger/logger.h"

enum { NOBODY = 65534 };

struct fixture {
    struct loop *loop;
    struct channel *channel;
    pid_t child;
    int log_fd;
    int worker_fd;
    struct counters *counters;
    bool has_ended;
};

static void
on_message(void *owner, const struct message *message)
{
    (void)owner;
    if (message->fd != -1)
        close(message->fd);
}

static void
on_end(void *owner, const char *reason)
{
    (void)reason;
    ((struct fixture *)owner)->has_ended = true;
}

static const struct channel_callbacks callbacks = {on_message, on_end, NULL};

/* Becomes the logger as control's exec would make it: with descriptor 3 and nothing else. */
static void
run_child(int fd)
{
    static char title[64] = "fairlead";
    char *arguments[] = {title, NULL};

    if (fd != CHANNEL_FD && dup2(fd, CHANNEL_FD) == -1)
        _exit(99);
    for (int other = CHANNEL_FD + 1; other < 64; other++)
        close(other);
    title_init(1, arguments);
    _exit(logger_run());
}

static void
hand_over_all(struct fixture *fixture)
{
    struct message_log_file file = {.load_balancer = "web"};
    int counters_fd = counters_create();
    int fds[2];

    fixture->counters = counters_map(counters_fd, true);
    counter_set(&fixture->counters->values[COUNTER_ACCESS_LINES_WRITTEN], 40);
    channel_send(fixture->channel, MESSAGE_counters,
                 &(struct message_counters){.slot = 3, .is_writable = true}, counters_fd);
    close(counters_fd);
    channel_send(fixture->channel, MESSAGE_log_file, &file, fixture->log_fd);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
    channel_send(fixture->channel, MESSAGE_access_channel,
                 &(struct message_access_channel){.slot = 1}, fds[1]);
    close(fds[1]);
    fixture->worker_fd = fds[0];
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct message_hello hello = {.uid = NOBODY, .gid = NOBODY};
    int fds[2];

    assert_non_null(fixture);
    assert_int_equal(channel_pair(fds), 0);
    fixture->child = fork();
    if (fixture->child == 0)
        run_child(fds[1]);
    close(fds[1]);
    fixture->loop = loop_new();
    fixture->channel = channel_open(fds[0], &callbacks, fixture);
    channel_start(fixture->channel, fixture->loop);
    channel_send(fixture->channel, MESSAGE_hello, &hello, -1);
    fixture->log_fd = memfd_create("access.log", MFD_CLOEXEC);
    hand_over_all(fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->channel != NULL)
        channel_close(&fixture->channel);
    counters_unmap(&fixture->counters);
    loop_free(&fixture->loop);
    close(fixture->log_fd);
    free(fixture);
    return 0;
}

static void
send_record(struct fixture *fixture)
{
    struct access_record record = {.status = 200};
    char batch[4096];
    size_t used = 0;

    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    assert_int_equal(send(fixture->worker_fd, batch, used, 0), (ssize_t)used);
}

static void
expect_a_good_end(struct fixture *fixture)
{
    int status;

    assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(lseek(fixture->log_fd, 0, SEEK_END) > 0);
}

static void
writes_and_counts_the_last_records_and_leaves_when_told(void **state)
{
    struct fixture *fixture = *state;

    send_record(fixture);
    close(fixture->worker_fd);
    channel_send(fixture->channel, MESSAGE_shutdown,
                 &(struct message_shutdown){.timeout_ms = 10000}, -1);
    while (!fixture->has_ended)
        loop_turn(fixture->loop, 1000);
    expect_a_good_end(fixture);
    assert_true(counter_read(&fixture->counters->values[COUNTER_ACCESS_LINES_WRITTEN]) == 41);
}

static void
goes_on_without_control_while_a_worker_does(void **state)
{
    struct fixture *fixture = *state;

    loop_turn(fixture->loop, 0);
    channel_close(&fixture->channel);
    send_record(fixture);
    close(fixture->worker_fd);
    expect_a_good_end(fixture);
}

#define ROLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROLE_TEST(writes_and_counts_the_last_records_and_leaves_when_told),
        ROLE_TEST(goes_on_without_control_while_a_worker_does),
    };
    alarm(60); /* a role that hangs must not hang the test run */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
