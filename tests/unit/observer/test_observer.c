/* SPDX-License-Identifier: Apache-2.0 */
/* The whole role as a child process, sandbox included, with the test in control's place. */
#include "../unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/snapshot_sample.h"
#include "base/title.h"
#include "ipc/channel.h"
#include "ipc/counters.h"
#include "net/http_service.h"
#include "net/socket.h"
#include "observer/observer.h"

enum { NOBODY = 65534 };

struct fixture {
    struct loop *loop;
    struct channel *channel;
    pid_t child;
    struct snapshot_sample *sample;
    struct http_service *target; /* answers health checks */
    int target_status;
    uint64_t applied;
    struct message_health health; /* the last one; target_id 0: none yet */
    char page[65536];             /* of metrics_reply */
    bool has_ended;
};

static void
on_message(void *owner, const struct message *message)
{
    struct fixture *fixture = owner;

    if (message->type == MESSAGE_applied) {
        fixture->applied = message->as.applied.generation;
        channel_go_on(fixture->channel);
    }
    if (message->type == MESSAGE_health)
        fixture->health = message->as.health;
    if (message->type == MESSAGE_metrics_reply) {
        ssize_t length = pread(message->fd, fixture->page, sizeof(fixture->page) - 1, 0);
        assert_true(length > 0);
        fixture->page[length] = '\0';
        close(message->fd);
    }
}

static void
on_end(void *owner, const char *reason)
{
    (void)reason;
    ((struct fixture *)owner)->has_ended = true;
}

static const struct channel_callbacks callbacks = {on_message, on_end, NULL};

static void
answer_check(struct http_service_request *request, void *argument)
{
    struct fixture *fixture = argument;

    http_service_reply(request, fixture->target_status, "text/plain", "ok", 2);
}

/* Becomes the observer as control's exec would make it: with descriptor 3 and nothing else. */
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
    _exit(observer_run());
}

