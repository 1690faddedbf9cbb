/* SPDX-License-Identifier: Apache-2.0 */
/* The whole role as a child process, sandbox included, with the test in control's place. */
#include "../unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/snapshot_sample.h"
#include "api/api.h"
#include "base/title.h"
#include "ipc/api_call.h"
#include "ipc/api_content.h"
#include "ipc/channel.h"
#include "ipc/counters.h"
#include "ipc/page.h"
#include "net/socket.h"

enum { NOBODY = 65534, MOST_TURNS = 1000 };

struct fixture {
    struct loop *loop;
    struct channel *channel;
    pid_t child;
    struct snapshot_sample *sample;
    struct address address; /* of the api listener */
    uint64_t applied;
    unsigned calls;       /* that came */
    uint64_t call_id;     /* of the last one */
    struct api_call call; /* the last one */
    uint64_t cancelled;   /* the last one's number */
    bool has_ended;
    int client;
    char answer[65536];
    size_t answer_length;
};

static void
on_message(void *owner, const struct message *message)
{
    struct fixture *fixture = owner;
    const char *error;

    if (message->type == MESSAGE_applied) {
        fixture->applied = message->as.applied.generation;
        channel_go_on(fixture->channel);
    } else if (message->type == MESSAGE_api_call) {
        api_call_clear(&fixture->call);
        assert_true(api_call_read(message->fd, &fixture->call, &error));
        fixture->call_id = message->as.api_call.call_id;
        fixture->calls++;
        close(message->fd);
    } else if (message->type == MESSAGE_api_cancel) {
        fixture->cancelled = message->as.api_cancel.call_id;
    }
}

static void
on_end(void *owner, const char *reason)
{
    (void)reason;
    ((struct fixture *)owner)->has_ended = true;
}

static const struct channel_callbacks callbacks = {on_message, on_end, NULL};

/* Becomes the role as control's exec would make it: with descriptor 3 and nothing else. */
static void
run_child(int fd)
{
    static char title[64] = "fairlead";
    char *arguments[] = {title, NULL};

    signal(SIGPIPE, SIG_IGN);
    if (fd != CHANNEL_FD && dup2(fd, CHANNEL_FD) == -1)
        _exit(99);
    for (int other = CHANNEL_FD + 1; other < 64; other++)
        close(other);
    title_init(1, arguments);
    _exit(api_run());
}

static void
send_snapshot(struct fixture *fixture)
{
    struct snapshot_files files = snapshot_sample_build(fixture->sample, 1);

    channel_send(fixture->channel, MESSAGE_snapshot_base,
                 &(struct message_snapshot_base){.number = files.base_number}, files.base_fd);
    channel_send(fixture->channel, MESSAGE_snapshot,
                 &(struct message_snapshot){.generation = 1}, files.fd);
    snapshot_files_close(&files);
    for (int turn = 0; turn < MOST_TURNS && fixture->applied == 0; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(fixture->applied == 1);
}

static void
send_listener(struct fixture *fixture)
{
    assert_true(address_parse(&fixture->address, "127.0.0.1", 0));
    int fd = socket_listen(&fixture->address, false, 64);
    assert_true(socket_local_address(fd, &fixture->address));
    channel_send(fixture->channel, MESSAGE_api_listener, &(struct message_api_listener){0}, fd);
    close(fd);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct message_hello hello = {.worker_count = 1, .uid = NOBODY, .gid = NOBODY};
    int fds[2];

    assert_non_null(fixture);
    assert_int_equal(channel_pair(fds), 0);
    fixture->child = fork();
    assert_int_not_equal(fixture->child, -1);
    if (fixture->child == 0)
        run_child(fds[1]);
    close(fds[1]);
    fixture->client = -1;
    fixture->loop = loop_new();
    fixture->channel = channel_open(fds[0], &callbacks, fixture);
    channel_start(fixture->channel, fixture->loop);
    channel_send(fixture->channel, MESSAGE_hello, &hello, -1);
    send_listener(fixture);
    fixture->sample = snapshot_sample_new();
    snapshot_sample_add_group(fixture->sample, "web");
    snapshot_sample_config(fixture->sample)->api_anonymous_read = true;
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
    if (fixture->client != -1)
        close(fixture->client);
    api_call_clear(&fixture->call);
    snapshot_sample_free(&fixture->sample);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

/* Sends a request on a connection of its own; fields with their line ends. */
static void
ask(struct fixture *fixture, const char *line, const char *fields)
{
    struct sockaddr_storage system;
    socklen_t length = address_to_system(&fixture->address, &system);
    char request[4096];

    if (fixture->client != -1)
        close(fixture->client);
    fixture->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fixture->client, (struct sockaddr *)&system, length), 0);
    int used = snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                        line, fields);
    assert_int_equal(write(fixture->client, request, (size_t)used), used);
    assert_int_equal(fcntl(fixture->client, F_SETFL, O_NONBLOCK), 0);
    fixture->answer_length = 0;
}

