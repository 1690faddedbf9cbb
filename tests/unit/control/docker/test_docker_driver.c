/* SPDX-License-Identifier: Apache-2.0 */
/* A Docker provider's driver, and an engine that is a few lines of this program. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "base/memory.h"
#include "control/discovery/discovery.h"
#include "control/driver/driver.h"
#include "model/task.h"
#include "net/socket.h"

#define MOST_TURNS 1000

struct stand {
    struct loop *loop;
    struct evhttp *engine;
    struct discovery *discovery;
    struct config_provider config;
    char folder[32], endpoint[64];
    struct evhttp_request *events; /* the stream; NULL: nobody listens */
    /* what the engine answers, and what it was asked for */
    int status;
    const char *answer;
    bool is_silent;
    char asked[512], body[256];
    unsigned old_versions; /* so many calls are refused for their version */
    /* the end */
    unsigned ends, hints;
    enum driver_fault fault;
    char *error, *message, *json;
};

static void
reply(struct evhttp_request *request, int status, const char *text)
{
    struct evbuffer *body = evbuffer_new();

    evbuffer_add(body, text, strlen(text));
    evhttp_send_reply(request, status, "Whatever", body);
    evbuffer_free(body);
}

/* The provider's own questions are answered so that it follows. */
static bool
answer_provider(struct stand *stand, struct evhttp_request *request)
{
    const char *target = evhttp_request_get_uri(request);

    if (strcmp(target, "/_ping") == 0) {
        reply(request, 200, "OK");
    } else if (strstr(target, "/events") != NULL) {
        stand->events = request;
        evhttp_send_reply_start(request, 200, "OK");
    } else if (strstr(target, "/containers/json") != NULL && strstr(target, "all=1") == NULL) {
        reply(request, 200, "[]");
    } else {
        return false;
    }
    return true;
}

static const char *
method_of(struct evhttp_request *request)
{
    enum evhttp_cmd_type command = evhttp_request_get_command(request);

    return command == EVHTTP_REQ_GET ? "GET" : command == EVHTTP_REQ_POST ? "POST" : "DELETE";
}

static void
on_request(struct evhttp_request *request, void *argument)
{
    struct stand *stand = argument;
    struct evbuffer *body = evhttp_request_get_input_buffer(request);

    if (answer_provider(stand, request))
        return;
    snprintf(stand->asked, sizeof(stand->asked), "%s %s", method_of(request),
             evhttp_request_get_uri(request));
    int length = evbuffer_remove(body, stand->body, sizeof(stand->body) - 1);
    stand->body[length < 0 ? 0 : length] = '\0';
    if (stand->is_silent)
        return;
    if (stand->old_versions == 0) {
        reply(request, stand->status, stand->answer);
        return;
    }
    stand->old_versions--;
    reply(request, 400,
          "{\"message\":\"client version 1.24 is too old. Minimum supported API version is "
          "1.44, please upgrade\"}");
}

static void
on_task(void *argument, const char *provider, struct task *task)
{
    (void)argument;
    (void)provider;
    task_free(&task);
}

static void
on_task_gone(void *argument, const char *provider, const char *id, uint64_t generation)
{
    (void)argument;
    (void)provider;
    (void)id;
    (void)generation;
}

static unsigned
on_full_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    (void)argument;
    (void)provider;
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
    return 0;
}

static void
on_text(void *argument, const char *provider, const char *object, const char *text)
{
    (void)argument;
    (void)provider;
    (void)object;
    (void)text;
}

static const struct discovery_sink sink = {on_task, on_task_gone, on_full_set, on_text,
                                           on_text, on_text,      NULL};

