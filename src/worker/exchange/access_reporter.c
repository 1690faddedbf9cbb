/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exchange/access_reporter.h"

#include "base/clock.h"
#include "http/grpc.h"
#include "ipc/access_record.h"
#include "net/tls/tls_facts.h"
#include "worker/exchange/exchange.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"

static bool
pack(const void *record, char *batch, size_t capacity, size_t *used)
{
    return access_record_pack(record, batch, capacity, used);
}

const struct record_kind access_records = {pack, NULL, COUNTER_ACCESS_RECORDS_DROPPED};
const struct record_kind failure_records = {pack, NULL, COUNTER_FAILURE_RECORDS_DROPPED};

/* From one moment to another, or -1 when either did not happen. */
static int64_t
span_us(uint64_t from, uint64_t to)
{
    return from == 0 || to == 0 || to < from ? -1 : (int64_t)(to - from);
}

static void
fill_times(struct access_record *record, const struct exchange *exchange)
{
    bool has_answer = exchange->first_byte_us != 0;

    record->created_wall_us = exchange->begun_wall_us;
    record->ended_wall_us = clock_wall_us();
    record->request_us = span_us(exchange->begun_us, exchange->sent_us);
    record->target_us = span_us(exchange->sent_us, exchange->first_byte_us);
    record->response_us =
        has_answer ? span_us(exchange->first_byte_us, exchange->response_head_us) : -1;
    record->queue_us = span_us(exchange->begun_us, exchange->connect_begun_us);
    record->connect_us = span_us(exchange->connect_begun_us, exchange->connected_us);
    record->first_byte_us = span_us(exchange->begun_us, exchange->first_byte_us);
    record->total_us = span_us(exchange->begun_us, clock_us());
}

static struct slice
text_of(const struct exchange *exchange, enum http_field_id id)
{
    const struct http_field *field = http_head_find(&exchange->request, id);

    return field == NULL ? SLICE_NONE : field->value;
}

static const struct snapshot_target *
target_row(const struct exchange *exchange)
{
    if (exchange->choice_view == NULL || exchange->attempts == 0)
        return NULL;
    const struct view *view = exchange->choice_view;
    uint32_t index =
        snapshot_find_target(view->snapshot, (uint32_t)(exchange->group - view->groups),
                             exchange->tried[exchange->attempts - 1]);
    return index == SNAPSHOT_NO_INDEX ? NULL : snapshot_target(view->snapshot, index);
}

static void
fill_target(struct access_record *record, const struct exchange *exchange)
{
    const struct snapshot_target *row = target_row(exchange);

    if (row == NULL)
        return;
    const struct snapshot *snapshot = exchange->choice_view->snapshot;
    record->target = row->address;
    record->texts[ACCESS_TASK] = snapshot_slice(snapshot, row->task);
    record->texts[ACCESS_TARGET_GENERATION] = snapshot_slice(snapshot, row->generation);
}

static void
fill_texts(struct access_record *record, const struct exchange *exchange)
{
    const struct http_head *request = &exchange->request;
    const struct snapshot *snapshot = exchange->view->snapshot;
    uint32_t listener = listener_index(exchange->carrier->listener, exchange->view);

    record->texts[ACCESS_METHOD] = request->method;
    record->texts[ACCESS_TARGET_URI] = request->target;
    record->texts[ACCESS_HOST] = request->host;
    record->texts[ACCESS_USER_AGENT] = text_of(exchange, HTTP_FIELD_USER_AGENT);
    record->texts[ACCESS_TRACE_ID] = slice_make(exchange->trace.at, exchange->trace.length);
    record->texts[ACCESS_REDIRECT_URL] = slice_of(exchange->redirect_url);
    record->texts[ACCESS_CLASSIFICATION] =
        slice_of(desync_class_name(desync_reason_class(request->desync)));
    record->texts[ACCESS_CLASSIFICATION_REASON] = slice_of(desync_reason_name(request->desync));
    if (listener != SNAPSHOT_NO_INDEX)
        record->texts[ACCESS_LISTENER] =
            snapshot_slice(snapshot, snapshot_listener(snapshot, listener)->name);
    if (exchange->balancer != snapshot_balancer(snapshot, 0))
        record->texts[ACCESS_LOAD_BALANCER] =
            snapshot_slice(snapshot, exchange->balancer->name);
    if (exchange->group != NULL)
        record->texts[ACCESS_TARGET_GROUP] =
            snapshot_slice(exchange->choice_view->snapshot, exchange->group->group->name);
}

static void
fill_security(struct access_record *record, const struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct tls_facts facts;

    if (!carrier->is_secure || !carrier->kind->security(carrier, &facts))
        return;
    record->texts[ACCESS_TLS_SUITE] = slice_of(facts.suite);
    record->texts[ACCESS_TLS_PROTOCOL] = slice_of(facts.protocol);
    record->texts[ACCESS_SERVER_NAME] = facts.server_name;
    record->texts[ACCESS_CERTIFICATE] =
        facts.is_resumed ? SLICE_LITERAL("session-reused") : facts.certificate;
}

static uint8_t
version_of(const struct exchange *exchange)
{
    if (exchange->carrier->is_http2)
        return ACCESS_HTTP2;
    return exchange->request.has_version ? exchange->request.minor_version : ACCESS_NO_VERSION;
}

static uint8_t
type_of(const struct exchange *exchange)
{
    static const uint8_t types[2][2] = {{ACCESS_HTTP, ACCESS_HTTPS}, {ACCESS_WS, ACCESS_WSS}};

    if (!exchange->carrier->is_http2)
        return types[exchange->is_upgraded][exchange->origin.is_tls];
    return grpc_is_call(&exchange->request) ? ACCESS_GRPCS : ACCESS_H2;
}

static void
fill(struct access_record *record, const struct exchange *exchange)
{
    const struct snapshot *snapshot = exchange->view->snapshot;

    *record = (struct access_record){
        .connection_id = exchange->carrier->id,
        .received_bytes = exchange->received_bytes,
        .sent_bytes = exchange->sent_bytes,
        .client = *origin_client(exchange),
        .listener = *listener_address(exchange->carrier->listener),
        .rule_priority = -1,
        .status = exchange->status,
        .target_status = exchange->target_status,
        .type = type_of(exchange),
        .action = exchange->action,
        .end_reason = (uint8_t)exchange->end,
        .attempts = (uint8_t)(exchange->attempts_before + exchange->attempts),
        .http_minor = version_of(exchange),
    };
    record->listener.port = origin_port(exchange);
    if (exchange->rule != SNAPSHOT_NO_INDEX)
        record->rule_priority = (int32_t)snapshot_rule(snapshot, exchange->rule)->priority;
    fill_times(record, exchange);
    fill_target(record, exchange);
    fill_texts(record, exchange);
    fill_security(record, exchange);
}

static void
add(struct record_channel *channel, const struct exchange *exchange)
{
    struct access_record record;

    fill(&record, exchange);
    record_channel_add(channel, &record);
}

void
access_reporter_add(struct record_channel *channel, const struct exchange *exchange)
{
    if (exchange->view->settings->access_log_enabled != 0 && record_channel_is_open(channel))
        add(channel, exchange);
}

void
access_reporter_add_failure(struct record_channel *channel, const struct exchange *exchange)
{
    if (exchange->view->settings->has_api != 0 && record_channel_is_open(channel))
        add(channel, exchange);
}
