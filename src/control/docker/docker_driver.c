/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request an act, made of its row in docker_acts.def; only pulls and logs are read in their
 * own way. An engine that does not speak our version any more is asked again in its own.
 */
#include "control/docker/docker_driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/slice.h"
#include "control/docker/docker_logs.h"
#include "control/docker/docker_pull.h"
#include "control/driver/driver_kind.h"

#define WORK_TAG 0x64776f72
#define LOGS_MOST_BYTES ((size_t)4 * 1024 * 1024)

static const struct {
    const char *method, *path;
    unsigned seconds;
} acts[DRIVER_ACTS] = {

#define DOCKER_ACT(act, method, path, seconds) [DRIVER_ACT_##act] = {method, path, seconds},
#include "control/docker/docker_acts.def"
#undef DOCKER_ACT
};

/* Made by begin, freed at its end or by cancel. */
struct docker_work {
    uint32_t tag;
    enum driver_act act;
    struct docker_follower *follower;
    struct driver_call *call;
    struct api_request *request;
    char *path, *body;
    unsigned timeout_ms;
    bool is_second; /* sent again in another version */
    struct docker_pull pull;
};

static void
free_work(struct docker_work *work)
{
    struct loop *loop = work->follower->loop;

    docker_pull_clear(&work->pull);
    free(work->path);
    free(work->body);
    work->path = work->body = NULL;
    work->tag = 0;
    loop_free_later(loop, work, NULL);
}

/* Ends */

static enum driver_fault
find_fault(const struct api_answer *answer)
{
    if ((answer->status >= 200 && answer->status < 300) || answer->status == 304)
        return DRIVER_OK;
    if (answer->status == 404)
        return DRIVER_NOT_FOUND;
    if (answer->status == 409)
        return DRIVER_CONFLICT;
    if (answer->status != 0 || answer->is_too_long)
        return DRIVER_REFUSED;
    return answer->is_late ? DRIVER_TIMEOUT : DRIVER_UNREACHABLE;
}

/* The engine's own words about a failure; the caller's, NULL where it said nothing. */
static char *
read_message(const struct docker_work *work, const struct api_answer *answer)
{
    if (work->pull.error != NULL)
        return memory_copy_text(work->pull.error);
    if (answer->body == NULL)
        return NULL;
    json_t *body = json_loadb(answer->body, answer->body_length, JSON_ALLOW_NUL, NULL);
    char *message = memory_copy_text(json_string_value(json_object_get(body, "message")));
    json_decref(body);
    return message;
}

static void
end_badly(struct docker_work *work, const struct api_answer *answer, enum driver_fault fault)
{
    char *message = read_message(work, answer);
    char *error = answer->body == NULL && message != NULL
                      ? memory_print("%s: %s", work->follower->endpoint, message)
                      : docker_engine_explain(work->follower->engine, answer);
    const struct driver_result result = {fault, error, message, NULL};

    log_debug("provider %s: cannot %s: %s", work->follower->name, driver_act_text(work->act),
              error);
    driver_call_end(work->call, &result);
    free(message);
    free(error);
}

/* Empty bodies are no answer. */
static void
end_well(struct docker_work *work, const struct api_answer *answer)
{
    struct driver_result result = {.fault = DRIVER_OK};
    json_t *json = NULL;

    if (work->act == DRIVER_ACT_LOGS)
        json = docker_logs_read(answer->body, answer->body_length);
    else if (answer->body_length > 0)
        json = json_loadb(answer->body, answer->body_length, JSON_ALLOW_NUL, NULL);
    result.answer = json;
    if (json == NULL && answer->body_length > 0)
        result = (struct driver_result){
            .fault = DRIVER_REFUSED,
            .error = "what the engine answered is no JSON; is this an engine's socket?"};
    driver_call_end(work->call, &result);
    json_decref(json);
}

static void send_work(struct docker_work *work);

/* True when it is asked again, in the version that the refusal names. */
static bool
ask_again(struct docker_work *work, const struct api_answer *answer)
{
    struct docker_version version;
    char *message = answer->status == 400 ? read_message(work, answer) : NULL;
    bool is_refusal = docker_version_from_refusal(&version, message);

    free(message);
    if (!is_refusal || work->is_second)
        return false;
    work->is_second = true;
    docker_pull_clear(&work->pull);
    docker_engine_set_version(work->follower->engine, version);
    send_work(work);
    return true;
}

