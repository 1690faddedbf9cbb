/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: order, descriptors, fullness, ends; and the decoding of packets. */
#include "../unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/channel.h"

/* What one side has heard. */
struct listener {
    struct message last;
    unsigned count;
    uint64_t next_generation; /* expected in the next snapshot message */
    const char *end_reason;
    unsigned shortages;
    enum message_type short_of;
    struct channel **close_on_message;
};

static void
on_message(void *owner, const struct message *message)
{
    struct listener *listener = owner;

    if (listener->last.fd > 0)
        close(listener->last.fd);
    listener->last = *message;
    listener->count++;
    if (message->type == MESSAGE_snapshot)
        assert_int_equal(message->as.snapshot.generation, listener->next_generation++);
    if (listener->close_on_message != NULL)
        channel_close(listener->close_on_message);
}

static void
on_end(void *owner, const char *reason)
{
    struct listener *listener = owner;

    listener->end_reason = reason;
}

static void
on_shortage(void *owner, enum message_type type)
{
    struct listener *listener = owner;

    listener->shortages++;
    listener->short_of = type;
}

static const struct channel_callbacks callbacks = {on_message, on_end, on_shortage};

static unsigned
count_open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* A loop with a channel's two ends, and what each heard. */
struct pair {
    struct loop *loop;
    struct channel *ends[2];
    struct listener heard[2];
    int fds[2];
    unsigned fds_before;
};

static void
open_pair(struct pair *pair)
{
    *pair = (struct pair){.fds_before = count_open_fds()};
    pair->loop = loop_new();
    assert_int_equal(channel_pair(pair->fds), 0);
    for (int i = 0; i < 2; i++) {
        pair->ends[i] = channel_open(pair->fds[i], &callbacks, &pair->heard[i]);
        channel_start(pair->ends[i], pair->loop);
    }
}

static void
turn(struct pair *pair, int count)
{
    for (int i = 0; i < count; i++)
        loop_turn(pair->loop, 0);
}

/* Closes everything and finds no descriptor left behind. */
static void
close_pair(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        channel_close(&pair->ends[i]);
        if (pair->heard[i].last.fd > 0)
            close(pair->heard[i].last.fd);
    }
    loop_free(&pair->loop);
    assert_int_equal(count_open_fds(), pair->fds_before);
}

static void
carries_a_message_and_its_descriptor(void **state)
{
    struct pair pair;
    char byte = 0;
    int pipe_fds[2];

    (void)state;
    open_pair(&pair);
    pair.heard[1].next_generation = 7;
    assert_int_equal(pipe(pipe_fds), 0);
    channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){7}, pipe_fds[1]);
    close(pipe_fds[1]);
    turn(&pair, 2);
    assert_int_equal(pair.heard[1].last.type, MESSAGE_snapshot);
    assert_int_equal(write(pair.heard[1].last.fd, "x", 1), 1);
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    assert_int_equal(fcntl(pair.heard[1].last.fd, F_GETFD), FD_CLOEXEC);
    close(pipe_fds[0]);
    channel_send(pair.ends[1], MESSAGE_applied, &(struct message_applied){7}, -1);
    turn(&pair, 2);
    assert_int_equal(pair.heard[0].last.type, MESSAGE_applied);
    assert_int_equal(pair.heard[0].last.fd, -1);
    close_pair(&pair);
}

static void
queues_in_order_with_descriptors_when_the_socket_is_full(void **state)
{
    struct pair pair;
    int pipe_fds[2];

    (void)state;
    open_pair(&pair);
    assert_int_equal(pipe(pipe_fds), 0);
    for (uint32_t i = 0; i < 400; i++)
        channel_send(pair.ends[0], MESSAGE_counters, &(struct message_counters){i, 0},
                     pipe_fds[0]);
    assert_true(count_open_fds() > pair.fds_before + 10);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    turn(&pair, 200);
    assert_int_equal(pair.heard[1].count, 400);
    assert_int_equal(pair.heard[1].last.as.counters.slot, 399);
    close_pair(&pair);
}

