/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_ANSWER: writes the answer once, waits until it is taken, and finishes. What the answer
 * is follows from the end reason and, for fixed responses and redirects, from the rule.
 */
#include "worker/exchange/exchange.h"

#include "base/clock.h"
#include "ipc/access_record.h"
#include "ipc/route.h"
#include "worker/exchange/access_reporter.h"
#include "worker/exchange/answer_shape.h"

/* Longest Location (ALB: 8 KiB, then 507). */
#define LOCATION_MAX 8192

#define HTTP_PORT 80

/* After this many seconds a client may try again, when nothing was ready for it. */
#define RETRY_AFTER_LINE "Retry-After: 1\r\n"

static void
fill_fixed_response(struct exchange *exchange, struct forwarding_page *page)
{
    const struct snapshot_action *action = exchange->rule_action;

    page->status = action->status_code;
    page->content_type = snapshot_slice(exchange->view->snapshot, action->content_type);
    page->body = snapshot_slice(exchange->view->snapshot, action->message_body);
}

static void
fill_challenge(const struct exchange *exchange, struct forwarding_page *page)
{
    const struct snapshot *snapshot = exchange->view->snapshot;

    page->status = 200;
    page->content_type = SLICE_LITERAL("application/octet-stream");
    page->body =
        snapshot_slice(snapshot, snapshot_challenge(snapshot, exchange->challenge)->answer);
}

/* For a client that sent no Host (HTTP/1.0): the address that it has connected to, which is an
 * authority that it can use (RFC 9110 4.2.1 asks for one). */
static struct slice
own_host(const struct exchange *exchange, char text[ADDRESS_TEXT_SIZE + 2])
{
    struct carrier *carrier = exchange->carrier;
    struct address address;

    if (!carrier->kind->local_address(carrier, &address) || address.family == ADDRESS_UNIX ||
        address.family == ADDRESS_NONE)
        return SLICE_LITERAL("localhost");
    if (address.family == ADDRESS_IPV4)
        return slice_make(text, address_format(&address, text));
    text[0] = '[';
    size_t length = address_format(&address, text + 1);
    text[1 + length] = ']';
    return slice_make(text, length + 2);
}

/* The Location line, or false when it is longer than the ALB allows. */
static bool
write_location(struct exchange *exchange, struct text *line)
{
    struct route_request request;
    char own[ADDRESS_TEXT_SIZE + 2];
    struct route_origin origin = {
        .protocol = origin_protocol(exchange),
        .host = exchange->request.host_name,
        .port = origin_port(exchange),
    };

    /* A client on a unix socket knows no port. */
    if (origin.port == 0)
        origin.port = HTTP_PORT;
    if (origin.host.length == 0)
        origin.host = own_host(exchange, own);
    exchange_route_request(exchange, &request);
    text_add_literal(line, "Location: ");
    size_t start = line->length;
    if (!route_write_location(exchange->view->snapshot, exchange->rule_action, &request,
                              &origin, line))
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
        page->status = exchange->rule_action->status_code;
        page->extra_fields = text_slice(line);
        return;
    }
    exchange->end = END_LOCATION_TOO_LONG;
    page->status = end_reason_status(END_LOCATION_TOO_LONG);
}

/* Fixed responses and redirects are what a rule wants, and no failure. */
static void
note_failure(const struct exchange *exchange)
{
    struct counters *counters = exchange->worker->counters;
    unsigned status = end_reason_status(exchange->end);

    if (status != 0)
        access_reporter_add_failure(exchange->worker->failures, exchange);
    if (status < 500)
        return;
    counter_add(&counters->values[COUNTER_OWN_5XX], 1);
    if (exchange->group != NULL)
        counter_add(&counters->groups[exchange->group->group->counter_row].own_5xx, 1);
}

/* False when the client could not be written to: then there is nobody to wait for. */
static bool
write_answer(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    char location[LOCATION_MAX + 64];
    struct text line = text_over(location, sizeof(location));
    struct forwarding_page page = {
        .status = exchange->status != 0 ? exchange->status : end_reason_status(exchange->end),
        .is_head_request = slice_equal(exchange->request.method, SLICE_LITERAL("HEAD")),
        .shape = answer_shape(exchange->view, carrier->listener),
    };

    if (exchange->end == END_FIXED_RESPONSE)
        fill_fixed_response(exchange, &page);
    else if (exchange->end == END_ACME_CHALLENGE)
        fill_challenge(exchange, &page);
    else if (exchange->end == END_REDIRECT)
        fill_redirect(exchange, &page, &line);
    else if (exchange->end == END_HOLD_OVERFLOW || exchange->end == END_HELD_TOO_LONG)
        page.extra_fields = SLICE_LITERAL(RETRY_AFTER_LINE);
    exchange->status = (uint16_t)page.status;
    exchange->response_state = RESPONSE_READ;
    exchange->response_head_us = clock_us();
    note_failure(exchange);
    return carrier->kind->send_page(carrier, &page) == CARRIER_DONE;
}

enum exchange_step
step_answer(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;

    if (exchange->response_state < RESPONSE_HEAD_SENT) {
        exchange_release_target(exchange, LINK_BROKEN);
        exchange_leave_line(exchange);
        if (!write_answer(exchange)) {
            exchange_on_client_end_noted(exchange, true);
            return STEP_FINISH;
        }
        if (carrier->is_blocked)
            exchange_touch(exchange);
    }
    return carrier->is_blocked ? STEP_WAIT : STEP_FINISH;
}
