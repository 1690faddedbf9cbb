/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is owned by the stand and freed with it. */
#include "rollout_stand.h"

#include <unistd.h>

#include "net/socket.h"

#define MOST_TURNS 3000
#define TURN_MS 10

static uint64_t
in_flight(void *argument, const struct registered_target *target)
{
    const struct rollout_stand *stand = argument;

    (void)target;
    return stand->in_flight;
}

static void
put_container(struct rollout_stand *stand, const char *id)
{
    unsigned port = ++stand->last_port;
    struct task *task = make_task(id, port, "srvweb", port);

    task->name = memory_print("name-%s", id);
    registry_put_task(stand->world->registry, task);
}

/* "/v1.24/containers/ID/verb?…" */
static void
read_path(const char *path, char id[32], char verb[32])
{
    *id = *verb = '\0';
    sscanf(path, "/v%*[0-9.]/containers/%31[^/?]/%31[^/?]", id, verb);
}

static void
answer(struct http_service_request *request, int status, const char *text)
{
    http_service_reply(request, status, "application/json", text, strlen(text));
}

static void
note_call(struct rollout_stand *stand, const struct http_service_request *request)
{
    const char *rest = strchr(http_service_path(request) + 1, '/'); /* without the version */
    const char *timeout = http_service_parameter(request, "t");
    size_t length = strlen(stand->calls);

    if (rest == NULL)
        return;
    snprintf(stand->calls + length, sizeof(stand->calls) - length, "%s %s%s%s\n",
             http_service_method(request), rest,
             timeout == NULL ? "" : "?t=", timeout == NULL ? "" : timeout);
}

static void
on_request(struct http_service_request *request, void *argument)
{
    struct rollout_stand *stand = argument;
    const char *method = http_service_method(request), *path = http_service_path(request);
    char id[32], verb[32], call[128];

    note_call(stand, request);
    read_path(path, id, verb);
    snprintf(call, sizeof(call), "%s %s", *verb == '\0' ? method : verb, id);
    if (strncmp(path, "/v", 2) != 0 ||
        (*stand->refused != '\0' &&
         strncmp(call, stand->refused, strlen(stand->refused)) == 0)) {
        answer(request, 500, "{\"message\": \"the engine is tired\"}");
        return;
    }
    if (strcmp(verb, "stop") == 0)
        registry_remove_task(stand->world->registry, "docker", id, 0);
    if (strcmp(verb, "start") == 0 && (!stand->is_sick || *id == 'a' || *id == 'b'))
        put_container(stand, id);
    if (strcmp(verb, "json") == 0)
        answer(request, 200,
               "{\"Id\": \"aa\", \"Image\": \"sha256:1\", \"Config\": {\"Image\": \"old\"}, "
               "\"State\": {\"Running\": true}, \"HostConfig\": {}, \"NetworkSettings\": {}}");
    else if (strcmp(id, "create") == 0)
        answer(request, 201, "{\"Id\": \"f00d\"}");
    else
        answer(request, 200, "{}");
}

static void
open_providers(struct rollout_stand *stand)
{
    stand->provider = (struct config_provider){
        .type = (char *)"docker", .endpoint = stand->endpoint, .resync_seconds = 30};
    stand->world->config.providers = &stand->provider;
    stand->world->config.provider_count = 1;
    stand->problems = problems_new();
    stand->counters = memory_take(1, sizeof(*stand->counters));
    stand->providers = providers_new(&(struct provider_parts){
        .loop = stand->loop,
        .registry = stand->world->registry,
        .problems = stand->problems,
        .events = stand->world->events,
        .counters = stand->counters,
    });
    providers_set_config(stand->providers, &stand->world->config);
}

static void
open_engine(struct rollout_stand *stand)
{
    char path[48];

    snprintf(stand->folder, sizeof(stand->folder), "/tmp/fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    snprintf(path, sizeof(path), "%s/engine", stand->folder);
    snprintf(stand->endpoint, sizeof(stand->endpoint), "unix://%s", path);
    int fd = socket_listen_unix(path, 0600, 16);
    assert_int_not_equal(fd, -1);
    stand->engine = http_service_new(stand->loop, fd, on_request, stand);
}

struct rollout_stand *
rollout_stand_new(void)
{
    struct rollout_stand *stand = memory_take(1, sizeof(*stand));

    stand->world = world_new();
    stand->loop = loop_new();
    stand->last_port = 32767;
    stand->waits = stand->world->waits = target_waits_new();
    stand->drain = drain_new(stand->loop, stand->world->targets, in_flight, stand);
    drain_set_config(stand->drain, &stand->world->config);
    open_engine(stand);
    open_providers(stand);
    stand->rollout = rollout_new(&(struct rollout_parts){stand->loop, stand->world->registry,
                                                         stand->waits, stand->providers});
    rollout_set_config(stand->rollout, &stand->world->config);
    return stand;
}

void
rollout_stand_free(struct rollout_stand *stand)
{
    char path[48];

    providers_free(&stand->providers);
    rollout_free(&stand->rollout);
    http_service_free(&stand->engine);
    drain_free(&stand->drain);
    problems_free(&stand->problems);
    free(stand->counters);
    stand->world->waits = NULL;
    world_free(stand->world);
    target_waits_free(&stand->waits);
    loop_free(&stand->loop);
    snprintf(path, sizeof(path), "%s/engine", stand->folder);
    unlink(path);
    rmdir(stand->folder);
    free(stand->error);
    free(stand);
}

/* Workers apply at once, and checks find everything healthy. */
static void
settle(struct rollout_stand *stand)
{
    static const struct target_verdict well = {.health = HEALTH_HEALTHY};
    struct registered_target *target;

    while (stand->changes != stand->world->changes) {
        stand->changes = stand->world->changes;
        drain_note_published(stand->drain, ++stand->generation);
        drain_note_applied(stand->drain, stand->generation);
    }
    TAILQ_FOREACH (target, targets_live(stand->world->targets), in_table)
        if (target->membership == MEMBERSHIP_IN_SERVICE && target->health == HEALTH_INITIAL)
            targets_set_health(stand->world->targets, target, &well);
}

void
rollout_stand_run(struct rollout_stand *stand, const char *id)
{
    put_container(stand, id);
    settle(stand);
}

void
rollout_stand_turn(struct rollout_stand *stand)
{
    loop_turn(stand->loop, TURN_MS);
    advance_ms(TURN_MS);
    drain_look(stand->drain);
    registry_settle(stand->world->registry);
    settle(stand);
}

void
rollout_stand_wait(struct rollout_stand *stand)
{
    for (int turn = 0; turn < MOST_TURNS && stand->error == NULL; turn++)
        rollout_stand_turn(stand);
    assert_non_null(stand->error);
}

void
rollout_stand_wait_for_call(struct rollout_stand *stand, const char *call)
{
    for (int turn = 0; turn < MOST_TURNS && strstr(stand->calls, call) == NULL; turn++)
        rollout_stand_turn(stand);
    assert_non_null(strstr(stand->calls, call));
}

void
rollout_stand_on_step(void *argument, const char *text)
{
    struct rollout_stand *stand = argument;

    strncat(strncat(stand->steps, text, 200), "\n", 2);
}

void
rollout_stand_on_done(void *argument, const char *error)
{
    struct rollout_stand *stand = argument;

    assert_null(stand->error); /* told once */
    stand->error = memory_copy_text(error == NULL ? "" : error);
}