/* The other side does not answer: one snapshot is with it, the newest waits, and no other. */
static void
keeps_only_the_newest_snapshot_waiting_and_in_its_place(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    pair.heard[1].next_generation = 1;
    for (uint64_t i = 1; i <= 100; i++) {
        if (i % 10 == 1)
            channel_send(pair.ends[0], MESSAGE_snapshot_base,
                         &(struct message_snapshot_base){i}, 0);
        channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){i}, 0);
        if (i == 50)
            channel_send(pair.ends[0], MESSAGE_target_close,
                         &(struct message_target_close){.target_id = 7}, -1);
    }
    turn(&pair, 10);
    assert_int_equal(pair.heard[1].count, 2);
    assert_true(count_open_fds() < pair.fds_before + 16);
    /* The newest base, its snapshot, and behind it what came behind an older one. */
    pair.heard[1].next_generation = 100;
    channel_go_on(pair.ends[0]);
    turn(&pair, 10);
    assert_int_equal(pair.heard[1].count, 4);
    assert_int_equal(pair.heard[1].last.type, MESSAGE_snapshot);
    channel_go_on(pair.ends[0]);
    turn(&pair, 10);
    assert_int_equal(pair.heard[1].last.type, MESSAGE_target_close);
    close_pair(&pair);
}

/* Takes every descriptor that the limit leaves; returns how many. */
static unsigned
use_up_descriptors(int *taken, unsigned most)
{
    unsigned count = 0;

    while (count < most && (taken[count] = dup(0)) != -1)
        count++;
    return count;
}

static void
lower_limit(struct rlimit *before)
{
    struct rlimit low = {count_open_fds() + 30, 0};

    getrlimit(RLIMIT_NOFILE, before);
    low.rlim_max = before->rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
}

static void
receives_with_its_reserve_when_descriptors_are_used_up(void **state)
{
    struct pair pair;
    struct rlimit before;
    int taken[200];

    (void)state;
    open_pair(&pair);
    lower_limit(&before);
    pair.heard[1].next_generation = 1;
    channel_reserve(pair.ends[1]);
    unsigned count = use_up_descriptors(taken, 200);
    for (uint64_t i = 1; i <= 20; i++) {
        channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){i}, 0);
        channel_go_on(pair.ends[0]);
        turn(&pair, 2);
    }
    assert_int_equal(pair.heard[1].count, 20);
    assert_int_equal(pair.heard[1].shortages, 0);
    while (count > 0)
        close(taken[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    close_pair(&pair);
}

/* Without a reserve, and when control itself had none for what it queued. */
static void
tells_a_shortage_and_goes_on(void **state)
{
    struct pair pair;
    struct rlimit before;
    int taken[200];

    (void)state;
    open_pair(&pair);
    lower_limit(&before);
    unsigned count = use_up_descriptors(taken, 200);
    channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){1}, 0);
    channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){2}, 0);
    turn(&pair, 2);
    assert_int_equal(pair.heard[1].shortages, 1);
    assert_int_equal(pair.heard[1].short_of, MESSAGE_snapshot);
    while (count > 0)
        close(taken[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    channel_go_on(pair.ends[0]);
    turn(&pair, 2);
    assert_int_equal(pair.heard[1].shortages, 2);
    channel_go_on(pair.ends[0]);
    pair.heard[1].next_generation = 3;
    channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){3}, 0);
    turn(&pair, 2);
    assert_int_equal(pair.heard[1].count, 1);
    assert_null(pair.heard[1].end_reason);
    close_pair(&pair);
}

static void
gives_back_queued_descriptors_when_it_is_closed(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    for (uint64_t i = 0; i < 400; i++)
        channel_send(pair.ends[0], MESSAGE_snapshot, &(struct message_snapshot){i}, 0);
    close_pair(&pair);
}

static void
tells_when_the_other_side_is_gone(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    channel_close(&pair.ends[1]);
    turn(&pair, 2);
    assert_string_equal(pair.heard[0].end_reason, "the other side is gone");
    channel_send(pair.ends[0], MESSAGE_applied, &(struct message_applied){1}, -1);
    close_pair(&pair);
}

static void
hears_the_last_words_of_a_side_that_left_its_own_mail_unread(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    channel_send(pair.ends[0], MESSAGE_applied, &(struct message_applied){1}, -1);
    channel_send(pair.ends[1], MESSAGE_applied, &(struct message_applied){2}, -1);
    channel_close(&pair.ends[1]);
    turn(&pair, 3);
    assert_int_equal(pair.heard[0].count, 1);
    assert_string_equal(pair.heard[0].end_reason, "the other side is gone");
    close_pair(&pair);
}

static void
tells_of_a_failed_send_from_the_loop_and_not_at_once(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    channel_close(&pair.ends[1]);
    channel_send(pair.ends[0], MESSAGE_applied, &(struct message_applied){1}, -1);
    assert_null(pair.heard[0].end_reason);
    turn(&pair, 2);
    assert_non_null(pair.heard[0].end_reason);
    close_pair(&pair);
}

