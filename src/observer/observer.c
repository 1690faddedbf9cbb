/* SPDX-License-Identifier: Apache-2.0 */
/* The observer's start, the messages from control (table `handlers`), and its end. */
#include "observer/observer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/title.h"
#include "ipc/child_entry.h"
#include "ipc/page.h"
#include "ipc/snapshot_holder.h"
#include "net/http_service.h"
#include "net/tls/tls_context.h"
#include "observer/exposition.h"
#include "observer/health.h"
#include "observer/metrics.h"

#define SECOND_MS 1000

/* One a process, on observer_run's stack. */
struct observer {
    struct loop *loop;
    struct channel *channel; /* NULL: control is gone */
    struct snapshot_holder held;
    struct health *health;
    struct metrics *metrics;
    struct counters *own;         /* for signs of life; NULL: not come yet */
    struct http_service *service; /* GET /metrics, /healthz; NULL: no metrics listener */
    struct timer second_timer;
    bool is_stopping;
};

static void
reply_with(struct http_service_request *request, int status, struct slice body)
{
    http_service_reply(request, status, EXPOSITION_CONTENT_TYPE, body.at, body.length);
}

static void
on_http_request(struct http_service_request *request, void *argument)
{
    struct observer *observer = argument;
    struct slice path = slice_of(http_service_path(request));

    if (slice_equal(path, SLICE_LITERAL("/metrics")))
        reply_with(request, 200, metrics_page(observer->metrics));
    else if (slice_equal(path, SLICE_LITERAL("/healthz")))
        reply_with(request, 200, SLICE_LITERAL("ok\n"));
    else
        reply_with(request, 404, SLICE_LITERAL("There is /metrics and /healthz.\n"));
}

static void
on_health_report(void *argument, uint64_t target_id, const struct verdict *verdict,
                 const struct probe_report *last)
{
    struct observer *observer = argument;
    struct message_health health = {
        .target_id = target_id,
        .health = verdict->health,
        .reason = verdict->reason,
        .cause = verdict->cause,
        .http_code = verdict->http_code,
        .last_outcome = last->outcome,
        .last_http_code = last->http_code,
        .timeout_ms = last->timeout_ms,
        .latency_us = last->latency_us < UINT32_MAX ? (uint32_t)last->latency_us : UINT32_MAX,
        .wall_us = last->wall_us,
    };

    if (observer->channel != NULL)
        channel_send(observer->channel, MESSAGE_health, &health, -1);
}

static void
on_counters(struct observer *observer, const struct message *message)
{
    uint32_t slot = message->as.counters.slot;
    struct counters *counters = NULL;

    if (slot < COUNTERS_SLOTS)
        counters = counters_map(message->fd, message->as.counters.is_writable != 0);
    if (counters == NULL)
        log_error("counters of slot %u cannot be used, the metrics lack them", slot);
    else if (message->as.counters.is_writable != 0)
        observer->own = counters;
    else
        metrics_set_counters(observer->metrics, slot, counters);
    close(message->fd);
}

static void
on_snapshot_base(struct observer *observer, const struct message *message)
{
    snapshot_holder_take_base(&observer->held, message);
}

/* Those who vouch for targets; keys do not come here. */
static void
on_certificates(struct observer *observer, const struct message *message)
{
    const char *error = NULL;
    struct certificate_book *book = certificate_book_open(message->fd, -1, &error);

    close(message->fd);
    if (book == NULL)
        log_error("certificates cannot be used: %s", error);
    else
        health_trust(observer->health, book);
}

static void
on_shortage(void *owner, enum message_type type)
{
    struct observer *observer = owner;

    snapshot_holder_note_shortage(&observer->held, type);
}

static void
use_snapshot(void *owner, const struct snapshot *snapshot)
{
    struct observer *observer = owner;

    metrics_set_snapshot(observer->metrics, snapshot);
    health_apply(observer->health, snapshot);
}

static void
on_snapshot(struct observer *observer, const struct message *message)
{
    snapshot_holder_take(&observer->held, message, use_snapshot, observer);
}

