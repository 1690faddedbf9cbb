/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and streamed answers over a unix socket. */
#include "../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/http_service.h"

struct fixture {
    struct loop *loop;
    struct http_service *service;
    struct http_service_request *kept; /* not yet answered, or being streamed to */
    struct sockaddr_un address;
    char folder[32];
    char answer[4096];
    size_t answer_length;
    bool is_gone;
};

static void
on_gone(void *argument)
{
    ((struct fixture *)argument)->is_gone = true;
}

static void
reply_text(struct http_service_request *request, const char *text)
{
    http_service_reply(request, 200, "text/plain", text, strlen(text));
}

static void
on_request(struct http_service_request *request, void *argument)
{
    struct fixture *fixture = argument;
    const char *path = http_service_path(request);
    char text[256];
    size_t length;

    if (strcmp(path, "/kept") == 0) {
        fixture->kept = request;
    } else if (strcmp(path, "/stream") == 0) {
        fixture->kept = request;
        http_service_stream_begin(request, "text/plain", on_gone, fixture);
        http_service_stream_add(request, "first;", 6);
    } else if (strcmp(path, "/head") == 0) {
        const char *name, *value;
        size_t fields = 0;
        while (http_service_field_at(request, fields, &name, &value))
            fields++;
        http_service_add_field(request, "Cache-Control", "no-cache");
        http_service_add_field(request, "X-More", "more");
        snprintf(text, sizeof(text), "%s %s %zu %s", http_service_target(request),
                 http_service_field(request, "x-one"), fields,
                 http_service_field(request, "X-Two") == NULL ? "none" : "two");
        reply_text(request, text);
    } else if (strcmp(path, "/query") == 0) {
        snprintf(text, sizeof(text), "%s,%s,%s,%s", http_service_parameter(request, "url"),
                 http_service_parameter_at(request, "H", 0),
                 http_service_parameter_at(request, "H", 1),
                 http_service_parameter_at(request, "H", 2) == NULL ? "none" : "more");
        reply_text(request, text);
    } else {
        const char *body = http_service_body(request, &length);
        snprintf(text, sizeof(text), "%s %s %.*s", http_service_method(request), path,
                 (int)length, body);
        reply_text(request, text);
    }
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->address.sun_family = AF_UNIX;
    snprintf(fixture->address.sun_path, sizeof(fixture->address.sun_path), "%s/s",
             fixture->folder);
    assert_int_equal(bind(fd, (struct sockaddr *)&fixture->address, sizeof(fixture->address)),
                     0);
    assert_int_equal(listen(fd, 8), 0);
    fixture->loop = loop_new();
    fixture->service = http_service_new(fixture->loop, fd, on_request, fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    http_service_free(&fixture->service);
    loop_free(&fixture->loop);
    unlink(fixture->address.sun_path);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static int
connect_client(struct fixture *fixture, const char *request)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(
        connect(fd, (struct sockaddr *)&fixture->address, sizeof(fixture->address)), 0);
    assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    fixture->answer_length = 0;
    fixture->answer[0] = '\0';
    return fd;
}

/* Turns the loop until the answer holds the text, or the connection ended. */
static bool
answer_has(struct fixture *fixture, int fd, const char *text)
{
    for (int turn = 0; turn < 200; turn++) {
        size_t room = sizeof(fixture->answer) - 1 - fixture->answer_length;
        ssize_t length = read(fd, fixture->answer + fixture->answer_length, room);

        if (length > 0)
            fixture->answer_length += (size_t)length;
        fixture->answer[fixture->answer_length] = '\0';
        if (strstr(fixture->answer, text) != NULL)
            return true;
        if (length == 0)
            return false;
        loop_turn(fixture->loop, 10);
    }
    return false;
}

static void
answers_with_method_path_and_body(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "POST /v1/a%20b?x HTTP/1.1\r\nHost: h\r\n"
                                     "Content-Length: 4\r\n\r\nbody");

    assert_true(answer_has(fixture, fd, "POST /v1/a b body"));
    assert_non_null(strstr(fixture->answer, "HTTP/1.1 200"));
    assert_non_null(strstr(fixture->answer, "Content-Type: text/plain"));
    close(fd);
}

static void
decodes_parameters_and_keeps_repeated_ones(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /query?flag&url=http%3A%2F%2Fa%2F%3Fb%3Dc&H=1+2&H=3 "
                                     "HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "http://a/?b=c,1 2,3,none"));
    close(fd);
}

static void
shows_the_head_and_adds_to_that_of_the_answer(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /head?a=%20 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n\r\n");

    assert_true(answer_has(fixture, fd, "/head?a=%20 1 2 none"));
    assert_non_null(strstr(fixture->answer, "X-More: more"));
    assert_non_null(strstr(fixture->answer, "Cache-Control: no-cache"));
    assert_null(strstr(fixture->answer, "no-store"));
    close(fd);
}

enum { SILENT = 600 };

