/* SPDX-License-Identifier: Apache-2.0 */
#include "control/docker/docker_engine.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SHOWN_BYTES 300
/* Stops wait for their containers: so many may at the same time. */
#define ACTS_MOST 64

struct docker_engine {
    struct loop *loop;
    struct api_client *client; /* of what is read to follow it */
    struct api_client *acts;
    struct docker_version version;
    char *endpoint, *host;
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
docker_engine_open(struct loop *loop, const struct api_endpoint *endpoint, char **error)
{
    struct api_client *client = api_client_new(loop, endpoint, error);
    struct api_endpoint acting = *endpoint;

    if (client == NULL)
        return NULL;
    struct docker_engine *engine = memory_take(1, sizeof(*engine));
    engine->loop = loop;
    engine->client = client;
    acting.connections = ACTS_MOST;
    engine->acts = api_client_new(loop, &acting, error);
    engine->version = DOCKER_VERSION_OLDEST;
    engine->endpoint = memory_copy_text(endpoint->url);
    engine->host = read_host(endpoint->url);
    return engine;
}

static void
release_engine(void *object)
{
    struct docker_engine *engine = object;

    free(engine->endpoint);
    free(engine->host);
    free(engine);
}

void
docker_engine_close(struct docker_engine **engine)
{
    struct docker_engine *closed = *engine;

    *engine = NULL;
    if (closed == NULL)
        return;
    api_client_free(&closed->client);
    api_client_free(&closed->acts);
    loop_free_later(closed->loop, closed, release_engine);
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
send_versioned(const struct docker_engine *engine, struct api_client *client,
               const struct api_call *call, const struct api_callbacks *callbacks,
               void *argument)
{
    struct api_call versioned = *call;
    char *path =
        memory_print("/v%u.%u%s", engine->version.major, engine->version.minor, call->path);

    versioned.path = path;
    struct api_request *request = api_client_send(client, &versioned, callbacks, argument);
    free(path);
    return request;
}

struct api_request *
docker_engine_get_plain(struct docker_engine *engine, const char *path, unsigned timeout_ms,
                        const struct api_callbacks *callbacks, void *argument)
{
    const struct api_call call = {"GET", path, NULL, timeout_ms, 0};

    return api_client_send(engine->client, &call, callbacks, argument);
}

struct api_request *
docker_engine_get_bounded(struct docker_engine *engine, const struct api_call *call,
                          const struct api_callbacks *callbacks, void *argument)
{
    return send_versioned(engine, engine->client, call, callbacks, argument);
}

struct api_request *
docker_engine_get(struct docker_engine *engine, const char *path, unsigned timeout_ms,
                  const struct api_callbacks *callbacks, void *argument)
{
    const struct api_call call = {"GET", path, NULL, timeout_ms, 0};

    return send_versioned(engine, engine->client, &call, callbacks, argument);
}

struct api_request *
docker_engine_act(struct docker_engine *engine, const struct api_call *call,
                  const struct api_callbacks *callbacks, void *argument)
{
    return send_versioned(engine, engine->acts, call, callbacks, argument);
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

/* What to do about a connection that was not made. */
static const struct {
    int os_error;
    const char *advice;
} advices[] = {
    {EACCES,
     "permission denied: start fairlead as root, or add its user to the socket's group"},
    {EPERM, "permission denied: start fairlead as root, or add its user to the socket's group"},
    {ENOENT, "no such socket: start the engine; where fairlead runs in a container, mount the "
             "directory that holds the socket"},
    {ECONNREFUSED,
     "nobody listens there: start the engine; where fairlead runs in a container, "
     "mount the socket's directory, for a mounted socket file goes stale when "
     "the engine restarts"},
    {ETIMEDOUT, "no answer to the connection: check the address and the firewall"},
    {EHOSTUNREACH, "the host cannot be reached: check the address and the network"},
};

char *
docker_engine_explain(const struct docker_engine *engine, const struct api_answer *answer)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++) {
        if (answer->status == 0 && advices[i].os_error == answer->os_error)
            return memory_print("%s: %s", engine->endpoint, advices[i].advice);
    }
    char *reason = docker_engine_read_error(answer);
    char *error = memory_print("%s: %s", engine->endpoint, reason);
    free(reason);
    return error;
}