static void
assert_answered(struct fixture *fixture, const char *text)
{
    for (int turn = 0; turn < MOST_TURNS; turn++) {
        size_t room = sizeof(fixture->answer) - 1 - fixture->answer_length;
        ssize_t got = read(fixture->client, fixture->answer + fixture->answer_length, room);
        fixture->answer_length += got > 0 ? (size_t)got : 0;
        fixture->answer[fixture->answer_length] = '\0';
        if (strstr(fixture->answer, text) != NULL)
            return;
        loop_turn(fixture->loop, 10);
    }
    fail_msg("no %s in %s", text, fixture->answer);
}

static void
wait_for_call(struct fixture *fixture, unsigned calls)
{
    for (int turn = 0; turn < MOST_TURNS && fixture->calls < calls; turn++)
        loop_turn(fixture->loop, 10);
    assert_int_equal(fixture->calls, calls);
}

static void
reply(struct fixture *fixture, unsigned status, const char *text, bool is_last)
{
    const struct message_api_answer answer = {.call_id = fixture->call_id,
                                              .status = status,
                                              .content = API_CONTENT_JSON,
                                              .is_last = is_last};
    int fd = page_create(slice_of(text));

    channel_send(fixture->channel, MESSAGE_api_answer, &answer, fd);
    close(fd);
}

static void
assert_text(struct slice slice, const char *expected)
{
    char *text = strndup(slice.at == NULL ? "" : slice.at, slice.length);

    assert_string_equal(text, expected);
    free(text);
}

static void
waits_for_its_first_snapshot(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, "GET /v1/overview", "");
    assert_answered(fixture, "\"Starting\"");
    assert_non_null(strstr(fixture->answer, "HTTP/1.1 503"));
    send_snapshot(fixture);
    ask(fixture, "GET /", "");
    assert_answered(fixture, "<title>");
    assert_int_equal(fixture->calls, 0);
}

static void
hands_a_read_over_and_its_answer_on(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/rules?listener=a%20b", "");
    wait_for_call(fixture, 1);
    assert_text(fixture->call.request_line, "GET /v1/rules?listener=a%20b");
    assert_text(fixture->call.client, "127.0.0.1");
    assert_int_equal(fixture->call.authorization.length, 0);
    reply(fixture, 404, "{\"error\": {}}", true);
    assert_answered(fixture, "{\"error\": {}}");
    assert_non_null(strstr(fixture->answer, "HTTP/1.1 404"));
    assert_non_null(strstr(fixture->answer, "application/json"));
    assert_non_null(strstr(fixture->answer, "default-src 'none'"));
}

