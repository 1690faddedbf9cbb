/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the rule to a target that has the request: choosing, connecting, sending the head, and
 * going back to another target while the request can be replayed safely.
 */
#include <errno.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/grpc.h"
#include "http/request_judge.h"
#include "worker/balancing/balancer.h"
#include "worker/balancing/stickiness.h"
#include "worker/exchange/doubt.h"
#include "worker/exchange/exchange.h"
#include "worker/exchange/hold.h"
#include "worker/exchange/pause.h"
#include "worker/exchange/pin.h"
#include "worker/exchange/relay_state.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"
#include "worker/targets/retry_budget.h"

static bool
is_excluded(const void *argument, const struct target_state *target)
{
    const struct exchange *exchange = argument;

    if (target->is_closed)
        return true;
    if (exchange->takes_second_chance && target->id == exchange->second_chance)
        return false;
    for (unsigned i = 0; i < exchange->attempts; i++)
        if (exchange->tried[i] == target->id)
            return true;
    return false;
}

static bool
is_second_try(const struct exchange *exchange)
{
    return exchange->attempts + exchange->attempts_before > 0;
}

/* The weighted group of a forward action: by its cookie, else by chance. */
static const struct snapshot_weighted_group *
choose_group(struct exchange *exchange, const struct snapshot_action *action)
{
    const struct snapshot *snapshot = exchange->view->snapshot;
    uint32_t first = action->weighted_groups.first;
    struct stickiness sticky;

    if (action->weighted_groups.count == 1)
        return snapshot_weighted_group(snapshot, first);
    exchange_stickiness(exchange, &sticky);
    uint32_t row = pin_find_group(exchange->carrier, exchange->view, action);
    if (row == SNAPSHOT_NO_INDEX)
        row = stickiness_find_group(&sticky, action);
    if (row != SNAPSHOT_NO_INDEX)
        return snapshot_weighted_group(snapshot, row);
    if (action->total_weight == 0)
        return NULL;
    uint64_t ticket = random_below(action->total_weight);
    for (uint32_t i = 0; i < action->weighted_groups.count; i++) {
        const struct snapshot_weighted_group *group =
            snapshot_weighted_group(snapshot, first + i);
        if (ticket < group->weight)
            return group;
        ticket -= group->weight;
    }
    return NULL;
}

static bool
find_group(struct exchange *exchange)
{
    const struct snapshot_weighted_group *chosen =
        choose_group(exchange, exchange->rule_action);

    if (chosen == NULL)
        return false;
    exchange->route_row = chosen->counter_row;
    exchange->group = &exchange->view->groups[chosen->group];
    exchange->group_id = exchange->group->group->id;
    exchange->choice_view = view_pin(exchange->view);
    return true;
}

/* The ALB's matrix of versions: which protocol of a request goes to which of a group. */
static bool
group_takes_request(const struct exchange *exchange)
{
    bool is_http2 = exchange->carrier->is_http2;

    switch (exchange->group->group->protocol_version) {
    case PROTOCOL_VERSION_GRPC:
        return is_http2 && slice_equal(exchange->request.method, SLICE_LITERAL("POST"));
    case PROTOCOL_VERSION_HTTP2:
        return is_http2;
    default:
        return !is_http2 || !grpc_is_call(&exchange->request);
    }
}

/*
 * Targets are chosen from the newest view, also by an exchange that was routed by an older one
 * and has to go to a second target: what it knew may be gone by now.
 */
static void
use_newest_view(struct exchange *exchange)
{
    struct view *newest = exchange->worker->view;

    if (exchange->choice_view == newest)
        return;
    struct view_group *group = view_find_group(newest, exchange->group_id);
    if (group == NULL)
        return;
    view_unpin(exchange->worker, &exchange->choice_view);
    exchange->choice_view = view_pin(newest);
    exchange->group = group;
}

