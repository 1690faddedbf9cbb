/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection carries the event stream, which is read as fast as it comes, others carry
 * pings, lists and inspects. The order is ping -> stream (from a little earlier than now) ->
 * list -> inspects -> full set; then events are hints, and a periodic sweep finds what they did
 * not tell. Whatever fails leads to lost(), which keeps what is known and connects again. Start
 * reading at connect_engine.
 */
#include "control/docker/docker_follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/docker/docker_namespace.h"
#include "control/docker/docker_self.h"
#include "control/driver/driver_kind.h"

#define DOCKER_FOLLOWER_TAG 0x646f666f
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

static const char *const step_texts[] = {
    "waiting", "pinging", "versioning", "subscribing", "listing", "following",
};

static void connect_engine(void *argument);
static void open_stream(struct docker_follower *follower);

static void
enter(struct docker_follower *follower, enum docker_follower_step step)
{
    log_debug("provider %s: %s -> %s", follower->name, step_texts[follower->step],
              step_texts[step]);
    follower->step = step;
}

static void
set_error(struct docker_follower *follower, char *error)
{
    free(follower->error);
    follower->error = error;
}

static void
cancel_all(struct docker_follower *follower)
{
    api_request_cancel(&follower->ping);
    api_request_cancel(&follower->stream);
    api_request_cancel(&follower->version);
    api_request_cancel(&follower->self);
    docker_events_clear(&follower->events);
    timer_stop(&follower->retry);
    timer_stop(&follower->heartbeat);
    timer_stop(&follower->resync);
    timer_stop(&follower->stream_head);
}

/* Keeps everything that is known: an engine that cannot be reached says nothing about its
 * containers. Takes the error over. */
static void
lost(struct docker_follower *follower, char *error)
{
    if (follower->error == NULL || strcmp(follower->error, error) != 0)
        log_debug("provider %s: %s; keeping what is known and trying again", follower->name,
                  error);
    set_error(follower, error);
    follower->is_connected = false;
    cancel_all(follower);
    docker_roster_suspend(follower->roster);
    enter(follower, DOCKER_STEP_WAITING);
    timer_set(&follower->retry, follower->loop,
              follower->backoff_ms / 2 + random_below(follower->backoff_ms));
    follower->backoff_ms *= 2;
    if (follower->backoff_ms > BACKOFF_MOST_MS)
        follower->backoff_ms = BACKOFF_MOST_MS;
}

/* Sweeps */

static void
sweep(struct docker_follower *follower)
{
    bool reads_all = follower->resync_seconds >= YOUNG_SECONDS;

    timer_stop(&follower->stream_head);
    if (follower->step == DOCKER_STEP_SUBSCRIBING)
        enter(follower, DOCKER_STEP_LISTING);
    docker_roster_sweep(follower->roster, !follower->is_connected ? DOCKER_SWEEP_FIRST
                                          : reads_all             ? DOCKER_SWEEP_ALL
                                                                  : DOCKER_SWEEP_CHANGED);
}

static void
on_stream_head(void *argument)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    sweep(follower);
}

static void
on_resync(void *argument)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    /* An engine that gives no events is listed by itself, and asked for them again. */
    if (follower->stream == NULL)
        open_stream(follower);
    else
        sweep(follower);
}

static unsigned
resync_most_ms(const struct docker_follower *follower)
{
    unsigned seconds = follower->resync_seconds;

    return (seconds == 0 ? 30 : seconds) * 1000;
}

/* Missed events make sweeps frequent, for some engines do not tell everything; each one that
 * finds nothing doubles the distance again. */
static void
plan_resync(struct docker_follower *follower, unsigned missed)
{
    unsigned most = resync_most_ms(follower);

    follower->resync_ms =
        missed > 0 || follower->stream == NULL ? POLL_MS : follower->resync_ms * 2;
    if (follower->resync_ms > most)
        follower->resync_ms = most;
    timer_set(&follower->resync, follower->loop, follower->resync_ms);
}

