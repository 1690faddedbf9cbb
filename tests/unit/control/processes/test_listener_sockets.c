/* SPDX-License-Identifier: Apache-2.0 */
/* A port that was given up, while a worker has its copy of the socket yet. */
#include "../../unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/processes/listener_sockets.h"
#include "net/socket.h"

#define SECOND_US 1000000

struct stand {
    char name[8], address[16];
    struct numbers *numbers;
    struct listener_sockets *sockets;
    struct config_listener listener;
    struct config config; /* with the listener */
    int worker_fd;        /* what a worker has of it */
};

static void
ignore_close(void *argument, uint32_t listener_id)
{
    (void)argument;
    (void)listener_id;
}

static void
note_fd(void *argument, uint32_t listener_id, int fd)
{
    struct stand *stand = argument;

    (void)listener_id;
    stand->worker_fd = dup(fd);
}

/* Whether it can be listened as configured; then it is. */
static bool
listens(struct stand *stand, const struct config *config)
{
    struct config_errors errors = {0};
    bool is_good = listener_sockets_prepare(stand->sockets, config, &errors);

    if (is_good)
        listener_sockets_commit(stand->sockets, ignore_close, NULL);
    config_errors_clear(&errors);
    return is_good;
}

static void
note_port(void *argument, const char *place, const int *fds, unsigned count)
{
    struct stand *stand = argument;
    struct address address;

    (void)place;
    (void)count;
    assert_true(socket_local_address(fds[0], &address));
    stand->listener.port = address.port;
}

/* A listener on some port is open, a worker has it, and it is given up. */
static int
give_up_a_port(void **state)
{
    const struct config nothing = {.listener_count = 0};
    struct stand *stand = memory_take(1, sizeof(*stand));

    *stand = (struct stand){.name = "web", .address = "127.0.0.1"};
    clock_set_for_test(SECOND_US, SECOND_US);
    stand->numbers = numbers_new();
    stand->sockets = listener_sockets_new(1, stand->numbers);
    stand->listener = (struct config_listener){.name = stand->name, .address = stand->address};
    stand->config = (struct config){.listeners = &stand->listener, .listener_count = 1};
    assert_true(listens(stand, &stand->config)); /* on any */
    listener_sockets_each(stand->sockets, 1, false, note_fd, stand);
    listener_sockets_visit(stand->sockets, note_port, stand);
    assert_true(listens(stand, &nothing));
    *state = stand;
    return 0;
}

static int
end_stand(void **state)
{
    struct stand *stand = *state;

    listener_sockets_free(&stand->sockets);
    numbers_free(&stand->numbers);
    close(stand->worker_fd);
    free(stand);
    return 0;
}

static void
takes_it_again_at_once(void **state)
{
    struct stand *stand = *state;

    assert_true(listens(stand, &stand->config));
}

static void
does_not_share_it_for_ever(void **state)
{
    struct stand *stand = *state;

    clock_set_for_test(32 * SECOND_US, 32 * SECOND_US);
    assert_false(listens(stand, &stand->config));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_it_again_at_once, give_up_a_port, end_stand),
        cmocka_unit_test_setup_teardown(does_not_share_it_for_ever, give_up_a_port, end_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