static void
leaves_it_to_control_what_may_be_changed(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "POST /v1/drain",
        "Content-Length: 2\r\namz-sdk-invocation-id: again\r\n\r\n{}");
    wait_for_call(fixture, 1);
    assert_text(fixture->call.request_line, "POST /v1/drain");
    assert_text(fixture->call.body, "{}");
    assert_text(fixture->call.invocation_id, "again");
    reply(fixture, 403, "{}", true);
    assert_answered(fixture, "HTTP/1.1 403");
}

#define SIGNATURE                                                                              \
    "Authorization: AWS4-HMAC-SHA256 Credential=FAIRAAAAAAAAAAAAAAAA/20261126/us-east-1/"      \
    "fairlead/aws4_request, SignedHeaders=host;x-amz-date, Signature="                         \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"                     \
    "X-Amz-Date: 20261126T101530Z\r\n"

static void
asks_control_whether_a_key_may_have_its_own_answers(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/rule-hits", SIGNATURE);
    wait_for_call(fixture, 1);
    assert_int_equal(fixture->call.request_line.length, 0);
    assert_true(slice_starts_with(fixture->call.canonical_request,
                                  SLICE_LITERAL("GET\n/v1/rule-hits\n\nhost:localhost\n")));
    assert_true(
        slice_starts_with(fixture->call.authorization, SLICE_LITERAL("AWS4-HMAC-SHA256 ")));
    reply(fixture, 204, "", true);
    assert_answered(fixture, "\"Rules\":[");
    ask(fixture, "GET /v1/rule-hits", SIGNATURE);
    wait_for_call(fixture, 2);
    reply(fixture, 403, "{\"error\": 1}", true);
    assert_answered(fixture, "{\"error\": 1}");
    ask(fixture, "GET /v1/failed-requests", "");
    wait_for_call(fixture, 3);
    reply(fixture, 403, "{\"error\": 2}", true);
    assert_answered(fixture, "{\"error\": 2}");
}

static void
shows_an_overview_with_what_control_knows(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/overview", "");
    wait_for_call(fixture, 1);
    assert_text(fixture->call.request_line, "GET /v1/needs");
    assert_text(fixture->call.client, "api");
    reply(fixture, 200, "{\"Needs\": [{\"Kind\": \"group\"}], \"Count\": 1}", true);
    assert_answered(fixture, "\"Needs\":[{\"Kind\":\"group\"}]");
    assert_non_null(strstr(fixture->answer, "1 thing needs you"));
}

static void
a_stream_begins_with_an_overview_that_knows_what_is_needed(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/stream?topics=overview,group:web", "");
    wait_for_call(fixture, 2); /* the group's targets come first */
    assert_text(fixture->call.request_line, "GET /v1/needs");
    reply(fixture, 200, "{\"Needs\": [{\"Kind\": \"group\"}], \"Count\": 1}", true);
    assert_answered(fixture, "\"Needs\":[{\"Kind\":\"group\"}]");
    const char *first = strstr(fixture->answer, "\"Topic\":\"overview\"");
    assert_non_null(first);
    assert_null(strstr(fixture->answer, "\"Needs\":[]"));
    assert_non_null(strstr(fixture->answer, "\"Topic\":\"group:web\""));
}