/* A stream that said nothing while things changed may be dead although pings are answered. */
static void
check_stream(struct docker_follower *follower, unsigned missed)
{
    bool was_silent = follower->events_at_sweep == (unsigned)follower->event_count;

    follower->events_at_sweep = (unsigned)follower->event_count;
    if (missed == 0 || !was_silent || follower->stream == NULL)
        return;
    log_warning("provider %s: %u changes that no event told of; opening the event stream anew",
                follower->name, missed);
    api_request_cancel(&follower->stream);
    docker_events_clear(&follower->events);
    open_stream(follower);
}

static void
on_swept(void *argument, unsigned missed)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->syncs++;
    follower->last_sync_ms = clock_ms();
    follower->backoff_ms = BACKOFF_FIRST_MS;
    follower->refusals = 0;
    if (follower->stream != NULL)
        set_error(follower, NULL);
    if (follower->step == DOCKER_STEP_LISTING)
        enter(follower, DOCKER_STEP_FOLLOWING);
    if (!follower->is_connected) {
        log_debug("provider %s: following %s", follower->name, follower->endpoint);
        follower->is_connected = true;
        follower->resync_ms = resync_most_ms(follower);
        missed = 0; /* nobody was there to be told */
        driver_note_change(follower->driver);
    }
    follower->missed_events += missed;
    if (missed > 0)
        driver_note_change(follower->driver);
    plan_resync(follower, missed);
    check_stream(follower, missed);
}

/* The stream, ping and list all may find that the engine does not speak our version. */
static bool
take_refusal(struct docker_follower *follower, long status, const char *message)
{
    struct docker_version version;

    if (status != 400 || follower->refusals >= REFUSALS_MOST ||
        !docker_version_from_refusal(&version, message))
        return false;
    follower->refusals++;
    docker_engine_set_version(follower->engine, version);
    docker_events_clear(&follower->events);
    api_request_cancel(&follower->stream);
    docker_roster_suspend(follower->roster);
    open_stream(follower);
    return true;
}

static void
on_sweep_failed(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    if (!take_refusal(follower, answer->status, answer->body))
        lost(follower, docker_engine_explain(follower->engine, answer));
}

/* The stream */

static void
on_event(void *argument, const struct docker_event *event)
{
    struct docker_follower *follower = argument;

    follower->event_count++;
    follower->has_stream_spoken = true;
    follower->last_event_ms = clock_ms();
    if (event->time_ns > follower->last_event_ns)
        follower->last_event_ns = event->time_ns;
    if (event->is_managed || docker_greeting_is_podman(&follower->greeting))
        driver_note_change(follower->driver);
    docker_roster_take_event(follower->roster, event,
                             docker_greeting_is_podman(&follower->greeting));
}

static void
on_stream_field(void *argument, const char *name, const char *value)
{
    struct docker_follower *follower = argument;

    (void)name;
    (void)value;
    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    /* The head has come; the subscription follows it, hence the overlap. */
    if (follower->step == DOCKER_STEP_SUBSCRIBING)
        sweep(follower);
}

/* Events are switched off (Podman's backend none), forbidden, or a proxy answers with a page of
 * its own: the list must do. */
static void
poll_instead(struct docker_follower *follower, long status)
{
    struct api_answer answer = {
        .status = status, .body = follower->refusal, .body_length = follower->refusal_length};
    char *reason = docker_engine_read_error(&answer);
    char *error = memory_print("%s: no events: %s; reading the list every %d s instead",
                               follower->endpoint, reason, POLL_MS / 1000);

    if (follower->error == NULL || strcmp(follower->error, error) != 0)
        log_warning("provider %s: %s", follower->name, error);
    set_error(follower, error);
    free(reason);
    docker_events_clear(&follower->events);
    if (follower->step == DOCKER_STEP_SUBSCRIBING || follower->step == DOCKER_STEP_FOLLOWING)
        sweep(follower);
}

/* What came first is no event, whatever its status. */
static void
refuse_stream(struct docker_follower *follower)
{
    long status = api_request_status(follower->stream);

    api_request_cancel(&follower->stream);
    poll_instead(follower, status);
}

