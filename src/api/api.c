/* SPDX-License-Identifier: Apache-2.0 */
/* The role's start, the messages from control (table `handlers`), and its end. */
#include "api/api.h"

#include <unistd.h>

#include "api/front.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/title.h"
#include "ipc/channel.h"
#include "ipc/counters.h"
#include "ipc/snapshot_open.h"
#include "net/http_service.h"

#define SECOND_MS 1000

/* One a process, on api_run's stack. */
struct api {
    struct loop *loop;
    struct channel *channel;
    unsigned worker_count;
    struct snapshot_base *base; /* of the snapshots to come */
    struct snapshot *snapshot;
    struct counters *own; /* for signs of life; NULL: not come yet */
    struct board *board;
    struct sampler *sampler;
    struct control_calls *calls;
    struct needs *needs;
    struct overview *overview;
    struct marks *marks;
    struct rule_hits *rule_hits;
    struct streams *streams;
    struct failures *failures;
    struct own_answers *answers;
    struct front *front;
    struct http_service *service; /* NULL: no listener */
    struct timer second_timer;
    bool is_stopping;
};

static void
on_counters(struct api *api, const struct message *message)
{
    const struct message_counters *about = &message->as.counters;
    struct counters *counters = NULL;

    if (about->slot < COUNTERS_SLOTS)
        counters = counters_map(message->fd, about->is_writable != 0);
    if (counters == NULL) {
        log_error("counters of slot %u cannot be used, what is shown lacks them", about->slot);
    } else if (about->is_writable != 0) {
        counters_unmap(&api->own);
        api->own = counters;
    } else {
        board_set(api->board, about->slot, counters);
    }
    close(message->fd);
}

static void
on_snapshot_base(struct api *api, const struct message *message)
{
    const char *error = NULL;
    struct snapshot_base *base = snapshot_base_open(message->fd, &error);

    close(message->fd);
    if (base == NULL) {
        log_error("the base of new snapshots is refused (%s)", error);
        return;
    }
    snapshot_base_close(&api->base);
    api->base = base;
}

/* What a snapshot is built on must not be taken for another: none is used until it comes. */
static void
on_shortage(void *owner, enum message_type type)
{
    struct api *api = owner;

    if (type == MESSAGE_api_answer) {
        control_calls_note_shortage(api->calls);
        return;
    }
    if (type == MESSAGE_snapshot_base)
        snapshot_base_close(&api->base);
    channel_ask_again(api->channel, type);
}

/* Which one is in use now. */
static void
answer(struct api *api)
{
    const struct message_applied applied = {
        .generation = api->snapshot == NULL ? 0 : snapshot_generation(api->snapshot)};

    channel_send(api->channel, MESSAGE_applied, &applied, -1);
}

static void
on_snapshot(struct api *api, const struct message *message)
{
    const char *error = NULL;
    struct snapshot *old = api->snapshot;

    if (api->base == NULL) {
        close(message->fd);
        on_shortage(api, MESSAGE_snapshot);
        return;
    }
    struct snapshot *snapshot = snapshot_open(message->fd, api->base, &error);
    close(message->fd);
    if (snapshot == NULL) {
        log_error("snapshot %llu is refused (%s), the last one stays in use",
                  (unsigned long long)message->as.snapshot.generation, error);
        answer(api);
        return;
    }
    api->snapshot = snapshot;
    sampler_set_snapshot(api->sampler, snapshot);
    overview_set_snapshot(api->overview, snapshot);
    streams_set_snapshot(api->streams, snapshot);
    own_answers_set_snapshot(api->answers, snapshot);
    front_set_snapshot(api->front, snapshot);
    snapshot_close(&old);
    answer(api);
}

/* Whoever waits is answered first: its request goes with the service. */
static void
close_service(struct api *api)
{
    control_calls_end_all(api->calls);
    http_service_free(&api->service);
}

static void
on_api_listener(struct api *api, const struct message *message)
{
    close_service(api);
    api->service = http_service_new(api->loop, message->fd, front_serve, api->front);
}

static void
on_api_close(struct api *api, const struct message *message)
{
    (void)message;
    close_service(api);
}

static void
on_access_channel(struct api *api, const struct message *message)
{
    failures_add_channel(api->failures, message->as.access_channel.slot, message->fd);
}

static void
on_api_answer(struct api *api, const struct message *message)
{
    control_calls_note_answer(api->calls, &message->as.api_answer, message->fd);
}

static void
on_shutdown(struct api *api, const struct message *message)
{
    (void)message;
    api->is_stopping = true;
    loop_stop(api->loop);
}