static void
passes_a_stream_on_until_its_reader_goes(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/events?follow=true", "");
    wait_for_call(fixture, 1);
    reply(fixture, 200, "", false);
    reply(fixture, 200, "{\"Sequence\":1}\n", false);
    assert_answered(fixture, "{\"Sequence\":1}");
    reply(fixture, 200, "{\"Sequence\":2}\n", false);
    assert_answered(fixture, "{\"Sequence\":2}");
    close(fixture->client);
    fixture->client = -1;
    for (int turn = 0; turn < MOST_TURNS && fixture->cancelled == 0; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(fixture->cancelled == fixture->call_id);
}

static void
does_not_believe_what_is_no_page(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/status", "");
    wait_for_call(fixture, 1);
    const struct message_api_answer answer = {
        .call_id = fixture->call_id, .status = 200, .is_last = 1};
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    channel_send(fixture->channel, MESSAGE_api_answer, &answer, fd);
    close(fd);
    assert_answered(fixture, "\"ControlFailed\"");
    assert_non_null(strstr(fixture->answer, "HTTP/1.1 502"));
}

static void
answers_to_nobody_are_dropped(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    fixture->call_id = 4711;
    reply(fixture, 200, "{}", true);
    fixture->call_id = 0;
    reply(fixture, 200, "{}", true);
    ask(fixture, "GET /v1/status", "");
    wait_for_call(fixture, 1);
    reply(fixture, 200, "{\"well\": true}", true);
    assert_answered(fixture, "{\"well\": true}");
}

static void
changes_that_wait_leave_room_for_reads(void **state)
{
    struct fixture *fixture = *state;
    int waiting[32];

    send_snapshot(fixture);
    for (unsigned i = 0; i < 32; i++) {
        ask(fixture, "POST /v1/deregister?wait=true", "");
        wait_for_call(fixture, i + 1);
        waiting[i] = fixture->client;
        fixture->client = -1;
    }
    ask(fixture, "POST /v1/drain", "");
    assert_answered(fixture, "\"Busy\"");
    ask(fixture, "GET /v1/status", "");
    wait_for_call(fixture, 33);
    reply(fixture, 200, "{\"well\": true}", true);
    assert_answered(fixture, "{\"well\": true}");
    for (unsigned i = 0; i < 32; i++)
        close(waiting[i]);
}

static void
another_listener_ends_what_waits_on_the_one_before(void **state)
{
    struct fixture *fixture = *state;

    send_snapshot(fixture);
    ask(fixture, "GET /v1/overview", "");
    wait_for_call(fixture, 1);
    int first = fixture->client;
    fixture->client = -1;
    ask(fixture, "POST /v1/deregister?wait=true", "");
    wait_for_call(fixture, 2);
    uint64_t waiting = fixture->call_id;
    send_listener(fixture);
    for (int turn = 0; turn < MOST_TURNS && fixture->cancelled != waiting; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(fixture->cancelled == waiting);
    reply(fixture, 200, "{}", true); /* too late */
    ask(fixture, "GET /v1/status", "");
    wait_for_call(fixture, 3);
    reply(fixture, 200, "{\"well\": true}", true);
    assert_answered(fixture, "{\"well\": true}");
    assert_int_equal(waitpid(fixture->child, NULL, WNOHANG), 0);
    close(first);
}

static void
ends_when_control_is_gone(void **state)
{
    struct fixture *fixture = *state;
    int status;

    send_snapshot(fixture);
    channel_close(&fixture->channel);
    assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
    fixture->child = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
ends_when_it_is_told_to(void **state)
{
    struct fixture *fixture = *state;
    int status;

    channel_send(fixture->channel, MESSAGE_shutdown, &(struct message_shutdown){0}, -1);
    for (int turn = 0; turn < MOST_TURNS && !fixture->has_ended; turn++)
        loop_turn(fixture->loop, 10);
    assert_int_equal(waitpid(fixture->child, &status, 0), fixture->child);
    fixture->child = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_for_its_first_snapshot),
        TEST(hands_a_read_over_and_its_answer_on),
        TEST(leaves_it_to_control_what_may_be_changed),
        TEST(asks_control_whether_a_key_may_have_its_own_answers),
        TEST(shows_an_overview_with_what_control_knows),
        TEST(a_stream_begins_with_an_overview_that_knows_what_is_needed),
        TEST(passes_a_stream_on_until_its_reader_goes),
        TEST(does_not_believe_what_is_no_page),
        TEST(answers_to_nobody_are_dropped),
        TEST(changes_that_wait_leave_room_for_reads),
        TEST(another_listener_ends_what_waits_on_the_one_before),
        TEST(ends_when_control_is_gone),
        TEST(ends_when_it_is_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