static void
on_stream_bytes(void *argument, const char *bytes, size_t length)
{
    struct docker_follower *follower = argument;
    size_t room = sizeof(follower->refusal) - 1 - follower->refusal_length;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    if (room > 0) {
        size_t noted = length < room ? length : room;
        memcpy(follower->refusal + follower->refusal_length, bytes, noted);
        follower->refusal_length += noted;
        follower->refusal[follower->refusal_length] = '\0';
    }
    if (docker_events_feed(&follower->events, bytes, length, on_event, follower) != -1)
        return;
    if (!follower->has_stream_spoken)
        refuse_stream(follower);
    else
        lost(follower,
             memory_print("%s: the event stream is no sequence of JSON values; is this "
                          "an engine's socket?",
                          follower->endpoint));
}

static void
on_version(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;
    struct docker_version version;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->version = NULL;
    if (answer->status == 200 &&
        docker_version_from_answer(&version, answer->body, answer->body_length)) {
        docker_engine_set_version(follower->engine, version);
        open_stream(follower);
        return;
    }
    lost(follower, memory_print("%s: the engine takes none of the API versions %u.%u to %u.%u",
                                follower->endpoint, DOCKER_VERSION_OLDEST.major,
                                DOCKER_VERSION_OLDEST.minor, DOCKER_VERSION_NEWEST.major,
                                DOCKER_VERSION_NEWEST.minor));
}

static void
ask_version(struct docker_follower *follower)
{
    static const struct api_callbacks callbacks = {.on_done = on_version};

    follower->refusals++;
    docker_roster_suspend(follower->roster);
    timer_stop(&follower->stream_head);
    enter(follower, DOCKER_STEP_VERSIONING);
    follower->version = docker_engine_get_plain(follower->engine, "/version", PING_TIMEOUT_MS,
                                                &callbacks, follower);
}

static void
on_stream_done(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->stream = NULL;
    if (take_refusal(follower, answer->status, follower->refusal))
        return;
    if (answer->status == 400 && follower->refusals < REFUSALS_MOST) {
        ask_version(follower);
        return;
    }
    if (answer->status < 300) {
        /* How a stream ends says nothing once its head had come. */
        lost(follower,
             follower->step == DOCKER_STEP_SUBSCRIBING && answer->status == 0
                 ? docker_engine_explain(follower->engine, answer)
                 : memory_print("%s: the engine ended the event stream", follower->endpoint));
        return;
    }
    poll_instead(follower, answer->status);
}

/* Since the last event that we saw, or a little before the ping; what the engine's memory of
 * the last 256 events does not hold is found by the list. */
static uint64_t
since_seconds(const struct docker_follower *follower)
{
    uint64_t seconds = follower->last_event_ns / NANOSECONDS;

    if (seconds == 0 || seconds > follower->greeting.seconds)
        seconds = follower->greeting.seconds;
    return seconds > OVERLAP_SECONDS ? seconds - OVERLAP_SECONDS : 0;
}

static void
open_stream(struct docker_follower *follower)
{
    static const struct api_callbacks callbacks = {
        .on_field = on_stream_field, .on_bytes = on_stream_bytes, .on_done = on_stream_done};
    char *path = docker_events_path(since_seconds(follower),
                                    docker_greeting_is_podman(&follower->greeting));

    enter(follower, DOCKER_STEP_SUBSCRIBING);
    follower->has_stream_spoken = false;
    follower->refusal_length = 0;
    follower->refusal[0] = '\0';
    follower->stream = docker_engine_get(follower->engine, path, 0, &callbacks, follower);
    timer_set(&follower->stream_head, follower->loop, STREAM_HEAD_MS);
    timer_set(&follower->heartbeat, follower->loop, PING_EVERY_MS);
    free(path);
}

/* Pings */

static void
on_ping_field(void *argument, const char *name, const char *value)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    docker_greeting_take_field(&follower->greeting, name, value);
}