static void
may_be_closed_by_its_owner_in_a_message(void **state)
{
    struct pair pair;

    (void)state;
    open_pair(&pair);
    pair.heard[1].close_on_message = &pair.ends[1];
    for (uint64_t i = 0; i < 3; i++)
        channel_send(pair.ends[0], MESSAGE_applied, &(struct message_applied){i}, -1);
    turn(&pair, 3);
    assert_null(pair.ends[1]);
    assert_int_equal(pair.heard[1].count, 1);
    close_pair(&pair);
}

/* Sends raw bytes with some descriptors past the channel's own checks. */
static void
send_raw(int fd, const void *bytes, size_t length, unsigned fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)(uintptr_t)bytes, length};
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};

    if (fd_count > 0) {
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
    }
    assert_int_equal(sendmsg(fd, &header, 0), length);
}

static void
ends_on_nonsense_and_keeps_no_descriptor_of_it(void **state)
{
    const struct {
        uint64_t type;
        size_t length;
        unsigned fd_count;
    } nonsense[] = {
        {MESSAGE_applied, 4, 0},   {MESSAGE_applied, 8, 0},   {MESSAGE_applied, 17, 0},
        {MESSAGE_applied, 16, 1},  {MESSAGE_snapshot, 17, 0}, {MESSAGE_snapshot, 16, 2},
        {MESSAGE_snapshot, 16, 8}, {MESSAGE_COUNT, 16, 0},    {UINT64_MAX, 16, 0},
        {MESSAGE_applied, 300, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        struct pair pair;
        char bytes[300] = {0};
        memcpy(bytes, &nonsense[i].type, sizeof(uint64_t));
        open_pair(&pair);
        send_raw(pair.fds[0], bytes, nonsense[i].length, nonsense[i].fd_count);
        turn(&pair, 2);
        assert_string_equal(pair.heard[1].end_reason, "a message was malformed");
        assert_int_equal(pair.heard[1].count, 0);
        close_pair(&pair);
    }
}

static void
receives_without_a_loop(void **state)
{
    struct message message;
    int fds[2];

    (void)state;
    assert_int_equal(channel_pair(fds), 0);
    struct channel *control = channel_open(fds[0], &callbacks, NULL);
    struct channel *child = channel_open(fds[1], &callbacks, NULL);
    channel_send(control, MESSAGE_hello, &(struct message_hello){.slot = 3}, -1);
    assert_true(channel_receive_now(child, &message));
    assert_int_equal(message.type, MESSAGE_hello);
    assert_int_equal(message.as.hello.slot, 3);
    channel_close(&control);
    assert_false(channel_receive_now(child, &message));
    channel_close(&child);
}

static void
decodes_what_it_encodes_for_every_type(void **state)
{
    (void)state;
    for (unsigned type = 0; type < MESSAGE_COUNT; type++) {
        struct message message = {0}, decoded;
        struct message_packet packet;
        memset(&message.as, 0x5a, sizeof(message.as));
        size_t length = message_encode(&packet, (enum message_type)type, &message.as);
        struct slice bytes = slice_make((const char *)&packet, length);
        unsigned fd_count = message_fd_count((enum message_type)type);
        assert_true(message_decode(&decoded, bytes, fd_count));
        assert_int_equal(decoded.type, type);
        assert_memory_equal(&decoded.as, &message.as, length - sizeof(packet.type));
        assert_false(message_decode(&decoded, bytes, fd_count + 1));
        assert_string_not_equal(message_text((enum message_type)type), "unknown");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_a_message_and_its_descriptor),
        cmocka_unit_test(queues_in_order_with_descriptors_when_the_socket_is_full),
        cmocka_unit_test(keeps_only_the_newest_snapshot_waiting_and_in_its_place),
        cmocka_unit_test(receives_with_its_reserve_when_descriptors_are_used_up),
        cmocka_unit_test(tells_a_shortage_and_goes_on),
        cmocka_unit_test(gives_back_queued_descriptors_when_it_is_closed),
        cmocka_unit_test(tells_when_the_other_side_is_gone),
        cmocka_unit_test(hears_the_last_words_of_a_side_that_left_its_own_mail_unread),
        cmocka_unit_test(tells_of_a_failed_send_from_the_loop_and_not_at_once),
        cmocka_unit_test(may_be_closed_by_its_owner_in_a_message),
        cmocka_unit_test(ends_on_nonsense_and_keeps_no_descriptor_of_it),
        cmocka_unit_test(receives_without_a_loop),
        cmocka_unit_test(decodes_what_it_encodes_for_every_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
