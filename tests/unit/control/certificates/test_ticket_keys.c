/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of before stay, grow old, and are followed by others; a bad file costs no start. */
#include "../../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/certificates/ticket_keys.h"
#include "net/tls/tls_tickets.h"

#define START_S 2000000000
#define HOUR_S 3600
#define KEY_BYTES sizeof(struct tls_ticket_key)

static char directory[] = "/tmp/fairlead-test-XXXXXX";
static char path[64], given[64];
static struct loop *loop;
static struct ticket_keys *keys;
static uint64_t now_s;
static int changes;
static struct config_listener listener;
static struct config config;

static void
on_change(void *argument)
{
    (void)argument;
    changes++;
}

static void
go_to(uint64_t seconds)
{
    now_s = seconds;
    clock_set_for_test(seconds * 1000000, seconds * 1000000);
}

static void
note_tick(void *argument)
{
    *(bool *)argument = true;
}

/* A minute later, with every timer that is due by then. */
static void
turn(void)
{
    struct timer last = {0};
    bool has_ticked = false;

    timer_init(&last, note_tick, &has_ticked);
    timer_set(&last, loop, 61000);
    go_to(now_s + 62);
    for (int i = 0; !has_ticked && i < 1000; i++)
        loop_turn(loop, 10);
    assert_true(has_ticked);
}

static void
start(void)
{
    keys = ticket_keys_new(loop, on_change, NULL);
    ticket_keys_set_config(keys, &config);
}

static void
restart(void)
{
    ticket_keys_free(&keys);
    start();
}

static int
begin(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s/ticket.keys", directory);
    snprintf(given, sizeof(given), "%s/given", directory);
    go_to(START_S);
    loop = loop_new();
    changes = 0;
    listener = (struct config_listener){.protocol = PROTOCOL_HTTPS};
    config = (struct config){.state_dir = directory,
                             .listeners = &listener,
                             .listener_count = 1,
                             .ticket_rotation_hours = 12};
    return 0;
}

static int
end(void **state)
{
    (void)state;
    ticket_keys_free(&keys);
    loop_free(&loop);
    unlink(path);
    unlink(given);
    return 0;
}

static struct tls_ticket_keys
published(void)
{
    struct tls_ticket_keys read_now;
    int fd = ticket_keys_fd(keys);

    assert_int_not_equal(fd, -1);
    assert_int_equal(pread(fd, &read_now, sizeof(read_now), 0), sizeof(read_now));
    assert_int_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
    return read_now;
}

static size_t
file_size(void)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    return (size_t)status.st_size;
}

static bool
are_equal(const struct tls_ticket_key *one, const struct tls_ticket_key *other)
{
    return memcmp(one, other, KEY_BYTES) == 0;
}