static void
start_target(struct fixture *fixture)
{
    struct config_target_group *group = snapshot_sample_add_group(fixture->sample, "web");
    struct snapshot_target_source *target;
    struct address address;
    int fd;

    snapshot_sample_config(fixture->sample)->limits = (struct config_limits){
        .field_bytes = 16384, .response_head_bytes = 32768, .fields = 128};
    assert_true(address_parse(&address, "127.0.0.1", 0));
    fd = socket_listen(&address, false, 8);
    assert_true(socket_local_address(fd, &address));
    fixture->target = http_service_new(fixture->loop, fd, answer_check, fixture);
    fixture->target_status = 200;
    group->health_check.interval_ms = 200;
    group->health_check.timeout_ms = 5000;
    group->health_check.healthy_threshold_count = 2;
    group->health_check.unhealthy_threshold_count = 2;
    group->health_check.initial_healthy_count = 1;
    assert_true(http_codes_parse(&group->health_check.matcher, "200"));
    snapshot_sample_add_rule(fixture->sample, "web");
    target = snapshot_sample_add_target(fixture->sample, "web", 7, address.port);
    target->address = address;
    target->health = HEALTH_INITIAL;
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
    assert_int_not_equal(fixture->child, -1);
    if (fixture->child == 0)
        run_child(fds[1]);
    close(fds[1]);
    fixture->loop = loop_new();
    fixture->channel = channel_open(fds[0], &callbacks, fixture);
    channel_start(fixture->channel, fixture->loop);
    channel_send(fixture->channel, MESSAGE_hello, &hello, -1);
    fixture->sample = snapshot_sample_new();
    start_target(fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    channel_close(&fixture->channel);
    if (fixture->child != 0) {
        kill(fixture->child, SIGKILL);
        waitpid(fixture->child, NULL, 0);
    }
    http_service_free(&fixture->target);
    snapshot_sample_free(&fixture->sample);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

static void
send_snapshot(struct fixture *fixture, uint64_t generation)
{
    struct snapshot_files files = snapshot_sample_build(fixture->sample, generation);

    channel_send(fixture->channel, MESSAGE_snapshot_base,
                 &(struct message_snapshot_base){.number = files.base_number}, files.base_fd);
    channel_send(fixture->channel, MESSAGE_snapshot,
                 &(struct message_snapshot){.generation = generation}, files.fd);
    snapshot_files_close(&files);
}

static void
answers_applied_and_reports_health(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture, 1);
    while (fixture->applied != 1 || fixture->health.health != HEALTH_HEALTHY)
        loop_turn(fixture->loop, 1000);
    assert_true(fixture->health.target_id == 7);
    fixture->target_status = 404;
    while (fixture->health.health != HEALTH_UNHEALTHY)
        loop_turn(fixture->loop, 1000);
    assert_int_equal(fixture->health.reason, TARGET_REASON_RESPONSE_CODE_MISMATCH);
    assert_int_equal(fixture->health.http_code, 404);
}

static void
keeps_the_last_snapshot_when_one_is_broken(void **state)
{
    struct fixture *fixture = *state;
    int fd = memfd_create("broken", MFD_CLOEXEC);

    send_snapshot(fixture, 1);
    channel_send(fixture->channel, MESSAGE_snapshot_base,
                 &(struct message_snapshot_base){.number = 2}, fd);
    channel_send(fixture->channel, MESSAGE_snapshot,
                 &(struct message_snapshot){.generation = 2}, fd);
    close(fd);
    send_snapshot(fixture, 3);
    while (fixture->applied != 3)
        loop_turn(fixture->loop, 1000);
}

static void
sends_the_metrics_page_when_asked(void **state)
{
    struct fixture *fixture = *state;
    int fd = counters_create();
    struct counters *counters = counters_map(fd, true);

    counter_add(&counters->ends[END_COMPLETE], 42);
    channel_send(fixture->channel, MESSAGE_counters, &(struct message_counters){.slot = 1}, fd);
    close(fd);
    send_snapshot(fixture, 1);
    channel_send(fixture->channel, MESSAGE_metrics_query,
                 &(struct message_metrics_query){.query_id = 5}, -1);
    while (fixture->page[0] == '\0')
        loop_turn(fixture->loop, 1000);
    assert_non_null(strstr(fixture->page, "\nfairlead_ends_total{reason=\"complete\"} 42\n"));
    counters_unmap(&counters);
}

static void
serves_the_metrics_listener(void **state)
{
    struct fixture *fixture = *state;
    static const char request[] =
        "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    struct address address;
    char answer[1024] = "";
    int listening_fd;
    int fd;

    snapshot_sample_config(fixture->sample)->limits = (struct config_limits){
        .field_bytes = 16384, .response_head_bytes = 32768, .fields = 128};
    assert_true(address_parse(&address, "127.0.0.1", 0));
    listening_fd = socket_listen(&address, false, 8);
    assert_true(socket_local_address(listening_fd, &address));
    channel_send(fixture->channel, MESSAGE_metrics_listener,
                 &(struct message_metrics_listener){0}, listening_fd);
    fd = socket_connect(&address);
    while (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) == -1 && errno == EAGAIN)
        loop_turn(fixture->loop, 1);
    while (recv(fd, answer, sizeof(answer) - 1, 0) == -1 && errno == EAGAIN)
        loop_turn(fixture->loop, 1);
    assert_non_null(strstr(answer, "HTTP/1.1 200"));
    close(fd);
    close(listening_fd);
}

static void
leaves_when_told(void **state)
{
    struct fixture *fixture = *state;
    int status;

    send_snapshot(fixture, 1);
    channel_send(fixture->channel, MESSAGE_shutdown,
                 &(struct message_shutdown){.timeout_ms = 10000}, -1);
    while (!fixture->has_ended)
        loop_turn(fixture->loop, 1000);
    assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
    fixture->child = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void
leaves_when_control_is_gone(void **state)
{
    struct fixture *fixture = *state;
    int status;

    send_snapshot(fixture, 1);
    while (fixture->applied != 1)
        loop_turn(fixture->loop, 1000);
    channel_close(&fixture->channel);
    loop_turn(fixture->loop, 0);
    assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
    fixture->child = 0;
    assert_true(WIFEXITED(status));
}

#define ROLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROLE_TEST(answers_applied_and_reports_health),
        ROLE_TEST(keeps_the_last_snapshot_when_one_is_broken),
        ROLE_TEST(sends_the_metrics_page_when_asked),
        ROLE_TEST(serves_the_metrics_listener),
        ROLE_TEST(leaves_when_told),
        ROLE_TEST(leaves_when_control_is_gone),
    };
    alarm(60); /* a role that hangs must not hang the test run */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
