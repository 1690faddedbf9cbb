/* SPDX-License-Identifier: Apache-2.0 */
/* The role's start, the messages from control (table `handlers`), and its end. */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/front.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/title.h"
#include "ipc/child_entry.h"
#include "ipc/counters.h"
#include "base/memory.h"
#include "ipc/snapshot_holder.h"
#include "model/ssl_policy.h"
#include "net/http_service.h"
#include "net/tls/tls_service.h"

#define SECOND_MS 1000
#define PAIR_MOST_BYTES (2 * 1024 * 1024 + 1)
#define TLS_POLICY "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

/* One a process, on api_run's stack. */
struct api {
    struct loop *loop;
    struct channel *channel;
    unsigned worker_count;
    struct snapshot_holder held;
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
    struct tls_service *tls;      /* NULL: no certificate has come */
    struct http_service *service; /* NULL: no listener */
    struct timer second_timer;
    bool is_secure; /* the listener */
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
    snapshot_holder_take_base(&api->held, message);
}

static void
on_shortage(void *owner, enum message_type type)
{
    struct api *api = owner;

    if (type == MESSAGE_api_answer)
        control_calls_note_shortage(api->calls);
    else
        snapshot_holder_note_shortage(&api->held, type);
}

static void
use_snapshot(void *owner, const struct snapshot *snapshot)
{
    struct api *api = owner;

    sampler_set_snapshot(api->sampler, snapshot);
    overview_set_snapshot(api->overview, snapshot);
    streams_set_snapshot(api->streams, snapshot);
    own_answers_set_snapshot(api->answers, snapshot);
    front_set_snapshot(api->front, snapshot);
}

static void
on_snapshot(struct api *api, const struct message *message)
{
    snapshot_holder_take(&api->held, message, use_snapshot, api);
}

/* Whoever waits is answered first: its request goes with the service. */
static void
close_service(struct api *api)
{
    control_calls_end_all(api->calls);
    http_service_free(&api->service);
}

static void
use_tls(struct api *api)
{
    struct tls_service *tls = api->is_secure ? api->tls : NULL;

    if (api->service != NULL)
        http_service_secure(api->service, tls);
    front_set_tls(api->front, tls);
}

static struct tls_service *
make_tls(struct slice text)
{
    const struct ssl_policy *row = &ssl_policies[ssl_policy_find(TLS_POLICY)];
    const struct tls_policy policy = {row->oldest, row->newest, row->suites_13,
                                      row->suites, row->level,  row->is_hybrid};
    struct tls_service *tls = NULL;
    struct tls_pair pair;
    const char *error = NULL;

    if (tls_pair_read(&pair, NULL, text, text, &error) == TLS_PAIR_GOOD)
        tls = tls_service_new(&pair, &policy, &error);
    tls_pair_clear(&pair);
    if (tls == NULL)
        log_error("the certificate of the api cannot be used: it %s", error);
    return tls;
}

static void
on_api_pair(struct api *api, const struct message *message)
{
    struct stat status;
    struct tls_service *before = api->tls, *tls = NULL;

    if (fstat(message->fd, &status) == 0 && status.st_size > 0 &&
        status.st_size <= PAIR_MOST_BYTES) {
        size_t length = (size_t)status.st_size;
        char *text = memory_take(1, length);
        if (pread(message->fd, text, length, 0) == (ssize_t)length)
            tls = make_tls(slice_make(text, length));
        explicit_bzero(text, length);
        free(text);
    }
    close(message->fd);
    if (tls == NULL)
        return;
    api->tls = tls;
    use_tls(api);
    tls_service_free(&before);
}

static void
on_api_listener(struct api *api, const struct message *message)
{
    close_service(api);
    api->is_secure = message->as.api_listener.is_secure != 0;
    if (api->is_secure && api->tls == NULL) {
        log_error("there is no certificate to serve with: nothing is served");
        close(message->fd);
        return;
    }
    api->service = http_service_new(api->loop, message->fd, front_serve, api->front);
    use_tls(api);
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
    [MESSAGE_counters] = on_counters,         [MESSAGE_snapshot_base] = on_snapshot_base,
    [MESSAGE_snapshot] = on_snapshot,         [MESSAGE_api_pair] = on_api_pair,
    [MESSAGE_api_listener] = on_api_listener, [MESSAGE_api_close] = on_api_close,
    [MESSAGE_api_answer] = on_api_answer,     [MESSAGE_access_channel] = on_access_channel,
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

static void
look(struct api *api)
{
    if (api->held.snapshot == NULL)
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
    tls_start();
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
    tls_service_free(&api->tls);
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
    snapshot_holder_close(&api->held);
    timer_close(&api->second_timer, api->loop);
    loop_free(&api->loop);
}

int
api_run(void)
{
    struct api api = {0};
    struct message_hello hello;

    log_set_role("api");
    title_set("fairlead: api");
    api.channel = channel_open(CHANNEL_FD, &channel_callbacks, &api);
    api.held.channel = api.channel;
    if (!child_enter(api.channel, SANDBOX_API, "the api role", &hello)) {
        channel_close(&api.channel);
        return 1;
    }
    api.worker_count = hello.worker_count;
    open_all(&api);
    loop_run(api.loop);
    close_all(&api);
    return 0;
}