static int
set_up(void **state)
{
    struct stand *stand = memory_take(1, sizeof(*stand));
    char path[48];

    stand->loop = loop_new();
    stand->status = 200;
    stand->answer = "";
    snprintf(stand->folder, sizeof(stand->folder), "/tmp/fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    snprintf(path, sizeof(path), "%s/engine", stand->folder);
    snprintf(stand->endpoint, sizeof(stand->endpoint), "unix://%s", path);
    int fd = socket_listen_unix(path, 0600, 16);
    assert_int_not_equal(fd, -1);
    stand->engine = evhttp_new(loop_base(stand->loop));
    evhttp_set_gencb(stand->engine, on_request, stand);
    assert_int_equal(evhttp_accept_socket(stand->engine, fd), 0);
    stand->config = (struct config_provider){
        .type = (char *)"docker", .endpoint = stand->endpoint, .resync_seconds = 30};
    stand->discovery = discovery_open(stand->loop, &stand->config, "docker", &sink);
    *state = stand;
    return 0;
}

static void
forget_end(struct stand *stand)
{
    free(stand->error);
    free(stand->message);
    free(stand->json);
    stand->error = stand->message = stand->json = NULL;
    stand->ends = 0;
}

static int
tear_down(void **state)
{
    struct stand *stand = *state;
    char path[48];

    discovery_close(&stand->discovery);
    if (stand->engine != NULL)
        evhttp_free(stand->engine);
    loop_free(&stand->loop);
    snprintf(path, sizeof(path), "%s/engine", stand->folder);
    unlink(path);
    rmdir(stand->folder);
    forget_end(stand);
    free(stand);
    return 0;
}

static void
on_done(void *argument, const struct driver_result *result)
{
    struct stand *stand = argument;

    forget_end(stand);
    stand->ends++;
    stand->fault = result->fault;
    stand->error = memory_copy_text(result->error);
    stand->message = memory_copy_text(result->message);
    stand->json = result->answer == NULL ? NULL : json_dumps(result->answer, JSON_COMPACT);
}

static void
on_hint(void *argument)
{
    struct stand *stand = argument;

    stand->hints++;
}

static void
wait_for(struct stand *stand, const unsigned *number, unsigned value)
{
    for (int turn = 0; turn < MOST_TURNS && *number < value; turn++)
        loop_turn(stand->loop, 10);
    assert_int_equal(*number, value);
}

static struct driver *
driver_of(struct stand *stand)
{
    struct driver *driver = discovery_driver(stand->discovery);

    assert_non_null(driver);
    return driver;
}

static void
wait_until_followed(struct stand *stand)
{
    struct driver *driver = driver_of(stand);

    for (int turn = 0; turn < MOST_TURNS && !driver_is_connected(driver); turn++)
        loop_turn(stand->loop, 10);
    assert_true(driver_is_connected(driver));
}

/* "POST /v1.24/containers/a/start" without the version. */
static void
expect(struct stand *stand, const char *asked, const char *body)
{
    wait_for(stand, &stand->ends, 1);
    char *version = strstr(stand->asked, "/v1.24/");
    assert_non_null(version);
    memmove(version, version + 6, strlen(version + 6) + 1);
    assert_string_equal(stand->asked, asked);
    assert_string_equal(stand->body, body);
    assert_int_equal(stand->fault, DRIVER_OK);
    assert_null(stand->error);
    forget_end(stand);
}

static void
asks_for_changes_as_the_engine_wants_it(void **state)
{
    struct stand *stand = *state;
    struct driver *driver = driver_of(stand);
    json_t *body = json_pack("{s:s}", "Image", "web:1");

    wait_until_followed(stand);
    driver_create(driver, "a b", body, on_done, stand);
    expect(stand, "POST /containers/create?name=a%20b", "{\"Image\":\"web:1\"}");
    driver_start(driver, "a", on_done, stand);
    expect(stand, "POST /containers/a/start", "");
    driver_stop(driver, "a", 7, on_done, stand);
    expect(stand, "POST /containers/a/stop?t=7", "");
    driver_kill(driver, "a", "SIGHUP", on_done, stand);
    expect(stand, "POST /containers/a/kill?signal=SIGHUP", "");
    driver_remove(driver, "a", DRIVER_REMOVE_STOPPED, on_done, stand);
    expect(stand, "DELETE /containers/a?force=0&v=0", "");
    driver_remove(driver, "a", DRIVER_REMOVE_FORCED | DRIVER_REMOVE_VOLUMES, on_done, stand);
    expect(stand, "DELETE /containers/a?force=1&v=1", "");
    driver_rename(driver, "a", "b", on_done, stand);
    expect(stand, "POST /containers/a/rename?name=b", "");
    driver_create_volume(driver, body, on_done, stand);
    expect(stand, "POST /volumes/create", "{\"Image\":\"web:1\"}");
    driver_remove_volume(driver, "data", on_done, stand);
    expect(stand, "DELETE /volumes/data", "");
    driver_connect(driver, "net", body, on_done, stand);
    expect(stand, "POST /networks/net/connect", "{\"Image\":\"web:1\"}");
    json_decref(body);
}

static void
asks_for_readings_as_the_engine_wants_it(void **state)
{
    struct stand *stand = *state;
    struct driver *driver = driver_of(stand);

    wait_until_followed(stand);
    stand->answer = "{}";
    driver_inspect(driver, "a", on_done, stand);
    expect(stand, "GET /containers/a/json", "");
    driver_inspect_image(driver, "host:5000/web:1", on_done, stand);
    expect(stand, "GET /images/host%3A5000%2Fweb%3A1/json", "");
    driver_list_managed(driver, on_done, stand);
    expect(stand,
           "GET /containers/json?all=1&filters=%7B%22label%22%3A%5B%22fairlead.managed%3D1%22"
           "%5D%7D",
           "");
    driver_info(driver, on_done, stand);
    expect(stand, "GET /info", "");
    driver_stats(driver, "a", on_done, stand);
    expect(stand, "GET /containers/a/stats?stream=false&one-shot=true", "");
    driver_logs(driver, "a", 50, on_done, stand);
    expect(stand, "GET /containers/a/logs?stdout=1&stderr=1&timestamps=1&tail=50", "");
}

static void
pulls_one_tag(void **state)
{
    static const struct {
        const char *image, *asked;
    } pulls[] = {
        {"web", "POST /images/create?fromImage=web%3Alatest"},
        {"web:1", "POST /images/create?fromImage=web%3A1"},
        {"host:5000/web", "POST /images/create?fromImage=host%3A5000%2Fweb%3Alatest"},
        {"web@sha256:00", "POST /images/create?fromImage=web%40sha256%3A00"},
    };
    struct stand *stand = *state;

    wait_until_followed(stand);
    stand->answer = "{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\"}\r\n";
    for (size_t i = 0; i < sizeof(pulls) / sizeof(*pulls); i++) {
        driver_pull(driver_of(stand), pulls[i].image, on_done, stand);
        expect(stand, pulls[i].asked, "");
    }
}

static void
a_pull_fails_by_a_line_of_its_stream(void **state)
{
    struct stand *stand = *state;

    stand->answer = "{\"status\":\"Pulling\"}\n"
                    "{\"errorDetail\":{\"message\":\"manifest unknown\"},\"error\":\"x\"}\n";
    driver_pull(driver_of(stand), "web", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_REFUSED);
    assert_string_equal(stand->message, "manifest unknown");
    assert_non_null(strstr(stand->error, stand->endpoint));
    assert_non_null(strstr(stand->error, "manifest unknown"));
}

static void
a_pull_that_never_begins_is_told_too(void **state)
{
    struct stand *stand = *state;

    stand->status = 404;
    stand->answer = "{\"message\":\"pull access denied for web\"}";
    driver_pull(driver_of(stand), "web", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_NOT_FOUND);
    assert_string_equal(stand->message, "pull access denied for web");
}

static void
gives_the_answer_as_json(void **state)
{
    struct stand *stand = *state;

    stand->answer = "{\"Id\":\"f00d\"}";
    driver_inspect(driver_of(stand), "a", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_string_equal(stand->json, "{\"Id\":\"f00d\"}");
    stand->ends = 0;
    stand->answer = "<html>";
    driver_inspect(driver_of(stand), "a", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_REFUSED);
    assert_null(stand->json);
}

static void
says_what_kind_of_failure_it_was(void **state)
{
    static const struct {
        int status;
        enum driver_fault fault;
    } failures[] = {
        {204, DRIVER_OK},       {304, DRIVER_OK},      {404, DRIVER_NOT_FOUND},
        {409, DRIVER_CONFLICT}, {500, DRIVER_REFUSED}, {400, DRIVER_REFUSED},
    };
    struct stand *stand = *state;

    for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
        bool is_well = failures[i].fault == DRIVER_OK;
        stand->status = failures[i].status;
        stand->answer = is_well ? "" : "{\"message\":\"port is already allocated\"}";
        driver_start(driver_of(stand), "a", on_done, stand);
        wait_for(stand, &stand->ends, 1);
        assert_int_equal(stand->fault, failures[i].fault);
        if (!is_well)
            assert_string_equal(stand->message, "port is already allocated");
        assert_true(is_well == (stand->error == NULL));
        forget_end(stand);
    }
}

static void
an_engine_that_is_away_is_unreachable(void **state)
{
    struct stand *stand = *state;

    evhttp_free(stand->engine);
    stand->engine = NULL;
    driver_start(driver_of(stand), "a", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_UNREACHABLE);
    assert_null(stand->message);
    assert_non_null(strstr(stand->error, stand->endpoint));
}

static void
asks_again_in_the_engines_version(void **state)
{
    struct stand *stand = *state;

    wait_until_followed(stand);
    stand->old_versions = 1;
    driver_start(driver_of(stand), "a", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_OK);
    assert_string_equal(stand->asked, "POST /v1.44/containers/a/start");
    forget_end(stand);
    stand->old_versions = 2;
    driver_start(driver_of(stand), "a", on_done, stand);
    wait_for(stand, &stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_REFUSED);
}

static void
wait_until_asked(struct stand *stand)
{
    for (int turn = 0; turn < MOST_TURNS && *stand->asked == '\0'; turn++)
        loop_turn(stand->loop, 10);
    assert_true(*stand->asked != '\0');
}

static void
a_cancelled_act_is_not_told(void **state)
{
    struct stand *stand = *state;
    struct driver_call *call = driver_start(driver_of(stand), "a", on_done, stand);

    stand->is_silent = true;
    wait_until_asked(stand);
    driver_cancel(&call);
    loop_turn(stand->loop, 10);
    discovery_close(&stand->discovery);
    assert_int_equal(stand->ends, 0);
}

static void
a_provider_that_is_closed_ends_its_acts(void **state)
{
    struct stand *stand = *state;

    stand->is_silent = true;
    driver_pull(driver_of(stand), "web", on_done, stand);
    wait_until_asked(stand);
    assert_int_equal(stand->ends, 0);
    discovery_close(&stand->discovery);
    assert_int_equal(stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_UNREACHABLE);
}

static void
send_event(struct stand *stand, const char *label)
{
    char *event = memory_print("{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":"
                               "\"%064x\",\"Attributes\":{\"%s\":\"1\"}},\"timeNano\":1}\n",
                               1, label);

    struct evbuffer *chunk = evbuffer_new();
    evbuffer_add(chunk, event, strlen(event));
    evhttp_send_reply_chunk(stand->events, chunk);
    evbuffer_free(chunk);
    free(event);
}

static void
hints_at_changes_of_managed_containers(void **state)
{
    struct stand *stand = *state;
    struct driver_watch *watch = driver_watch_open(driver_of(stand), on_hint, stand);

    wait_for(stand, &stand->hints, 1); /* it is followed from now on */
    send_event(stand, "fairlead.managed");
    wait_for(stand, &stand->hints, 2);
    send_event(stand, "other");
    for (int turn = 0; turn < 10; turn++)
        loop_turn(stand->loop, 10);
    assert_int_equal(stand->hints, 2);
    driver_watch_close(&watch);
}

#define STANDING(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STANDING(asks_for_changes_as_the_engine_wants_it),
        STANDING(asks_for_readings_as_the_engine_wants_it),
        STANDING(pulls_one_tag),
        STANDING(a_pull_fails_by_a_line_of_its_stream),
        STANDING(a_pull_that_never_begins_is_told_too),
        STANDING(gives_the_answer_as_json),
        STANDING(says_what_kind_of_failure_it_was),
        STANDING(an_engine_that_is_away_is_unreachable),
        STANDING(asks_again_in_the_engines_version),
        STANDING(a_cancelled_act_is_not_told),
        STANDING(a_provider_that_is_closed_ends_its_acts),
        STANDING(hints_at_changes_of_managed_containers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