static void
on_done(void *argument, const struct api_answer *answer)
{
    struct docker_work *work = argument;
    enum driver_fault fault = find_fault(answer);

    CHECK_TAG(work, WORK_TAG);
    work->request = NULL;
    if (fault == DRIVER_REFUSED && ask_again(work, answer))
        return;
    if (fault == DRIVER_OK && work->pull.is_garbled && work->pull.error == NULL)
        work->pull.error = memory_copy_text("what it tells of the pull is no JSON");
    if (fault == DRIVER_OK && work->pull.error != NULL)
        fault = DRIVER_REFUSED;
    if (fault == DRIVER_OK)
        end_well(work, answer);
    else
        end_badly(work, answer, fault);
    free_work(work);
}

static void
on_pull_bytes(void *argument, const char *bytes, size_t length)
{
    struct docker_work *work = argument;

    CHECK_TAG(work, WORK_TAG);
    docker_pull_feed(&work->pull, bytes, length);
}

/* Requests */

/* One of the words that a path may have in braces; the caller's. */
static char *
fill_word(const struct driver_order *order, struct slice word)
{
    if (slice_equal(word, SLICE_LITERAL("object")))
        return api_escape(order->object);
    if (slice_equal(word, SLICE_LITERAL("name")))
        return api_escape(order->name);
    if (slice_equal(word, SLICE_LITERAL("number")))
        return memory_print("%u", order->number);
    if (slice_equal(word, SLICE_LITERAL("managed")))
        return api_escape("{\"label\":[\"" DRIVER_MANAGED_LABEL "=1\"]}");
    CHECK(slice_equal(word, SLICE_LITERAL("removal")));
    return memory_print("force=%d&v=%d", (order->number & DRIVER_REMOVE_FORCED) != 0,
                        (order->number & DRIVER_REMOVE_VOLUMES) != 0);
}

static char *
fill_path(const struct driver_order *order)
{
    struct slice rest = slice_of(acts[order->act].path);
    char *path = memory_copy_text("");

    while (rest.length > 0) {
        size_t open = slice_find(rest, '{');
        size_t close = slice_find(rest, '}');
        char *word = open == rest.length
                         ? memory_copy_text("")
                         : fill_word(order, slice_make(rest.at + open + 1, close - open - 1));
        char *longer = memory_print("%s%.*s%s", path, (int)open, rest.at, word);
        size_t used = open == rest.length ? open : close + 1;
        free(word);
        free(path);
        path = longer;
        rest = slice_make(rest.at + used, rest.length - used);
    }
    return path;
}

static void
send_work(struct docker_work *work)
{
    static const struct api_callbacks plain = {.on_done = on_done};
    static const struct api_callbacks streamed = {.on_bytes = on_pull_bytes,
                                                  .on_done = on_done};
    const struct api_call call = {acts[work->act].method, work->path, work->body,
                                  work->timeout_ms,
                                  work->act == DRIVER_ACT_LOGS ? LOGS_MOST_BYTES : 0};

    work->request = docker_engine_act(work->follower->engine, &call,
                                      work->act == DRIVER_ACT_PULL ? &streamed : &plain, work);
}

static void *
begin(void *engine, const struct driver_order *order, struct driver_call *call)
{
    struct docker_follower *follower = engine;
    struct docker_work *work = memory_take(1, sizeof(*work));
    struct driver_order filled = *order;
    char *reference =
        order->act == DRIVER_ACT_PULL ? docker_pull_reference(order->object) : NULL;

    if (reference != NULL)
        filled.object = reference;
    work->tag = WORK_TAG;
    work->act = order->act;
    work->follower = follower;
    work->call = call;
    work->path = fill_path(&filled);
    work->body = order->body == NULL ? NULL : json_dumps(order->body, JSON_COMPACT);
    work->timeout_ms = acts[order->act].seconds * 1000;
    free(reference);
    if (order->act == DRIVER_ACT_STOP) {
        work->timeout_ms += order->number * 1000;
        docker_roster_expect_stop(follower->roster, order->object, order->number);
    }
    send_work(work);
    return work;
}

static void
cancel(void *engine, void *request)
{
    struct docker_work *work = request;

    (void)engine;
    CHECK_TAG(work, WORK_TAG);
    api_request_cancel(&work->request);
    free_work(work);
}

static bool
is_connected(const void *engine)
{
    const struct docker_follower *follower = engine;

    return follower->is_connected;
}

struct driver *
docker_driver_new(struct docker_follower *follower)
{
    static const struct driver_kind kind = {begin, cancel, is_connected};

    return driver_new(follower->loop, &kind, follower);
}
