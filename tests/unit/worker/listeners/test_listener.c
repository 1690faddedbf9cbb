/* SPDX-License-Identifier: Apache-2.0 */
/* Who may connect by a listener: its sources, asked for the peer before anything else is. */
#include "../../unit.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "net/socket.h"
#include "worker/listeners/listener.h"

/* Of no listener of the sample. */
#define UNKNOWN_ID 4711

static struct worker_stand stand;
static unsigned accepted;

static void
on_accept(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    (void)worker;
    (void)listener;
    accepted++;
    close(newcomer->fd);
}

static int
begin(void **state)
{
    (void)state;
    worker_stand_open(&stand);
    accepted = 0;
    return 0;
}

static int
end(void **state)
{
    (void)state;
    worker_stand_close(&stand);
    return 0;
}

/* Publishes a listener with these, none where source is NULL, and listens with that id on the
 * loopback of the family; where it does. */
static struct address
listen_with(const char *source, const char *hop, const char *loopback, uint32_t id)
{
    static struct config_value sources[2], hops[1];
    struct config_listener *listener = snapshot_sample_listener(stand.sample);
    struct address address;

    sources[0].value = (char *)(uintptr_t) "192.0.2.0/24";
    sources[1].value = (char *)(uintptr_t)source;
    hops[0].value = (char *)(uintptr_t)hop;
    listener->sources = sources;
    listener->source_count = source == NULL ? 0 : 2;
    listener->proxy_sources = hops;
    listener->proxy_source_count = hop == NULL ? 0 : 1;
    worker_stand_publish(&stand);
    assert_true(address_parse(&address, loopback, 0));
    int fd = socket_listen(&address, false, 16);
    assert_int_not_equal(fd, -1);
    assert_true(socket_local_address(fd, &address));
    if (id != UNKNOWN_ID)
        listener_close_all(stand.worker);
    listener_open(stand.worker, id, fd, on_accept);
    return address;
}

static uint32_t
known_id(void)
{
    worker_stand_publish(&stand);
    return snapshot_listener(stand.worker->view->snapshot, 0)->id;
}

static uint64_t
refused(void)
{
    return counter_read(&stand.worker->counters->values[COUNTER_SOURCES_REFUSED]);
}

/* A connection once the worker has seen it. */
static int
knock(const struct address *address)
{
    int fd = socket_connect(address);

    assert_int_not_equal(fd, -1);
    worker_stand_turn(&stand);
    return fd;
}

static bool
is_reset(int fd)
{
    char byte;
    bool is_so = recv(fd, &byte, 1, 0) == -1 && errno == ECONNRESET;

    close(fd);
    return is_so;
}

static void
lets_only_its_sources_in(void **state)
{
    static const struct {
        const char *source, *loopback;
        bool is_let_in;
    } cases[] = {
        {NULL, "127.0.0.1", true},
        {"127.0.0.0/8", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.1", true},
        {"::1", "127.0.0.1", false},
        {"127.0.0.2", "127.0.0.1", false},
        {"0.0.0.0/0", "127.0.0.1", true},
        {"nobody", "127.0.0.1", false},
        {"unix:", "127.0.0.1", false},
        {NULL, "::1", true},
        {"::/0", "::1", true},
        {"127.0.0.0/8", "::1", false},
        {"nobody", "::1", false},
        {"::ffff:127.0.0.1", "::1", false},
        {"::ffff:127.0.0.1", "127.0.0.1", true},
    };

    uint64_t expected = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct address address =
            listen_with(cases[i].source, NULL, cases[i].loopback, known_id());
        accepted = 0;
        int fd = knock(&address);
        expected += !cases[i].is_let_in;
        assert_int_equal(accepted, cases[i].is_let_in);
        assert_int_equal(refused(), expected);
        assert_int_equal(is_reset(fd), !cases[i].is_let_in);
    }
}

static void
asks_before_a_hop_may_name_somebody_else(void **state)
{
    struct address address = listen_with("127.0.0.2", "127.0.0.1", "127.0.0.1", known_id());

    (void)state;
    assert_true(is_reset(knock(&address)));
    assert_int_equal(stand.worker->arrivals.count, 0);
    address = listen_with("127.0.0.1", "127.0.0.1", "127.0.0.1", known_id());
    int fd = knock(&address);
    assert_int_equal(stand.worker->arrivals.count, 1);
    assert_int_equal(accepted, 0);
    close(fd);
    worker_stand_turn(&stand);
}

/* Its socket may come before the snapshot that says who may connect. */
static void
lets_nobody_in_before_its_snapshot_has_come(void **state)
{
    struct address address;

    (void)state;
    known_id();
    address = listen_with(NULL, NULL, "127.0.0.1", UNKNOWN_ID);
    int fd = knock(&address);
    struct pollfd heard = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&heard, 1, 0), 0);
    assert_int_equal(accepted, 0);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lets_only_its_sources_in),
        TEST(asks_before_a_hop_may_name_somebody_else),
        TEST(lets_nobody_in_before_its_snapshot_has_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