/* As old as the test's clock says. */
static void
set_age(const char *name, uint64_t seconds)
{
    const struct timespec times[2] = {{.tv_sec = (time_t)seconds}, {.tv_sec = (time_t)seconds}};

    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static void
draws_none_while_nobody_needs_them(void **state)
{
    (void)state;
    listener.protocol = PROTOCOL_HTTP;
    start();
    assert_int_equal(ticket_keys_fd(keys), -1);
    assert_int_equal(access(path, F_OK), -1);
    listener.protocol = PROTOCOL_HTTPS;
    ticket_keys_set_config(keys, &config);
    assert_int_equal(changes, 1);
    assert_int_equal(published().count, 1);
}

static void
keeps_them_over_a_restart(void **state)
{
    (void)state;
    start();
    struct tls_ticket_keys before = published();
    ticket_keys_free(&keys);
    set_age(path, now_s);
    start();
    struct tls_ticket_keys after = published();
    assert_int_equal(after.count, 1);
    assert_true(are_equal(&before.keys[0], &after.keys[0]));
    assert_int_equal(file_size(), KEY_BYTES);
}

static void
follows_an_old_key_with_a_newer_one_and_keeps_three(void **state)
{
    (void)state;
    start();
    struct tls_ticket_keys first = published(), newest = first;
    for (uint32_t i = 1; i <= 4; i++) {
        go_to(now_s + 11 * HOUR_S);
        turn();
        struct tls_ticket_keys same = published();
        assert_true(are_equal(&newest.keys[0], &same.keys[0]));
        go_to(now_s + HOUR_S);
        turn();
        struct tls_ticket_keys next = published();
        assert_int_equal(next.count, i < 2 ? i + 1 : 3);
        assert_true(are_equal(&next.keys[1], &newest.keys[0]));
        assert_false(are_equal(&next.keys[0], &newest.keys[0]));
        newest = next;
    }
    assert_int_equal(changes, 5);
    assert_false(are_equal(&newest.keys[2], &first.keys[0]));
    ticket_keys_free(&keys);
    assert_int_equal(file_size(), 3 * KEY_BYTES);
}

static void
replaces_a_key_that_grew_old_while_nobody_ran(void **state)
{
    (void)state;
    start();
    struct tls_ticket_keys before = published();
    ticket_keys_free(&keys);
    set_age(path, now_s - 13 * HOUR_S);
    start();
    struct tls_ticket_keys after = published();
    assert_int_equal(after.count, 2);
    assert_true(are_equal(&before.keys[0], &after.keys[1]));
}

/* A clock that was wrong once does not keep a key for years. */
static void
replaces_a_key_of_the_future(void **state)
{
    (void)state;
    start();
    ticket_keys_free(&keys);
    set_age(path, now_s + 1000 * HOUR_S);
    start();
    assert_int_equal(published().count, 2);
}

static void
write_bytes(const char *name, size_t length, char byte)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    for (size_t i = 0; i < length; i++)
        fputc(byte, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, 0600), 0);
    set_age(name, now_s);
}

static void
makes_them_again_where_the_file_is_not_one(void **state)
{
    static const size_t lengths[] = {1, KEY_BYTES - 1, KEY_BYTES + 1, 4 * KEY_BYTES};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        write_bytes(path, lengths[i], 'x');
        start();
        struct tls_ticket_keys made = published();
        assert_int_equal(made.count, 1);
        assert_memory_not_equal(made.keys[0].name, "xxxxxxxxxxxxxxxx", 16);
        ticket_keys_free(&keys);
        assert_int_equal(file_size(), KEY_BYTES);
    }
    start();
}

static void
takes_those_of_a_given_file_and_never_changes_them(void **state)
{
    (void)state;
    config.ticket_key_path = given;
    write_bytes(given, 2 * KEY_BYTES, 'g');
    start();
    go_to(now_s + 100 * HOUR_S);
    turn();
    struct tls_ticket_keys taken = published();
    assert_int_equal(taken.count, 2);
    assert_int_equal(taken.keys[1].mac[31], 'g');
    assert_int_equal(changes, 1);
    assert_int_equal(access(path, F_OK), -1);
    unlink(given);
    restart();
    assert_int_equal(published().count, 1);
}

static void
goes_on_where_nothing_can_be_kept(void **state)
{
    char nowhere[] = "/nonexistent/fairlead";

    (void)state;
    config.state_dir = nowhere;
    start();
    assert_int_equal(published().count, 1);
    go_to(now_s + 13 * HOUR_S);
    turn();
    assert_int_equal(published().count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(draws_none_while_nobody_needs_them),
        TEST(keeps_them_over_a_restart),
        TEST(follows_an_old_key_with_a_newer_one_and_keeps_three),
        TEST(replaces_a_key_that_grew_old_while_nobody_ran),
        TEST(replaces_a_key_of_the_future),
        TEST(makes_them_again_where_the_file_is_not_one),
        TEST(takes_those_of_a_given_file_and_never_changes_them),
        TEST(goes_on_where_nothing_can_be_kept),
    };

    if (mkdtemp(directory) == NULL)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(directory) == 0 ? failed : 1;
}
