/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Docker Engine API, and Podman's form of it: one connection carries the event stream,
 * which is read as fast as it comes, others carry pings, lists and inspects. The order is ping
 * -> stream (from a little earlier than now) -> list -> inspects -> full set; then events are
 * hints, and a periodic sweep finds what they did not tell. Whatever fails leads to lost(),
 * which keeps what is known and connects again. Start reading at connect_engine.
 */
#include "control/discovery/discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/docker/docker_engine.h"
#include "control/docker/docker_events.h"
#include "control/docker/docker_namespace.h"
#include "control/docker/docker_roster.h"

#define DOCKER_TAG 0x646f636b
#define ENDPOINT_DEFAULT "unix:///var/run/docker.sock"
#define PING_TIMEOUT_MS 5000
/* The stream has no heartbeat of its own: silence may be a dead connection. */
#define PING_EVERY_MS 5000
#define PINGS_UNANSWERED_MOST 2
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MOST_MS 5000
/* An engine that does not flush the stream's head is listed after this time anyway. */
#define STREAM_HEAD_MS 2000
/* How far back the stream begins: the engine answers before it subscribes us. */
#define OVERLAP_SECONDS 2
/* Where events do not tell everything, the list is read this often. */
#define POLL_MS 5000
/* Beyond this a container may restart between two sweeps without being young at the second. */
#define YOUNG_SECONDS 60
#define REFUSALS_MOST 3
#define NANOSECONDS UINT64_C(1000000000)

enum step {
    STEP_WAITING,     /* for the next attempt */
    STEP_PINGING,     /* for the engine's version and clock */
    STEP_VERSIONING,  /* for what it says about versions, after it refused ours */
    STEP_SUBSCRIBING, /* for the stream's head */
    STEP_LISTING,     /* for the first full set */
    STEP_FOLLOWING
};

static const char *const step_texts[] = {
    "waiting", "pinging", "versioning", "subscribing", "listing", "following",
};

/* Created by open, freed after close. */
struct docker {
    uint32_t tag;
    enum step step;
    struct loop *loop;
    const struct config_provider *config;
    const char *name, *endpoint;
    struct docker_engine *engine; /* NULL: the endpoint is none, there is nothing to do */
    struct docker_place place;
    struct docker_roster *roster;
    struct docker_roster_owner roster_owner;
    struct docker_events events;
    struct api_request *ping, *stream, *version;
    struct timer retry, heartbeat, resync, stream_head;
    unsigned backoff_ms, pings_unanswered, refusals;
    unsigned resync_ms; /* until the next sweep; short after one that found missed events */
    char refusal[512];  /* begin of the stream's bytes: the message where it was refused */
    size_t refusal_length;
    /* of the engine */
    bool has_stream_spoken; /* an event came on it */
    bool is_connected;      /* swept since the connection was made */
    bool is_strange;        /* its network is another one than ours */
    struct docker_greeting greeting;
    uint64_t last_event_ns; /* its clock */
    unsigned events_at_sweep;
    /* for the status */
    uint64_t last_sync_ms, last_event_ms, syncs, event_count, missed_events;
    char *error;
};

static void connect_engine(void *argument);
static void open_stream(struct docker *docker);

static void
enter(struct docker *docker, enum step step)
{
    log_debug("provider %s: %s -> %s", docker->name, step_texts[docker->step],
              step_texts[step]);
    docker->step = step;
}

static void
set_error(struct docker *docker, char *error)
{
    free(docker->error);
    docker->error = error;
}

static void
cancel_all(struct docker *docker)
{
    api_request_cancel(&docker->ping);
    api_request_cancel(&docker->stream);
    api_request_cancel(&docker->version);
    docker_events_clear(&docker->events);
    timer_stop(&docker->retry);
    timer_stop(&docker->heartbeat);
    timer_stop(&docker->resync);
    timer_stop(&docker->stream_head);
}

