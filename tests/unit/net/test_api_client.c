/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a small HTTP service on a unix socket, in the same loop. */
#include "../unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>

#include "base/memory.h"
#include "net/api_client.h"

struct fixture {
    struct loop *loop;
    struct evhttp *service;
    struct api_client *client;
    struct api_request *request;
    struct evhttp_request *open_stream;
    char directory[32], path[64];
    unsigned connections;
    /* what came */
    unsigned done_count, pieces;
    long status;
    int os_error;
    char body[256], field[64];
    bool has_error;
    bool cancel_on_bytes, free_on_bytes, send_on_done;
};

static void
on_request(struct evhttp_request *request, void *argument)
{
    struct fixture *fixture = argument;
    struct evbuffer *answer = evbuffer_new();
    const char *uri = evhttp_request_get_uri(request);

    evhttp_add_header(evhttp_request_get_output_headers(request), "Api-Version", "1.41");
    if (strcmp(uri, "/silent") == 0) {
        evbuffer_free(answer);
        return;
    }
    if (strcmp(uri, "/stream") == 0) {
        evhttp_send_reply_start(request, 200, "OK");
        evbuffer_add_printf(answer, "{\"a\":1}");
        evhttp_send_reply_chunk(request, answer);
        fixture->open_stream = request;
        evbuffer_free(answer);
        return;
    }
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    evbuffer_add_printf(answer, "%s %s %.*s",
                        evhttp_request_get_command(request) == EVHTTP_REQ_POST ? "POST" : "GET",
                        uri, (int)evbuffer_get_length(body), (char *)evbuffer_pullup(body, -1));
    evhttp_send_reply(request, 200, "OK", answer);
    evbuffer_free(answer);
}

/* One a connection. */
static struct bufferevent *
on_connection(struct event_base *base, void *argument)
{
    struct fixture *fixture = argument;

    fixture->connections++;
    return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
}

static void
on_field(void *argument, const char *name, const char *value)
{
    struct fixture *fixture = argument;

    if (strcmp(name, "api-version") == 0)
        snprintf(fixture->field, sizeof(fixture->field), "%s", value);
}

static void
on_bytes(void *argument, const char *bytes, size_t length)
{
    struct fixture *fixture = argument;

    snprintf(fixture->body, sizeof(fixture->body), "%.*s", (int)length, bytes);
    fixture->pieces++;
    if (fixture->cancel_on_bytes)
        api_request_cancel(&fixture->request);
    if (fixture->free_on_bytes)
        api_client_free(&fixture->client);
}

static void on_done(void *argument, const struct api_answer *answer);
static struct api_request *send_call(struct fixture *fixture, struct api_call call,
                                     const struct api_callbacks *callbacks);

static const struct api_callbacks collecting = {.on_field = on_field, .on_done = on_done};
static const struct api_callbacks streaming = {.on_bytes = on_bytes, .on_done = on_done};

static void
on_done(void *argument, const struct api_answer *answer)
{
    struct fixture *fixture = argument;

    fixture->done_count++;
    fixture->status = answer->status;
    fixture->os_error = answer->os_error;
    fixture->has_error = answer->error != NULL;
    if (answer->body != NULL)
        snprintf(fixture->body, sizeof(fixture->body), "%s", answer->body);
    if (fixture->send_on_done) {
        fixture->send_on_done = false;
        send_call(fixture, (struct api_call){"GET", "/again", NULL, 1000, 0}, &collecting);
    }
}

static struct api_request *
send_call(struct fixture *fixture, struct api_call call, const struct api_callbacks *callbacks)
{
    return api_client_send(fixture->client, &call, callbacks, fixture);
}

static int
set_up(void **state)
{
    struct fixture *fixture = memory_take(1, sizeof(*fixture));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *error = NULL;

    strcpy(fixture->directory, "/tmp/fairlead-api-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof(fixture->path), "%s/s", fixture->directory);
    strcpy(address.sun_path, fixture->path);
    int listening_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listening_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listening_fd, 8), 0);
    fixture->loop = loop_new();
    fixture->service = evhttp_new(loop_base(fixture->loop));
    evhttp_set_gencb(fixture->service, on_request, fixture);
    evhttp_set_bevcb(fixture->service, on_connection, fixture);
    assert_int_equal(evhttp_accept_socket(fixture->service, listening_fd), 0);
    char *endpoint = memory_print("unix://%s", fixture->path);
    fixture->client =
        api_client_new(fixture->loop, &(struct api_endpoint){.url = endpoint}, &error);
    assert_non_null(fixture->client);
    free(endpoint);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    api_client_free(&fixture->client);
    loop_turn(fixture->loop, 0);
    loop_turn(fixture->loop, 10);
    if (fixture->open_stream != NULL)
        evhttp_send_reply_end(fixture->open_stream);
    evhttp_free(fixture->service);
    loop_free(&fixture->loop);
    unlink(fixture->path);
    rmdir(fixture->directory);
    free(fixture);
    return 0;
}

static void
turn_until(struct fixture *fixture, const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 500 && *counter < wanted; i++)
        loop_turn(fixture->loop, 10);
    assert_int_equal(*counter, wanted);
}

