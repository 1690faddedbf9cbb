/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a worker together and takes it apart: its memory, its tables, its counters' mappings. */
#include "worker/shared/context.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ipc/snapshot_open.h"
#include "worker/exchange/access_reporter.h"
#include "worker/listeners/connection_reporter.h"
#include "worker/exchange/exchange.h"
#include "worker/exchange/splice.h"
#include "worker/exchange/waiting.h"
#include "worker/http1/client.h"
#include "worker/http1/target_codec.h"
#include "worker/http1/target_connection.h"
#include "worker/http2/stream.h"
#include "worker/http2/target_stream.h"
#include "worker/listeners/arrival.h"
#include "worker/listeners/certificates.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/handshake.h"
#include "worker/listeners/listener.h"
#include "worker/targets/target_table.h"
#include "worker/targets/view.h"

/* Objects that each pool keeps rather than giving them back to malloc. */
#define POOL_KEPT 1024
#define OUTPUTS_KEPT 16
#define ANSWERS_KEPT 256

struct worker *
worker_new(struct loop *loop)
{
    struct worker *worker = memory_take(1, sizeof(*worker));
    char *scratch = memory_take(SCRATCH_HEADROOM + SCRATCH_BYTES + SCRATCH_TAILROOM, 1);

    worker->loop = loop;
    worker->scratch = scratch + SCRATCH_HEADROOM;
    worker->compose = memory_take(COMPOSE_BYTES, 1);
    worker->targets = target_table_new();
    worker->link_kinds[PROTOCOL_VERSION_HTTP1] = &target_connection_link;
    worker->link_kinds[PROTOCOL_VERSION_HTTP2] = &target_stream_link;
    worker->link_kinds[PROTOCOL_VERSION_GRPC] = &target_stream_link;
    worker->limits = client_limits_new();
    worker->pipes = pipe_pool_new();
    worker->access = record_channel_new(worker, &access_records);
    worker->failures = record_channel_new(worker, &failure_records);
    worker->connections = record_channel_new_beside(worker->access, &connection_records);
    certificates_open(worker);
    LIST_INIT(&worker->listeners);
    TAILQ_INIT(&worker->clients);
    TAILQ_INIT(&worker->http2_connections);
    TAILQ_INIT(&worker->arrivals.waiting);
    TAILQ_INIT(&worker->handshakes.waiting);
    TAILQ_INIT(&worker->doubted.exchanges);
    waiting_open(worker);
    object_pool_init(&worker->client_pool, sizeof(struct client), POOL_KEPT);
    object_pool_init(&worker->request_pool, sizeof(struct http1_request), POOL_KEPT);
    object_pool_init(&worker->exchange_pool, sizeof(struct exchange), POOL_KEPT);
    object_pool_init(&worker->response_pool, sizeof(struct http1_answer), POOL_KEPT);
    object_pool_init(&worker->connection_pool, sizeof(struct target_connection), POOL_KEPT);
    object_pool_init(&worker->input_pool, sizeof(struct input) + INPUT_SMALL_BYTES, POOL_KEPT);
    object_pool_init(&worker->http2_stream_pool, sizeof(struct http2_stream), POOL_KEPT);
    object_pool_init(&worker->http2_output_pool, HTTP2_OUTPUT_BYTES, OUTPUTS_KEPT);
    object_pool_init(&worker->target_stream_pool, sizeof(struct target_stream), POOL_KEPT);
    object_pool_init(&worker->target_answer_pool, sizeof(struct target_answer), ANSWERS_KEPT);
    return worker;
}

static void
free_pools(struct worker *worker)
{
    object_pool_close(&worker->client_pool);
    object_pool_close(&worker->request_pool);
    object_pool_close(&worker->exchange_pool);
    object_pool_close(&worker->response_pool);
    object_pool_close(&worker->connection_pool);
    object_pool_close(&worker->input_pool);
    object_pool_close(&worker->http2_stream_pool);
    object_pool_close(&worker->http2_output_pool);
    object_pool_close(&worker->target_stream_pool);
    object_pool_close(&worker->target_answer_pool);
}

void
worker_stop_if_idle(struct worker *worker)
{
    if (worker->is_shutting_down && worker->client_count == 0 && worker->arrivals.count == 0 &&
        worker->handshakes.count == 0)
        loop_stop(worker->loop);
}

void
worker_free(struct worker **freed)
{
    struct worker *worker = *freed;
    struct client *client;

    listener_close_all(worker);
    arrival_close_all(worker);
    handshake_close_all(worker);
    while ((client = TAILQ_FIRST(&worker->clients)) != NULL) {
        client->carrier.must_close = true;
        client->carrier.has_ended = true;
        client_close(client);
    }
    http2_close_all(worker);
    watch_close(&worker->terminate);
    watch_close(&worker->retire);
    timer_close(&worker->second_timer, worker->loop);
    timer_close(&worker->shutdown_timer, worker->loop);
    waiting_close(worker);
    record_channel_free(&worker->connections);
    record_channel_free(&worker->access);
    record_channel_free(&worker->failures);
    if (worker->view != NULL)
        view_unpin(worker, &worker->view);
    snapshot_base_close(&worker->base);
    channel_close(&worker->channel);
    loop_free(&worker->loop);
    certificates_close(worker);
    target_table_free(&worker->targets);
    client_limits_free(&worker->limits);
    pipe_pool_free(&worker->pipes);
    for (unsigned slot = 0; slot < COUNTERS_SLOTS; slot++)
        if (worker->others[slot] != NULL)
            counters_unmap(&worker->others[slot]);
    free_pools(worker);
    free(worker->scratch - SCRATCH_HEADROOM);
    free(worker->compose);
    free(worker);
    *freed = NULL;
}