/* Keeps everything that is known: an engine that cannot be reached says nothing about its
 * containers. Takes the error over. */
static void
lost(struct docker *docker, char *error)
{
    if (docker->error == NULL || strcmp(docker->error, error) != 0)
        log_debug("provider %s: %s; keeping what is known and trying again", docker->name,
                  error);
    set_error(docker, error);
    docker->is_connected = false;
    cancel_all(docker);
    docker_roster_suspend(docker->roster);
    enter(docker, STEP_WAITING);
    timer_set(&docker->retry, docker->loop,
              docker->backoff_ms / 2 + random_below(docker->backoff_ms));
    docker->backoff_ms *= 2;
    if (docker->backoff_ms > BACKOFF_MOST_MS)
        docker->backoff_ms = BACKOFF_MOST_MS;
}

/* Sweeps */

static void
sweep(struct docker *docker)
{
    bool reads_all = docker->config->resync_seconds >= YOUNG_SECONDS;

    timer_stop(&docker->stream_head);
    if (docker->step == STEP_SUBSCRIBING)
        enter(docker, STEP_LISTING);
    docker_roster_sweep(docker->roster, !docker->is_connected ? DOCKER_SWEEP_FIRST
                                        : reads_all           ? DOCKER_SWEEP_ALL
                                                              : DOCKER_SWEEP_CHANGED);
}

static void
on_stream_head(void *argument)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    sweep(docker);
}

static void
on_resync(void *argument)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    /* An engine that gives no events is listed by itself, and asked for them again. */
    if (docker->stream == NULL)
        open_stream(docker);
    else
        sweep(docker);
}

static unsigned
resync_most_ms(const struct docker *docker)
{
    unsigned seconds = docker->config->resync_seconds;

    return (seconds == 0 ? 30 : seconds) * 1000;
}

/* Missed events make sweeps frequent, for some engines do not tell everything; each one that
 * finds nothing doubles the distance again. */
static void
plan_resync(struct docker *docker, unsigned missed)
{
    unsigned most = resync_most_ms(docker);

    docker->resync_ms = missed > 0 || docker->stream == NULL ? POLL_MS : docker->resync_ms * 2;
    if (docker->resync_ms > most)
        docker->resync_ms = most;
    timer_set(&docker->resync, docker->loop, docker->resync_ms);
}

/* A stream that said nothing while things changed may be dead although pings are answered. */
static void
check_stream(struct docker *docker, unsigned missed)
{
    bool was_silent = docker->events_at_sweep == (unsigned)docker->event_count;

    docker->events_at_sweep = (unsigned)docker->event_count;
    if (missed == 0 || !was_silent || docker->stream == NULL)
        return;
    log_warning("provider %s: %u changes that no event told of; opening the event stream anew",
                docker->name, missed);
    api_request_cancel(&docker->stream);
    docker_events_clear(&docker->events);
    open_stream(docker);
}

static void
on_swept(void *argument, unsigned missed)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->syncs++;
    docker->last_sync_ms = clock_ms();
    docker->backoff_ms = BACKOFF_FIRST_MS;
    docker->refusals = 0;
    if (docker->stream != NULL)
        set_error(docker, NULL);
    if (docker->step == STEP_LISTING)
        enter(docker, STEP_FOLLOWING);
    if (!docker->is_connected) {
        log_debug("provider %s: following %s", docker->name, docker->endpoint);
        docker->is_strange = docker_namespace_differs(docker->endpoint);
        docker->is_connected = true;
        docker->resync_ms = resync_most_ms(docker);
        missed = 0; /* nobody was there to be told */
    }
    docker->missed_events += missed;
    plan_resync(docker, missed);
    check_stream(docker, missed);
}