static void
collects_an_answer_and_its_fields(void **state)
{
    struct fixture *fixture = *state;

    send_call(fixture, (struct api_call){"GET", "/_ping?a=b", NULL, 1000, 0}, &collecting);
    assert_int_equal(fixture->done_count, 0);
    turn_until(fixture, &fixture->done_count, 1);
    assert_int_equal(fixture->status, 200);
    assert_string_equal(fixture->body, "GET /_ping?a=b ");
    assert_string_equal(fixture->field, "1.41");
}

static void
posts_json_over_the_same_connection(void **state)
{
    struct fixture *fixture = *state;

    fixture->send_on_done = true;
    send_call(fixture, (struct api_call){"POST", "/create", "{\"x\":1}", 1000, 0}, &collecting);
    turn_until(fixture, &fixture->done_count, 1);
    assert_string_equal(fixture->body, "POST /create {\"x\":1}");
    turn_until(fixture, &fixture->done_count, 2);
    assert_string_equal(fixture->body, "GET /again ");
    assert_int_equal(fixture->connections, 1);
}

static void
streams_bytes_as_they_come_beside_other_requests(void **state)
{
    struct fixture *fixture = *state;

    fixture->request =
        send_call(fixture, (struct api_call){"GET", "/stream", NULL, 0, 0}, &streaming);
    turn_until(fixture, &fixture->pieces, 1);
    assert_string_equal(fixture->body, "{\"a\":1}");
    send_call(fixture, (struct api_call){"GET", "/list", NULL, 1000, 0}, &collecting);
    turn_until(fixture, &fixture->done_count, 1);
    evhttp_send_reply_end(fixture->open_stream);
    fixture->open_stream = NULL;
    turn_until(fixture, &fixture->done_count, 2);
    assert_int_equal(fixture->connections, 2);
}

static void
may_be_cancelled_inside_its_own_callback(void **state)
{
    struct fixture *fixture = *state;

    fixture->cancel_on_bytes = true;
    fixture->request =
        send_call(fixture, (struct api_call){"GET", "/stream", NULL, 0, 0}, &streaming);
    turn_until(fixture, &fixture->pieces, 1);
    assert_null(fixture->request);
    loop_turn(fixture->loop, 10);
    assert_int_equal(fixture->done_count, 0);
}

static void
may_be_freed_inside_a_callback(void **state)
{
    struct fixture *fixture = *state;

    fixture->free_on_bytes = true;
    send_call(fixture, (struct api_call){"GET", "/stream", NULL, 0, 0}, &streaming);
    send_call(fixture, (struct api_call){"GET", "/silent", NULL, 0, 0}, &collecting);
    turn_until(fixture, &fixture->pieces, 1);
    assert_null(fixture->client);
    loop_turn(fixture->loop, 10);
    assert_int_equal(fixture->done_count, 0);
}

static void
cancels_before_anything_was_sent(void **state)
{
    struct fixture *fixture = *state;
    struct api_request *request =
        send_call(fixture, (struct api_call){"GET", "/", NULL, 1000, 0}, &collecting);

    api_request_cancel(&request);
    loop_turn(fixture->loop, 10);
    assert_int_equal(fixture->done_count, 0);
    assert_int_equal(fixture->connections, 0);
}

static void
ends_at_its_timeout_with_a_reason(void **state)
{
    struct fixture *fixture = *state;

    send_call(fixture, (struct api_call){"GET", "/silent", NULL, 50, 0}, &collecting);
    turn_until(fixture, &fixture->done_count, 1);
    assert_int_equal(fixture->status, 0);
    assert_true(fixture->has_error);
    assert_int_equal(fixture->os_error, 0);
}

static void
tells_why_it_could_not_connect(void **state)
{
    struct fixture *fixture = *state;

    unlink(fixture->path);
    send_call(fixture, (struct api_call){"GET", "/", NULL, 1000, 0}, &collecting);
    turn_until(fixture, &fixture->done_count, 1);
    assert_int_equal(fixture->status, 0);
    assert_int_equal(fixture->os_error, ENOENT);
}

static void
refuses_endpoints_that_it_cannot_read(void **state)
{
    struct fixture *fixture = *state;
    const char *const bad[] = {"", "unix://docker.sock", "tcp://", "http://a/b", "ssh://host"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *error = NULL;
        assert_null(
            api_client_new(fixture->loop, &(struct api_endpoint){.url = bad[i]}, &error));
        assert_non_null(error);
        free(error);
    }
}

static void
escapes_what_a_query_cannot_hold(void **state)
{
    char *escaped = api_escape("{\"type\":[\"a b\"]}\xff");

    (void)state;
    assert_string_equal(escaped, "%7B%22type%22%3A%5B%22a%20b%22%5D%7D%FF");
    free(escaped);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(collects_an_answer_and_its_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(posts_json_over_the_same_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(streams_bytes_as_they_come_beside_other_requests,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(may_be_cancelled_inside_its_own_callback, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(may_be_freed_inside_a_callback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancels_before_anything_was_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_at_its_timeout_with_a_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_why_it_could_not_connect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_endpoints_that_it_cannot_read, set_up,
                                        tear_down),
        cmocka_unit_test(escapes_what_a_query_cannot_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