static void
on_check_now(struct observer *observer, const struct message *message)
{
    health_check_now(observer->health, message->as.check_now.target_id);
}

static void
on_metrics_listener(struct observer *observer, const struct message *message)
{
    http_service_free(&observer->service);
    observer->service =
        http_service_new(observer->loop, message->fd, on_http_request, observer);
}

static void
on_metrics_close(struct observer *observer, const struct message *message)
{
    (void)message;
    http_service_free(&observer->service);
}

static void
on_metrics_query(struct observer *observer, const struct message *message)
{
    struct message_metrics_reply reply = {.query_id = message->as.metrics_query.query_id};
    int fd = page_create(metrics_page(observer->metrics));

    if (fd == -1) {
        log_error("no memory for the metrics page: %s", strerror(errno));
        return;
    }
    channel_send(observer->channel, MESSAGE_metrics_reply, &reply, fd);
    close(fd);
}

static void
on_shutdown(struct observer *observer, const struct message *message)
{
    (void)message;
    observer->is_stopping = true;
    loop_stop(observer->loop);
}

static void (*const handlers[MESSAGE_COUNT])(struct observer *observer,
                                             const struct message *message) = {
    [MESSAGE_counters] = on_counters,
    [MESSAGE_snapshot_base] = on_snapshot_base,
    [MESSAGE_snapshot] = on_snapshot,
    [MESSAGE_certificates] = on_certificates,
    [MESSAGE_check_now] = on_check_now,
    [MESSAGE_metrics_listener] = on_metrics_listener,
    [MESSAGE_metrics_close] = on_metrics_close,
    [MESSAGE_metrics_query] = on_metrics_query,
    [MESSAGE_shutdown] = on_shutdown,
};

static void
on_message(void *owner, const struct message *message)
{
    struct observer *observer = owner;
    bool is_known = handlers[message->type] != NULL;

    if (is_known && !observer->is_stopping) {
        handlers[message->type](observer, message);
        return;
    }
    if (!is_known)
        log_warning("message %s is not for the observer, ignored", message_text(message->type));
    if (message->fd != -1)
        close(message->fd);
}

/* Checks have nobody to report to any more. */
static void
on_end(void *owner, const char *reason)
{
    struct observer *observer = owner;

    if (!observer->is_stopping)
        log_warning("control is gone (%s)", reason);
    channel_close(&observer->channel);
    loop_stop(observer->loop);
}

static const struct channel_callbacks channel_callbacks = {on_message, on_end, on_shortage};

static void
on_second(void *argument)
{
    struct observer *observer = argument;

    if (observer->own != NULL)
        counter_add(&observer->own->heartbeat, 1);
    if (observer->channel != NULL)
        channel_reserve(observer->channel);
    timer_set(&observer->second_timer, observer->loop, SECOND_MS);
}

static void
open_all(struct observer *observer)
{
    observer->loop = loop_new();
    observer->metrics = metrics_new();
    observer->health = health_new(observer->loop, probe_kinds, on_health_report, observer);
    channel_start(observer->channel, observer->loop);
    channel_reserve(observer->channel);
    timer_init(&observer->second_timer, on_second, observer);
    timer_set(&observer->second_timer, observer->loop, SECOND_MS);
}

static void
close_all(struct observer *observer)
{
    channel_close(&observer->channel);
    http_service_free(&observer->service);
    health_free(&observer->health);
    metrics_free(&observer->metrics);
    counters_unmap(&observer->own);
    snapshot_holder_close(&observer->held);
    timer_close(&observer->second_timer, observer->loop);
    loop_free(&observer->loop);
}

int
observer_run(void)
{
    struct observer observer = {0};
    struct message_hello hello;

    log_set_role("observer");
    tls_start();
    title_set("fairlead: observer");
    observer.channel = channel_open(CHANNEL_FD, &channel_callbacks, &observer);
    observer.held.channel = observer.channel;
    if (!child_enter(observer.channel, SANDBOX_OBSERVER, "the observer", &hello)) {
        channel_close(&observer.channel);
        return 1;
    }
    open_all(&observer);
    loop_run(observer.loop);
    close_all(&observer);
    return 0;
}