/* The stream, ping and list all may find that the engine does not speak our version. */
static bool
take_refusal(struct docker *docker, long status, const char *message)
{
    struct docker_version version;

    if (status != 400 || docker->refusals >= REFUSALS_MOST ||
        !docker_version_from_refusal(&version, message))
        return false;
    docker->refusals++;
    docker_engine_set_version(docker->engine, version);
    docker_events_clear(&docker->events);
    api_request_cancel(&docker->stream);
    docker_roster_suspend(docker->roster);
    open_stream(docker);
    return true;
}

static void
on_sweep_failed(void *argument, const struct api_answer *answer)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    if (!take_refusal(docker, answer->status, answer->body))
        lost(docker, docker_engine_explain(docker->engine, answer));
}

/* The stream */

static void
on_event(void *argument, const struct docker_event *event)
{
    struct docker *docker = argument;

    docker->event_count++;
    docker->has_stream_spoken = true;
    docker->last_event_ms = clock_ms();
    if (event->time_ns > docker->last_event_ns)
        docker->last_event_ns = event->time_ns;
    docker_roster_take_event(docker->roster, event,
                             docker_greeting_is_podman(&docker->greeting));
}

static void
on_stream_field(void *argument, const char *name, const char *value)
{
    struct docker *docker = argument;

    (void)name;
    (void)value;
    CHECK_TAG(docker, DOCKER_TAG);
    /* The head has come; the subscription follows it, hence the overlap. */
    if (docker->step == STEP_SUBSCRIBING)
        sweep(docker);
}

/* Events are switched off (Podman's backend none), forbidden, or a proxy answers with a page of
 * its own: the list must do. */
static void
poll_instead(struct docker *docker, long status)
{
    struct api_answer answer = {
        .status = status, .body = docker->refusal, .body_length = docker->refusal_length};
    char *reason = docker_engine_read_error(&answer);
    char *error = memory_print("%s: no events: %s; reading the list every %d s instead",
                               docker->endpoint, reason, POLL_MS / 1000);

    if (docker->error == NULL || strcmp(docker->error, error) != 0)
        log_warning("provider %s: %s", docker->name, error);
    set_error(docker, error);
    free(reason);
    docker_events_clear(&docker->events);
    if (docker->step == STEP_SUBSCRIBING || docker->step == STEP_FOLLOWING)
        sweep(docker);
}

/* What came first is no event, whatever its status. */
static void
refuse_stream(struct docker *docker)
{
    long status = api_request_status(docker->stream);

    api_request_cancel(&docker->stream);
    poll_instead(docker, status);
}

static void
on_stream_bytes(void *argument, const char *bytes, size_t length)
{
    struct docker *docker = argument;
    size_t room = sizeof(docker->refusal) - 1 - docker->refusal_length;

    CHECK_TAG(docker, DOCKER_TAG);
    if (room > 0) {
        size_t noted = length < room ? length : room;
        memcpy(docker->refusal + docker->refusal_length, bytes, noted);
        docker->refusal_length += noted;
        docker->refusal[docker->refusal_length] = '\0';
    }
    if (docker_events_feed(&docker->events, bytes, length, on_event, docker) != -1)
        return;
    if (!docker->has_stream_spoken)
        refuse_stream(docker);
    else
        lost(docker, memory_print("%s: the event stream is no sequence of JSON values; is this "
                                  "an engine's socket?",
                                  docker->endpoint));
}

static void
on_version(void *argument, const struct api_answer *answer)
{
    struct docker *docker = argument;
    struct docker_version version;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->version = NULL;
    if (answer->status == 200 &&
        docker_version_from_answer(&version, answer->body, answer->body_length)) {
        docker_engine_set_version(docker->engine, version);
        open_stream(docker);
        return;
    }
    lost(docker, memory_print("%s: the engine takes none of the API versions %u.%u to %u.%u",
                              docker->endpoint, DOCKER_VERSION_OLDEST.major,
                              DOCKER_VERSION_OLDEST.minor, DOCKER_VERSION_NEWEST.major,
                              DOCKER_VERSION_NEWEST.minor));
}

