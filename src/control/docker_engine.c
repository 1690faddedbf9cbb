/*
 * Calls are kept in a list until their answer comes, so that closing can end each with a
 * reason: somebody waits for it.
 */
#include "control/docker_engine.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"
#include "control/docker_container.h"

/* On top of the time that the engine itself gives the container. */
#define CALL_TIMEOUT_MS 30000
#define SHOWN_BYTES 300

struct call {
    LIST_ENTRY(call) entry;
    struct docker_engine *engine;
    struct api_request *request;
    docker_engine_done *on_done;
    void *argument;
};

struct docker_engine {
    struct loop *loop;
    struct api_client *client;
    struct docker_version version;
    char *host;
    LIST_HEAD(, call) calls;
};

/* "tcp://10.0.0.5:2375" and "tcp://[::1]:2375" without scheme, port and brackets; NULL: unix.
 */
static char *
read_host(const char *endpoint)
{
    const char *host = strstr(endpoint, "://");

    if (strncmp(endpoint, "unix:", 5) == 0 || host == NULL)
        return NULL;
    host += 3;
    size_t length = *host == '[' ? strcspn(++host, "]") : strcspn(host, ":/");
    if (length == 9 && strncmp(host, "localhost", length) == 0)
        return NULL;
    return memory_copy_bytes(host, length);
}

struct docker_engine *
docker_engine_open(struct loop *loop, const char *endpoint, char **error)
{
    struct api_client *client = api_client_new(loop, endpoint, error);

    if (client == NULL)
        return NULL;
    struct docker_engine *engine = memory_take(1, sizeof(*engine));
    engine->loop = loop;
    engine->client = client;
    engine->version = DOCKER_VERSION_OLDEST;
    engine->host = read_host(endpoint);
    LIST_INIT(&engine->calls);
    return engine;
}

static void
end_call(struct call *call, const char *error)
{
    LIST_REMOVE(call, entry);
    call->on_done(call->argument, error);
    loop_free_later(call->engine->loop, call, NULL);
}

void
docker_engine_close(struct docker_engine **engine)
{
    struct docker_engine *closed = *engine;
    struct call *call;

    *engine = NULL;
    if (closed == NULL)
        return;
    while ((call = LIST_FIRST(&closed->calls)) != NULL) {
        api_request_cancel(&call->request);
        end_call(call, "the provider was closed before the engine had answered");
    }
    api_client_free(&closed->client);
    free(closed->host);
    closed->host = NULL;
    loop_free_later(closed->loop, closed, NULL);
}

const char *
docker_engine_host(const struct docker_engine *engine)
{
    return engine->host;
}

void
docker_engine_set_version(struct docker_engine *engine, struct docker_version version)
{
    engine->version = version;
}

struct docker_version
docker_engine_version(const struct docker_engine *engine)
{
    return engine->version;
}

static struct api_request *
send_versioned(struct docker_engine *engine, const char *method, const char *path,
               unsigned timeout_ms, const struct api_callbacks *callbacks, void *argument)
{
    char *versioned =
        memory_print("/v%u.%u%s", engine->version.major, engine->version.minor, path);
    struct api_request *request = api_client_send(engine->client, method, versioned, NULL,
                                                  timeout_ms, callbacks, argument);

    free(versioned);
    return request;
}

struct api_request *
docker_engine_get_plain(struct docker_engine *engine, const char *path, unsigned timeout_ms,
                        const struct api_callbacks *callbacks, void *argument)
{
    return api_client_send(engine->client, "GET", path, NULL, timeout_ms, callbacks, argument);
}

struct api_request *
docker_engine_get(struct docker_engine *engine, const char *path, unsigned timeout_ms,
                  const struct api_callbacks *callbacks, void *argument)
{
    return send_versioned(engine, "GET", path, timeout_ms, callbacks, argument);
}

char *
docker_engine_read_error(const struct api_answer *answer)
{
    if (answer->error != NULL)
        return memory_copy_text(answer->error);
    json_t *body = json_loadb(answer->body == NULL ? "" : answer->body, answer->body_length,
                              JSON_ALLOW_NUL, NULL);
    const char *message = json_string_value(json_object_get(body, "message"));
    char *error = message == NULL
                      ? memory_print("the engine answered with status %ld", answer->status)
                      : memory_print("the engine answered with status %ld: %.*s",
                                     answer->status, SHOWN_BYTES, message);
    json_decref(body);
    return error;
}

static void
on_stopped(void *argument, const struct api_answer *answer)
{
    struct call *call = argument;
    /* 304: it was stopped before. */
    bool is_done = (answer->status >= 200 && answer->status < 300) || answer->status == 304;
    char *error = is_done ? NULL : docker_engine_read_error(answer);

    end_call(call, error);
    free(error);
}

void
docker_engine_stop(struct docker_engine *engine, const char *id, unsigned timeout_seconds,
                   docker_engine_done *on_done, void *argument)
{
    static const struct api_callbacks callbacks = {.on_done = on_stopped};
    struct call *call = memory_take(1, sizeof(*call));

    CHECK(docker_id_is_valid(id));
    call->engine = engine;
    call->on_done = on_done;
    call->argument = argument;
    char *path = memory_print("/containers/%s/stop?t=%u", id, timeout_seconds);
    call->request = send_versioned(engine, "POST", path,
                                   timeout_seconds * 1000 + CALL_TIMEOUT_MS, &callbacks, call);
    free(path);
    LIST_INSERT_HEAD(&engine->calls, call, entry);
}