static uint32_t
choose_index(struct exchange *exchange)
{
    struct view *view = exchange->choice_view;
    struct balancer_choice choice = {
        .worker = exchange->worker,
        .view = view,
        .group = exchange->group,
        .is_second_try = is_second_try(exchange),
        .is_excluded = is_excluded,
        .argument = exchange,
    };
    uint32_t index = SNAPSHOT_NO_INDEX;

    if (carrier_pinned(exchange->carrier) != NULL && exchange->attempts == 0)
        index = pin_find_target(exchange->carrier, view, exchange->group);
    if ((exchange->group->group->flags & GROUP_STICKINESS) != 0 && exchange->attempts == 0 &&
        index == SNAPSHOT_NO_INDEX) {
        struct stickiness sticky;
        exchange_stickiness(exchange, &sticky);
        index = stickiness_find_target(&sticky);
    }
    return index != SNAPSHOT_NO_INDEX ? index : balancer_choose(&choice);
}

/*
 * That a kept connection was lost says little about its target, which may have closed it for
 * its age: when no other target is left, the same one is asked again on a new connection.
 */
static uint32_t
choose_second_chance(struct exchange *exchange)
{
    if (exchange->second_chance == 0 || exchange->takes_second_chance)
        return SNAPSHOT_NO_INDEX;
    exchange->takes_second_chance = true;
    return choose_index(exchange);
}

static void
count_second_try(const struct exchange *exchange)
{
    if (exchange->last_failure == END_CONNECT_FAILED ||
        exchange->last_failure == END_CONNECT_TIMEOUT)
        WORKER_COUNT(exchange->worker, RETRIES_CONNECT);
    else
        WORKER_COUNT(exchange->worker, RETRIES_CLOSED);
}

enum exchange_step
step_choose_target(struct exchange *exchange)
{
    if (exchange->group == NULL) {
        if (!find_group(exchange))
            return exchange_fail(exchange, END_NO_TARGETS);
        if (!group_takes_request(exchange))
            return exchange_fail(exchange, END_VERSION_MISMATCH);
        retry_budget_earn(exchange->group->state);
        counter_add(
            &exchange->worker->counters->groups[exchange->group->group->counter_row].requests,
            1);
    }
    use_newest_view(exchange);
    const struct view_group *group = exchange->group;
    if (group->selectable_count == 0 || group->roster->vacancy != VACANCY_NONE) {
        if (hold_is_wanted(exchange))
            return STEP_HOLD;
        if (group->selectable_count == 0)
            return exchange_fail(exchange, hold_end_reason(exchange));
    }
    uint32_t index = choose_index(exchange);
    if (index == SNAPSHOT_NO_INDEX)
        index = choose_second_chance(exchange);
    if (index == SNAPSHOT_NO_INDEX && pause_is_wanted(exchange))
        return STEP_PAUSE;
    if (index == SNAPSHOT_NO_INDEX)
        return exchange->attempts > 0 ? doubt_or_fail(exchange)
                                      : exchange_fail(exchange, hold_end_reason(exchange));
    if (is_second_try(exchange))
        count_second_try(exchange);
    if (group->roster->fails_open)
        counter_add(
            &exchange->worker->counters->groups[group->group->counter_row].fail_open_requests,
            1);
    exchange->target = exchange->choice_view->targets[index];
    exchange->tried[exchange->attempts++] = exchange->target->id;
    if (exchange->target->id == exchange->second_chance)
        exchange->second_chance = 0;
    exchange->nothing_was_sent = true;
    exchange->was_unprocessed = false;
    target_state_begin(exchange->target);
    return STEP_CONNECT;
}

static enum exchange_step
connect_ended(struct exchange *exchange)
{
    if (exchange->link->kind->connect_error(exchange->link) != 0) {
        target_state_note_connect_failure(exchange->target);
        return exchange_target_lost(exchange, END_CONNECT_FAILED);
    }
    exchange->connected_us = clock_us();
    return STEP_SEND_HEAD;
}