static void
ask_version(struct docker *docker)
{
    static const struct api_callbacks callbacks = {.on_done = on_version};

    docker->refusals++;
    docker_roster_suspend(docker->roster);
    timer_stop(&docker->stream_head);
    enter(docker, STEP_VERSIONING);
    docker->version = docker_engine_get_plain(docker->engine, "/version", PING_TIMEOUT_MS,
                                              &callbacks, docker);
}

static void
on_stream_done(void *argument, const struct api_answer *answer)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->stream = NULL;
    if (take_refusal(docker, answer->status, docker->refusal))
        return;
    if (answer->status == 400 && docker->refusals < REFUSALS_MOST) {
        ask_version(docker);
        return;
    }
    if (answer->status < 300) {
        /* How a stream ends says nothing once its head had come. */
        lost(docker,
             docker->step == STEP_SUBSCRIBING && answer->status == 0
                 ? docker_engine_explain(docker->engine, answer)
                 : memory_print("%s: the engine ended the event stream", docker->endpoint));
        return;
    }
    poll_instead(docker, answer->status);
}

/* Since the last event that we saw, or a little before the ping; what the engine's memory of
 * the last 256 events does not hold is found by the list. */
static uint64_t
since_seconds(const struct docker *docker)
{
    uint64_t seconds = docker->last_event_ns / NANOSECONDS;

    if (seconds == 0 || seconds > docker->greeting.seconds)
        seconds = docker->greeting.seconds;
    return seconds > OVERLAP_SECONDS ? seconds - OVERLAP_SECONDS : 0;
}

static void
open_stream(struct docker *docker)
{
    static const struct api_callbacks callbacks = {
        .on_field = on_stream_field, .on_bytes = on_stream_bytes, .on_done = on_stream_done};
    char *path =
        docker_events_path(since_seconds(docker), docker_greeting_is_podman(&docker->greeting));

    enter(docker, STEP_SUBSCRIBING);
    docker->has_stream_spoken = false;
    docker->refusal_length = 0;
    docker->refusal[0] = '\0';
    docker->stream = docker_engine_get(docker->engine, path, 0, &callbacks, docker);
    timer_set(&docker->stream_head, docker->loop, STREAM_HEAD_MS);
    timer_set(&docker->heartbeat, docker->loop, PING_EVERY_MS);
    free(path);
}

/* Pings */

static void
on_ping_field(void *argument, const char *name, const char *value)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker_greeting_take_field(&docker->greeting, name, value);
}

static void
on_pinged(void *argument, const struct api_answer *answer)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->ping = NULL;
    if (answer->status != 200) {
        lost(docker, docker_engine_explain(docker->engine, answer));
        return;
    }
    docker_engine_set_version(docker->engine, docker_version_choose(docker->greeting.newest));
    open_stream(docker);
}

static void
connect_engine(void *argument)
{
    static const struct api_callbacks callbacks = {.on_field = on_ping_field,
                                                   .on_done = on_pinged};
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->pings_unanswered = 0;
    docker->greeting = (struct docker_greeting){.seconds = clock_wall_us() / 1000000};
    enter(docker, STEP_PINGING);
    docker->ping =
        docker_engine_get_plain(docker->engine, "/_ping", PING_TIMEOUT_MS, &callbacks, docker);
}

static void
on_heartbeat_done(void *argument, const struct api_answer *answer)
{
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    docker->ping = NULL;
    if (answer->status != 0)
        docker->pings_unanswered = 0;
    else if (answer->os_error != 0 || ++docker->pings_unanswered >= PINGS_UNANSWERED_MOST) {
        lost(docker, docker_engine_explain(docker->engine, answer));
        return;
    }
    timer_set(&docker->heartbeat, docker->loop, PING_EVERY_MS);
}

static void
on_heartbeat(void *argument)
{
    static const struct api_callbacks callbacks = {.on_done = on_heartbeat_done};
    struct docker *docker = argument;

    CHECK_TAG(docker, DOCKER_TAG);
    if (docker->ping == NULL)
        docker->ping = docker_engine_get_plain(docker->engine, "/_ping", PING_TIMEOUT_MS,
                                               &callbacks, docker);
}