static void
silent_connections_keep_nobody_out(void **state)
{
    struct fixture *fixture = *state;
    int silent[SILENT];

    for (int i = 0; i < SILENT; i++) {
        silent[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* The queue may be full. */
        for (int turn = 0;
             turn < 1000 && connect(silent[i], (struct sockaddr *)&fixture->address,
                                    sizeof(fixture->address)) == -1;
             turn++)
            loop_turn(fixture->loop, 1);
    }
    int fd = connect_client(fixture, "GET /last HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(answer_has(fixture, fd, "GET /last"));
    close(fd);
    for (int i = 0; i < SILENT; i++)
        close(silent[i]);
}

static void
many_streams_that_nobody_reads_have_a_share_each(void **state)
{
    struct fixture *fixture = *state;
    static char chunk[256 * 1024];
    struct http_service_request *streams[40];
    int fds[40];

    memset(chunk, 'x', sizeof(chunk));
    for (int i = 0; i < 40; i++) {
        fds[i] = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        fixture->kept = NULL;
        while (fixture->kept == NULL)
            loop_turn(fixture->loop, 10);
        streams[i] = fixture->kept;
    }
    /* Behind by less than 4 MiB, which one alone may be. */
    for (int i = 0; i < 10; i++)
        http_service_stream_add(streams[0], chunk, sizeof(chunk));
    for (int turn = 0; turn < 100 && !fixture->is_gone; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(fixture->is_gone);
    for (int i = 0; i < 40; i++)
        close(fds[i]);
}

static void
serves_several_requests_on_one_connection(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
                                     "GET /two HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "GET /one"));
    assert_true(answer_has(fixture, fd, "GET /two"));
    close(fd);
}

/* What was left of the one before, on the same descriptor, took the second half of a head. */
static void
reads_all_of_a_request_right_behind_another_connection(void **state)
{
    struct fixture *fixture = *state;
    char request[8192 + 64];

    snprintf(request, sizeof(request), "GET /long?%08192d HTTP/1.0\r\n\r\n", 0);
    for (int i = 0; i < 4; i++) {
        int fd = connect_client(fixture, request);
        assert_true(answer_has(fixture, fd, "GET /long"));
        assert_false(answer_has(fixture, fd, "more")); /* until its end */
        close(fd);
    }
}

static void
refuses_a_body_that_is_too_large(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "POST / HTTP/1.1\r\nHost: h\r\n"
                                     "Content-Length: 1048577\r\n\r\n");

    assert_true(answer_has(fixture, fd, "HTTP/1.1 413"));
    close(fd);
}

static void
answers_a_kept_request_later(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n");

    while (fixture->kept == NULL)
        loop_turn(fixture->loop, 10);
    reply_text(fixture->kept, "later");
    assert_true(answer_has(fixture, fd, "later"));
    close(fd);
}

static void
survives_a_client_that_goes_before_its_answer(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n");

    while (fixture->kept == NULL)
        loop_turn(fixture->loop, 10);
    close(fd);
    loop_turn(fixture->loop, 10);
    reply_text(fixture->kept, "too late");
    loop_turn(fixture->loop, 10);
    fd = connect_client(fixture, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(answer_has(fixture, fd, "GET /next"));
    close(fd);
}

static void
streams_until_ended_here(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "first;"));
    http_service_stream_add(fixture->kept, "second;", 7);
    assert_true(answer_has(fixture, fd, "second;"));
    assert_null(strstr(fixture->answer, "\r\n0\r\n"));
    http_service_stream_end(fixture->kept);
    assert_true(answer_has(fixture, fd, "\r\n0\r\n\r\n"));
    close(fd);
    loop_turn(fixture->loop, 10);
    assert_false(fixture->is_gone);
}

static void
ends_streams_with_last_words(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "first;"));
    http_service_stop_listening(fixture->service);
    http_service_end_streams(fixture->service, "farewell;", 9);
    assert_true(fixture->is_gone);
    assert_true(answer_has(fixture, fd, "farewell;\r\n0\r\n\r\n"));
    close(fd);
    int late = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(late, (struct sockaddr *)&fixture->address, sizeof(fixture->address)), -1);
    close(late);
}

static void
tells_a_stream_that_its_client_is_gone(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "first;"));
    close(fd);
    for (int turn = 0; turn < 200 && !fixture->is_gone; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(fixture->is_gone);
}

static void
cuts_off_a_stream_reader_that_is_far_behind(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    static char bytes[65536];

    assert_true(answer_has(fixture, fd, "first;"));
    for (int turn = 0; turn < 200 && !fixture->is_gone; turn++) {
        http_service_stream_add(fixture->kept, bytes, sizeof(bytes));
        loop_turn(fixture->loop, 0);
    }
    assert_true(fixture->is_gone);
    close(fd);
}

static void
ends_with_open_requests(void **state)
{
    struct fixture *fixture = *state;
    int fd = connect_client(fixture, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_true(answer_has(fixture, fd, "first;"));
    http_service_free(&fixture->service);
    assert_true(fixture->is_gone);
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_with_method_path_and_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decodes_parameters_and_keeps_repeated_ones, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(shows_the_head_and_adds_to_that_of_the_answer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(silent_connections_keep_nobody_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_streams_that_nobody_reads_have_a_share_each,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(serves_several_requests_on_one_connection, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(reads_all_of_a_request_right_behind_another_connection,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_body_that_is_too_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_a_kept_request_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_a_client_that_goes_before_its_answer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(streams_until_ended_here, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_streams_with_last_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_a_stream_that_its_client_is_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(cuts_off_a_stream_reader_that_is_far_behind, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ends_with_open_requests, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