static void
on_self(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->self = NULL;
    if (answer->status == 200) {
        docker_network_read_own(&follower->place.reach, answer->body, answer->body_length);
        follower->is_strange = !follower->place.reach.is_here;
    }
    open_stream(follower);
}

/* Containers of an engine in our own network can be reached at their own addresses; so can,
 * where we run in one ourselves, those that share a network with it. */
static void
find_network(struct docker_follower *follower)
{
    static const struct api_callbacks callbacks = {.on_done = on_self};
    enum docker_namespace found = docker_namespace_of(follower->endpoint);
    char id[DOCKER_ID_SIZE], path[DOCKER_ID_SIZE + 32];

    follower->is_strange = found == DOCKER_NAMESPACE_OTHER;
    follower->place.reach.is_here = found == DOCKER_NAMESPACE_OURS;
    follower->place.reach.own.count = 0;
    if (!follower->is_strange || !docker_self_find(id)) {
        open_stream(follower);
        return;
    }
    snprintf(path, sizeof(path), "/containers/%s/json", id);
    follower->self =
        docker_engine_get(follower->engine, path, PING_TIMEOUT_MS, &callbacks, follower);
}

static void
on_pinged(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->ping = NULL;
    if (answer->status != 200) {
        lost(follower, docker_engine_explain(follower->engine, answer));
        return;
    }
    docker_engine_set_version(follower->engine,
                              docker_version_choose(follower->greeting.newest));
    find_network(follower);
}

static void
connect_engine(void *argument)
{
    static const struct api_callbacks callbacks = {.on_field = on_ping_field,
                                                   .on_done = on_pinged};
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->pings_unanswered = 0;
    follower->greeting = (struct docker_greeting){.seconds = clock_wall_us() / 1000000};
    enter(follower, DOCKER_STEP_PINGING);
    follower->ping = docker_engine_get_plain(follower->engine, "/_ping", PING_TIMEOUT_MS,
                                             &callbacks, follower);
}

static void
on_heartbeat_done(void *argument, const struct api_answer *answer)
{
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    follower->ping = NULL;
    if (answer->status != 0)
        follower->pings_unanswered = 0;
    else if (answer->os_error != 0 || ++follower->pings_unanswered >= PINGS_UNANSWERED_MOST) {
        lost(follower, docker_engine_explain(follower->engine, answer));
        return;
    }
    timer_set(&follower->heartbeat, follower->loop, PING_EVERY_MS);
}

static void
on_heartbeat(void *argument)
{
    static const struct api_callbacks callbacks = {.on_done = on_heartbeat_done};
    struct docker_follower *follower = argument;

    CHECK_TAG(follower, DOCKER_FOLLOWER_TAG);
    if (follower->ping == NULL)
        follower->ping = docker_engine_get_plain(follower->engine, "/_ping", PING_TIMEOUT_MS,
                                                 &callbacks, follower);
}

void
docker_follower_begin(struct docker_follower *follower, const struct discovery_sink *sink)
{
    follower->tag = DOCKER_FOLLOWER_TAG;
    follower->backoff_ms = BACKOFF_FIRST_MS;
    timer_init(&follower->retry, connect_engine, follower);
    timer_init(&follower->heartbeat, on_heartbeat, follower);
    timer_init(&follower->resync, on_resync, follower);
    timer_init(&follower->stream_head, on_stream_head, follower);
    follower->roster_owner = (struct docker_roster_owner){on_swept, on_sweep_failed, follower};
    follower->roster = docker_roster_new(follower->loop, follower->engine, &follower->place,
                                         sink, &follower->roster_owner);
    connect_engine(follower);
}

void
docker_follower_end(struct docker_follower *follower)
{
    cancel_all(follower);
    timer_close(&follower->retry, follower->loop);
    timer_close(&follower->heartbeat, follower->loop);
    timer_close(&follower->resync, follower->loop);
    timer_close(&follower->stream_head, follower->loop);
    docker_roster_free(&follower->roster);
    follower->tag = 0;
}