/* The kind */

static void *
open_docker(struct loop *loop, const struct config_provider *config, const char *name,
            const struct discovery_sink *sink)
{
    struct docker *docker = memory_take(1, sizeof(*docker));

    docker->tag = DOCKER_TAG;
    docker->loop = loop;
    docker->config = config;
    docker->name = name;
    docker->endpoint = config->endpoint != NULL ? config->endpoint : ENDPOINT_DEFAULT;
    docker->backoff_ms = BACKOFF_FIRST_MS;
    timer_init(&docker->retry, connect_engine, docker);
    timer_init(&docker->heartbeat, on_heartbeat, docker);
    timer_init(&docker->resync, on_resync, docker);
    timer_init(&docker->stream_head, on_stream_head, docker);
    docker->engine = docker_engine_open(loop, docker->endpoint, &docker->error);
    if (docker->engine == NULL) {
        log_error("provider %s: %s", name, docker->error);
        return docker;
    }
    docker->place.source = name;
    docker->place.host =
        config->host != NULL ? config->host : docker_engine_host(docker->engine);
    docker->roster_owner = (struct docker_roster_owner){on_swept, on_sweep_failed, docker};
    docker->roster =
        docker_roster_new(loop, docker->engine, &docker->place, sink, &docker->roster_owner);
    connect_engine(docker);
    return docker;
}

static void
read_status(void *provider, struct discovery_status *status)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    status->is_connected = docker->is_connected;
    status->last_sync_ms = docker->last_sync_ms;
    status->last_event_ms = docker->last_event_ms;
    status->syncs = docker->syncs;
    status->events = docker->event_count;
    status->missed_events = docker->missed_events;
    status->error = docker->error;
    status->is_strange = docker->is_strange;
    if (docker->greeting.newest[0] == '\0' || docker->engine == NULL)
        return;
    struct docker_version version = docker_engine_version(docker->engine);
    bool is_podman = docker_greeting_is_podman(&docker->greeting);
    snprintf(status->version, sizeof(status->version), "%u.%u%s%s%s", version.major,
             version.minor, is_podman ? " (Podman " : "", docker->greeting.podman,
             is_podman ? ")" : "");
}

static void
resync_docker(void *provider)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    if (docker->step == STEP_FOLLOWING)
        on_resync(docker);
    else if (docker->step == STEP_WAITING && docker->engine != NULL)
        timer_set(&docker->retry, docker->loop, 0);
}

static bool
stop_docker_task(void *provider, const char *id, unsigned timeout_seconds,
                 discovery_stopped *on_done, void *argument)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    if (docker->engine == NULL || !docker_id_is_valid(id))
        return false;
    docker_roster_expect_stop(docker->roster, id, timeout_seconds);
    docker_engine_stop(docker->engine, id, timeout_seconds, on_done, argument);
    return true;
}

static struct docker_engine *
engine_of(void *provider)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    return docker->engine;
}

static void
release_docker(void *object)
{
    struct docker *docker = object;

    free(docker->error);
    free(docker);
}

static void
close_docker(void *provider)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    cancel_all(docker);
    timer_close(&docker->retry, docker->loop);
    timer_close(&docker->heartbeat, docker->loop);
    timer_close(&docker->resync, docker->loop);
    timer_close(&docker->stream_head, docker->loop);
    docker_roster_free(&docker->roster);
    docker_engine_close(&docker->engine);
    docker->tag = 0;
    loop_free_later(docker->loop, docker, release_docker);
}

const struct discovery_kind discovery_docker = {
    .type = "docker",
    .open = open_docker,
    .status = read_status,
    .resync = resync_docker,
    .stop_task = stop_docker_task,
    .engine = engine_of,
    .close = close_docker,
};
