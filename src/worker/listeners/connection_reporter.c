/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/listeners/connection_reporter.h"

#include "base/clock.h"
#include "ipc/connection_record.h"
#include "net/tls/tls_facts.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

static bool
pack(const void *record, char *batch, size_t capacity, size_t *used)
{
    return connection_record_pack(record, batch, capacity, used);
}

const struct record_kind connection_records = {pack, connection_batch_begin,
                                               COUNTER_CONNECTION_RECORDS_DROPPED};

static void
fill_facts(struct connection_record *record, const struct newcomer *newcomer)
{
    struct tls_facts facts;

    if (!tls_facts_of(newcomer->session, &facts))
        return;
    record->texts[CONNECTION_PROTOCOL] = slice_of(facts.protocol);
    record->texts[CONNECTION_SUITE] = slice_of(facts.suite);
    record->texts[CONNECTION_GROUP] = slice_of(facts.group);
    record->texts[CONNECTION_ALPN] = facts.alpn;
    record->texts[CONNECTION_SERVER_NAME] = facts.server_name;
    record->texts[CONNECTION_CERTIFICATE] = facts.certificate;
    record->is_resumed = facts.is_resumed ? 1 : 0;
}

/* Also of a handshake that failed for it. */
static void
fill_client(struct connection_record *record, const struct newcomer *newcomer)
{
    const struct tls_client_certificate *client = tls_client_of(newcomer->session);

    if (client == NULL)
        return;
    record->texts[CONNECTION_CLIENT_SUBJECT] = client->subject;
    record->texts[CONNECTION_CLIENT_VALIDITY] = client->validity;
    record->texts[CONNECTION_CLIENT_SERIAL] = client->serial;
}

static void
add(struct worker *worker, const struct listener *listener, const struct newcomer *newcomer,
    uint8_t failure)
{
    const struct view *view = worker->view;
    uint32_t row = listener_index(listener, view);
    struct connection_record record = {
        .wall_us = clock_wall_us(),
        .connection_id = newcomer->id,
        .handshake_us = newcomer->handshake_begun_us == 0
                            ? -1
                            : (int64_t)(clock_us() - newcomer->handshake_begun_us),
        .client = newcomer->client,
        .listener = newcomer->destination.family != ADDRESS_NONE ? newcomer->destination
                                                                 : *listener_address(listener),
        .failure = failure,
        .verdict = (uint8_t)tls_verdict_of(newcomer->session),
    };

    const struct snapshot_balancer *balancer = listener_balancer(listener, view);
    if (row != SNAPSHOT_NO_INDEX)
        record.texts[CONNECTION_LISTENER] =
            snapshot_slice(view->snapshot, snapshot_listener(view->snapshot, row)->name);
    if (balancer != snapshot_balancer(view->snapshot, 0))
        record.texts[CONNECTION_LOAD_BALANCER] = snapshot_slice(view->snapshot, balancer->name);
    fill_facts(&record, newcomer);
    fill_client(&record, newcomer);
    record_channel_add(worker->connections, &record);
}

static bool
is_wanted(const struct worker *worker)
{
    return worker->view != NULL && worker->view->settings->connection_log_enabled != 0 &&
           record_channel_is_open(worker->connections);
}

void
connection_reporter_add(struct worker *worker, const struct listener *listener,
                        const struct newcomer *newcomer)
{
    if (is_wanted(worker))
        add(worker, listener, newcomer, CONNECTION_NO_FAILURE);
}

void
connection_reporter_add_failure(struct worker *worker, const struct listener *listener,
                                const struct newcomer *newcomer, enum tls_failure failure)
{
    if (is_wanted(worker))
        add(worker, listener, newcomer, (uint8_t)failure);
}