static void (*const handlers[MESSAGE_COUNT])(struct api *api, const struct message *message) = {
    [MESSAGE_counters] = on_counters,
    [MESSAGE_snapshot_base] = on_snapshot_base,
    [MESSAGE_snapshot] = on_snapshot,
    [MESSAGE_api_listener] = on_api_listener,
    [MESSAGE_api_close] = on_api_close,
    [MESSAGE_api_answer] = on_api_answer,
    [MESSAGE_access_channel] = on_access_channel,
    [MESSAGE_shutdown] = on_shutdown,
};

static void
on_message(void *owner, const struct message *message)
{
    struct api *api = owner;
    bool is_known = handlers[message->type] != NULL;

    if (is_known && !api->is_stopping) {
        handlers[message->type](api, message);
        return;
    }
    if (!is_known)
        log_warning("message %s is not for the api role, ignored", message_text(message->type));
    if (message->fd != -1)
        close(message->fd);
}

/* What it could still show would be of the past, and nobody would do what it is asked for. */
static void
on_end(void *owner, const char *reason)
{
    struct api *api = owner;

    if (!api->is_stopping)
        log_warning("control is gone (%s)", reason);
    api->is_stopping = true;
    loop_stop(api->loop);
}

static const struct channel_callbacks channel_callbacks = {on_message, on_end, on_shortage};

/* The first message tells who we are; then everything that is not needed is given up. */
static bool
receive_hello(struct api *api)
{
    struct message message;
    const char *error = NULL;

    if (!channel_receive_now(api->channel, &message) || message.type != MESSAGE_hello) {
        log_error("no hello from control: the api role is started by control only");
        return false;
    }
    api->worker_count = message.as.hello.worker_count;
    log_set_level(message.as.hello.log_level);
    log_set_form(message.as.hello.log_form);
    if (!sandbox_enter(SANDBOX_API, message.as.hello.uid, message.as.hello.gid, &error)) {
        log_error("the sandbox cannot be entered: %s", error);
        return false;
    }
    channel_send(api->channel, MESSAGE_walls,
                 &(struct message_walls){.standing = sandbox_walls()}, -1);
    return true;
}

static void
look(struct api *api)
{
    if (api->snapshot == NULL)
        return;
    sampler_look(api->sampler, clock_ms());
    overview_note_change(api->overview);
    streams_look(api->streams);
}

/* At the full second of the clock, so that none is left out. */
static void
on_second(void *argument)
{
    struct api *api = argument;

    if (api->own != NULL)
        counter_add(&api->own->heartbeat, 1);
    channel_reserve(api->channel);
    look(api);
    timer_set(&api->second_timer, api->loop, SECOND_MS - clock_ms() % SECOND_MS);
}

static void
open_answers(struct api *api)
{
    api->overview = overview_new(&(struct overview_parts){api->sampler, api->needs});
    api->streams = streams_new(
        &(struct stream_parts){api->loop, api->calls, api->sampler, api->needs, api->overview});
    api->answers = own_answers_new(&(struct own_answers_parts){.loop = api->loop,
                                                               .sampler = api->sampler,
                                                               .needs = api->needs,
                                                               .overview = api->overview,
                                                               .marks = api->marks,
                                                               .rule_hits = api->rule_hits,
                                                               .streams = api->streams,
                                                               .failures = api->failures});
    api->front = front_new(
        &(struct front_parts){.control = {api->loop, api->calls}, .own = api->answers});
}

static void
open_all(struct api *api)
{
    api->loop = loop_new();
    api->board = board_new(api->worker_count);
    api->sampler = sampler_new(api->board);
    api->calls = control_calls_new(api->loop, api->channel);
    api->needs = needs_new(api->calls);
    api->marks = marks_new(api->calls);
    api->rule_hits = rule_hits_new(api->board);
    api->failures = failures_new(api->loop);
    open_answers(api);
    channel_start(api->channel, api->loop);
    channel_reserve(api->channel);
    timer_init(&api->second_timer, on_second, api);
    timer_set(&api->second_timer, api->loop, SECOND_MS);
}

static void
close_all(struct api *api)
{
    close_service(api);
    front_free(&api->front);
    own_answers_free(&api->answers);
    streams_free(&api->streams);
    failures_free(&api->failures);
    rule_hits_free(&api->rule_hits);
    marks_free(&api->marks);
    overview_free(&api->overview);
    needs_free(&api->needs);
    control_calls_free(&api->calls);
    sampler_free(&api->sampler);
    board_free(&api->board);
    channel_close(&api->channel);
    counters_unmap(&api->own);
    snapshot_close(&api->snapshot);
    snapshot_base_close(&api->base);
    timer_close(&api->second_timer, api->loop);
    loop_free(&api->loop);
}

int
api_run(void)
{
    struct api api = {0};

    log_set_role("api");
    title_set("fairlead: api");
    api.channel = channel_open(CHANNEL_FD, &channel_callbacks, &api);
    if (!receive_hello(&api)) {
        channel_close(&api.channel);
        return 1;
    }
    open_all(&api);
    loop_run(api.loop);
    close_all(&api);
    return 0;
}
