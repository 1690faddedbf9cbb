/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_ANSWER: writes the answer once, waits until it is taken, and finishes. What the answer
 * is follows from the end reason and, for fixed responses and redirects, from the rule.
 */
#include "worker/exchange/reply.h"

#include "base/clock.h"
#include "base/log.h"
#include "ipc/access_record.h"
#include "ipc/route.h"
#include "worker/exchange/hold.h"
#include "worker/listeners/listener.h"

/* Longest Location (ALB: 8 KiB, then 507). */
#define LOCATION_MAX 8192

/* After this many seconds a client may try again, when nothing was ready for it. */
#define RETRY_AFTER_LINE "Retry-After: 1\r\n"

static const uint16_t statuses[END_REASON_COUNT] = {
    [END_CLIENT_MALFORMED] = 400,
    [END_CLIENT_DESYNC] = 400,
    [END_CLIENT_LINE_TOO_LONG] = 414,
    [END_CLIENT_HEAD_TOO_LARGE] = 431,
    [END_CLIENT_BODY_TOO_LARGE] = 413,
    [END_CLIENT_METHOD_REFUSED] = 405,
    [END_CLIENT_VERSION_REFUSED] = 505,
    [END_CLIENT_CODING_REFUSED] = 501,
    [END_CLIENT_XFF_REFUSED] = 463,
    [END_CLIENT_HEAD_TIMEOUT] = 408,
    [END_CLIENT_BODY_TIMEOUT] = 408,
    [END_CLIENT_WRITE_TIMEOUT] = 460,
    [END_CLIENT_GONE] = 460,
    [END_NO_TARGETS] = 503,
    [END_HELD_TOO_LONG] = 503,
    [END_HOLD_OVERFLOW] = 503,
    [END_CONNECT_FAILED] = 502,
    [END_CONNECT_TIMEOUT] = 504,
    [END_TARGET_CLOSED] = 502,
    [END_TARGET_MALFORMED] = 502,
    [END_TARGET_HEAD_TOO_LARGE] = 502,
    [END_TARGET_TIMEOUT] = 504,
    [END_TARGET_TRUNCATED] = 502,
    [END_DRAIN_OVER] = 502,
    [END_LOCATION_TOO_LONG] = 507,
    [END_SHUTDOWN] = 503,
    [END_INTERNAL] = 500,
};

unsigned
reply_status(enum end_reason reason)
{
    return statuses[reason];
}

static const struct snapshot_action *
action_of(const struct exchange *exchange)
{
    const struct snapshot *snapshot = exchange->view->snapshot;

    return snapshot_action(snapshot, snapshot_rule(snapshot, exchange->rule)->action);
}

static void
fill_fixed_response(struct exchange *exchange, struct forwarding_page *page)
{
    const struct snapshot_action *action = action_of(exchange);

    page->status = action->status_code;
    page->content_type = snapshot_slice(exchange->view->snapshot, action->content_type);
    page->body = snapshot_slice(exchange->view->snapshot, action->message_body);
}

/* The Location line, or false when it is longer than the ALB allows. */
static bool
write_location(struct exchange *exchange, struct text *line)
{
    struct route_request request;
    struct route_origin origin = {
        .protocol = SLICE_LITERAL("http"),
        .host = exchange->request.host_name,
        .port = listener_port(exchange->client->listener),
    };

    exchange_route_request(exchange, &request);
    text_add_literal(line, "Location: ");
    size_t start = line->length;
    if (!route_write_location(exchange->view->snapshot, action_of(exchange), &request, &origin,
                              line))
        return false;
    struct text url = text_over(exchange->redirect_url, sizeof(exchange->redirect_url) - 1);
    size_t length = line->length - start;
    text_add_bytes(&url, line->at + start, length < url.capacity ? length : url.capacity);
    url.at[url.length] = '\0';
    text_add_literal(line, "\r\n");
    return !line->is_truncated;
}

static void
fill_redirect(struct exchange *exchange, struct forwarding_page *page, struct text *line)
{
    if (write_location(exchange, line)) {
        page->status = action_of(exchange)->status_code;
        page->extra_fields = text_slice(line);
        return;
    }
    exchange->end = END_LOCATION_TOO_LONG;
    page->status = reply_status(END_LOCATION_TOO_LONG);
}

/* The rest of a request that is answered early stays unread: the connection cannot go on. */
static bool
client_may_stay(const struct exchange *exchange)
{
    return !exchange->client->must_close && exchange->has_head && exchange->request_is_read &&
           exchange->request.keep_alive && !exchange->worker->is_shutting_down;
}

static void
write_answer(struct exchange *exchange)
{
    char location[LOCATION_MAX + 64];
    struct text line = text_over(location, sizeof(location));
    struct text out = text_over(exchange->worker->compose, COMPOSE_BYTES);
    struct forwarding_page page = {
        .status = exchange->status != 0 ? exchange->status : reply_status(exchange->end),
        .is_head_request = slice_equal(exchange->request.method, SLICE_LITERAL("HEAD")),
        .server_header = exchange->view->settings->attributes.server_header,
    };

    if (exchange->end == END_FIXED_RESPONSE)
        fill_fixed_response(exchange, &page);
    else if (exchange->end == END_REDIRECT)
        fill_redirect(exchange, &page, &line);
    else if (exchange->end == END_HOLD_OVERFLOW || exchange->end == END_HELD_TOO_LONG)
        page.extra_fields = SLICE_LITERAL(RETRY_AFTER_LINE);
    page.keep_alive = client_may_stay(exchange);
    if (!page.keep_alive)
        exchange->client->must_close = true;
    exchange->status = (uint16_t)page.status;
    exchange->response_head_sent = true;
    exchange->response_head_us = clock_us();
    if (!forwarding_write_page(&out, &page))
        log_error("an answer with status %u does not fit", page.status);
    exchange->sent_bytes += out.length;
    if (!backlog_write(&exchange->to_client, &exchange->client->stream, out.at, out.length))
        backlog_clear(&exchange->to_client);
}

enum exchange_step
step_answer(struct exchange *exchange)
{
    struct client *client = exchange->client;

    if (!exchange->response_head_sent) {
        exchange_release_target(exchange, CONNECTION_BROKEN);
        hold_leave(exchange);
        write_answer(exchange);
        if (!backlog_is_empty(&exchange->to_client)) {
            stream_want_writable(&client->stream, true);
            exchange_touch(exchange);
        }
    }
    return backlog_is_empty(&exchange->to_client) ? STEP_FINISH : STEP_WAIT;
}
