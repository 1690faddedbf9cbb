/* SPDX-License-Identifier: Apache-2.0 */
/* Moving bytes from socket to socket: results, counts, and pipes that come and go. */
#include "../../unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "worker/exchange/splice.h"

#define MUCH (1024 * 1024)

/* Two socket pairs: far[0] -> near[0] moves to near[1] -> far[1]. */
struct setting {
    struct loop *loop;
    struct pipe_pool *pool;
    struct splice_pipe *pipe;
    struct stream near[2];
    int far[2];
};

static char bytes[MUCH];

static void
do_nothing(void *owner)
{
    (void)owner;
}

static const struct stream_callbacks quiet = {.on_readable = do_nothing,
                                              .on_writable = do_nothing};

static int
open_setting(void **state)
{
    struct setting *setting = test_calloc(1, sizeof(*setting));

    setting->loop = loop_new();
    setting->pool = pipe_pool_new();
    setting->pipe = pipe_pool_take(setting->pool);
    assert_non_null(setting->pipe);
    for (int i = 0; i < 2; i++) {
        int fds[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        setting->far[i] = fds[0];
        stream_open(&setting->near[i], setting->loop, fds[1], &quiet, NULL);
    }
    *state = setting;
    return 0;
}

static int
close_setting(void **state)
{
    struct setting *setting = *state;

    for (int i = 0; i < 2; i++) {
        stream_close(&setting->near[i]);
        if (setting->far[i] != -1)
            close(setting->far[i]);
    }
    pipe_pool_give_back(setting->pool, &setting->pipe);
    pipe_pool_free(&setting->pool);
    loop_free(&setting->loop);
    test_free(setting);
    return 0;
}

static enum splice_result
move(struct setting *setting, uint64_t *remaining, uint64_t *moved)
{
    return splice_move(setting->pipe, &setting->near[0], &setting->near[1], remaining, moved);
}

static void
moves_what_there_is_and_waits_for_more(void **state)
{
    struct setting *setting = *state;
    uint64_t remaining = 10, moved = 0;

    assert_int_equal(write(setting->far[0], "abc", 3), 3);
    assert_int_equal(move(setting, &remaining, &moved), SPLICE_SOURCE_WAITS);
    assert_int_equal(remaining, 7);
    assert_int_equal(moved, 3);
    assert_int_equal(read(setting->far[1], bytes, sizeof(bytes)), 3);
}

static void
takes_no_byte_behind_the_end(void **state)
{
    struct setting *setting = *state;
    uint64_t remaining = 4, moved = 0;

    assert_int_equal(write(setting->far[0], "abcdNEXT", 8), 8);
    assert_int_equal(move(setting, &remaining, &moved), SPLICE_MOVED_ALL);
    assert_int_equal(read(setting->far[1], bytes, sizeof(bytes)), 4);
    assert_int_equal(stream_read(&setting->near[0], bytes, sizeof(bytes)), 4);
    assert_memory_equal(bytes, "NEXT", 4);
}

static void
keeps_in_the_pipe_what_a_full_sink_refuses(void **state)
{
    struct setting *setting = *state;
    uint64_t remaining = MUCH, moved = 0;
    size_t written = 0, got = 0;
    enum splice_result result = SPLICE_SOURCE_WAITS;

    for (int i = 0; i < 100 && result != SPLICE_SINK_WAITS; i++) {
        ssize_t now = write(setting->far[0], bytes, MUCH - written);
        written += now > 0 ? (size_t)now : 0;
        result = move(setting, &remaining, &moved);
    }
    assert_int_equal(result, SPLICE_SINK_WAITS);
    assert_true(setting->pipe->held > 0);
    assert_int_equal(moved + setting->pipe->held + remaining, MUCH);
    for (int i = 0; i < 1000 && got < MUCH; i++) {
        ssize_t now = write(setting->far[0], bytes, MUCH - written);
        written += now > 0 ? (size_t)now : 0;
        now = read(setting->far[1], bytes, sizeof(bytes));
        got += now > 0 ? (size_t)now : 0;
        result = move(setting, &remaining, &moved);
    }
    assert_int_equal(got, MUCH);
    assert_int_equal(result, SPLICE_MOVED_ALL);
    assert_int_equal(setting->pipe->held, 0);
}

static void
tells_the_ends_of_both_sides_apart(void **state)
{
    struct setting *setting = *state;
    uint64_t remaining = 10, moved = 0;

    close(setting->far[0]);
    setting->far[0] = -1;
    assert_int_equal(move(setting, &remaining, &moved), SPLICE_SOURCE_ENDED);
}

static void
a_sink_that_has_gone_is_a_failure_and_no_signal(void **state)
{
    struct setting *setting = *state;
    uint64_t remaining = 10, moved = 0;

    assert_int_equal(write(setting->far[0], "abc", 3), 3);
    close(setting->far[1]);
    setting->far[1] = -1;
    assert_int_equal(move(setting, &remaining, &moved), SPLICE_SINK_FAILED);
}

static void
a_pipe_that_holds_bytes_is_not_used_again(void **state)
{
    struct setting *setting = *state;
    struct splice_pipe *second;

    assert_int_equal(write(setting->pipe->write_fd, "old", 3), 3);
    setting->pipe->held = 3;
    pipe_pool_give_back(setting->pool, &setting->pipe);
    second = pipe_pool_take(setting->pool);
    assert_int_equal(read(second->read_fd, bytes, sizeof(bytes)), -1);
    pipe_pool_give_back(setting->pool, &second);
}

int
main(void)
{
#define SETTING(name) cmocka_unit_test_setup_teardown(name, open_setting, close_setting)
    const struct CMUnitTest tests[] = {
        SETTING(moves_what_there_is_and_waits_for_more),
        SETTING(takes_no_byte_behind_the_end),
        SETTING(keeps_in_the_pipe_what_a_full_sink_refuses),
        SETTING(tells_the_ends_of_both_sides_apart),
        SETTING(a_sink_that_has_gone_is_a_failure_and_no_signal),
        SETTING(a_pipe_that_holds_bytes_is_not_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