/* What is missing here is not the target's fault, and idle connections can give some back. */
static bool
is_our_own(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static enum exchange_step
open_new(struct exchange *exchange)
{
    struct target_state *target = exchange->target;

    exchange->link = target->link_kind->open(target, exchange);
    if (exchange->link == NULL && is_our_own(errno)) {
        target_table_close_idle(exchange->worker);
        exchange->link = target->link_kind->open(target, exchange);
    }
    if (exchange->link != NULL) {
        exchange_touch(exchange);
        return STEP_WAIT;
    }
    if (is_our_own(errno))
        return exchange_fail(exchange, END_INTERNAL);
    target_state_note_connect_failure(target);
    return exchange_target_lost(exchange, END_CONNECT_FAILED);
}

enum exchange_step
step_connect(struct exchange *exchange)
{
    if (exchange->link != NULL)
        return exchange->events.connect_has_ended ? connect_ended(exchange) : STEP_WAIT;
    exchange->connect_begun_us = clock_us();
    exchange->connected_us = exchange->connect_begun_us;
    if (carrier_pinned(exchange->carrier) != NULL)
        exchange->link = pin_take(exchange);
    if (exchange->link == NULL && !exchange->takes_second_chance && !exchange->wants_new_link)
        exchange->link = exchange->target->link_kind->take(exchange->target, exchange);
    return exchange->link != NULL ? STEP_SEND_HEAD : open_new(exchange);
}

static enum target_link_result
send_request(struct exchange *exchange, const struct carrier_body *held,
             enum http_refusal *refusal)
{
    const struct carrier *carrier = exchange->carrier;
    char address[ADDRESS_TEXT_SIZE];
    struct origin_fields fields;
    bool has_address = carrier->address.family != ADDRESS_UNIX;
    struct forwarding_origin origin = {
        .attributes = &exchange->balancer->attributes,
        .client =
            slice_make(address, has_address ? address_format(&carrier->address, address) : 0),
        .client_port = carrier->address.port,
        .listener_port = origin_port(exchange),
        .is_tls = exchange->origin.is_tls,
        .default_host = snapshot_slice(exchange->view->snapshot, exchange->balancer->name),
    };
    if (carrier->is_secure || exchange->origin.is_told)
        origin_fill_tls(exchange, &fields, &origin);
    struct target_link_request request = {
        .head = &exchange->request,
        .origin = &origin,
        .trace = &exchange->trace,
        .body = slice_make(held->bytes, held->length),
        .is_last = held->is_last,
        .trailers = held->trailers,
    };
    enum target_link_result result =
        exchange->link->kind->send_request(exchange->link, &request, refusal);

    exchange->first_write = request.written;
    return result;
}

/* Body bytes that came with the head go out with it; a replay begins with them again. */
enum exchange_step
step_send_head(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct carrier_body held = {.is_last = true};
    enum http_refusal refusal = HTTP_REFUSAL_MALFORMED;

    if (exchange->request_state < REQUEST_READ || exchange->payload_bytes > 0) {
        if (carrier->kind->read_held(carrier, &held) != CARRIER_DONE)
            return exchange_refuse(exchange, HTTP_REFUSAL_MALFORMED);
        exchange->payload_bytes = held.length;
        exchange->request_state = held.is_last ? REQUEST_READ : REQUEST_BODY_COMES;
    }
    if (relay_body_is_too_large(exchange))
        return exchange_refuse(exchange, HTTP_REFUSAL_BODY_TOO_LARGE);
    enum target_link_result result = send_request(exchange, &held, &refusal);
    if (result == LINK_REFUSED)
        return exchange_refuse(exchange, refusal);
    if (result == LINK_UNPROCESSED)
        return exchange_target_declined(exchange);
    if (result != LINK_READ)
        return exchange_target_lost(exchange, END_TARGET_CLOSED);
    pin_after(exchange, &exchange->request);
    exchange->nothing_was_sent = false;
    exchange->sent_us = clock_us();
    if (exchange->request_state == REQUEST_READ && !request_is_blocked(exchange))
        exchange->request_state = REQUEST_SENT;
    exchange_touch(exchange);
    return STEP_RELAY;
}
