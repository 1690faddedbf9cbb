/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole worker between a client and a target that say anything at all, in random pieces: it
 * never crashes, no exchange or connection is left behind, and what every target connection got
 * is one well-formed request after the other, so that nothing of one is taken for the beginning
 * of another. What the client says may come again and again, as a pipeline: each turn of the
 * loop begins one of its requests at most, and little is read before its turn.
 */
#include <string.h>

#include "base/check.h"
#include "http_messages.h"
#include "worker/exchange/exchange.h"
#include "worker/http1/client.h"
#include "worker/shared/context.h"
#include "worker_play.h"

#define PIPELINE_MAX (128 * 1024)

static char pipeline[PIPELINE_MAX];

/* What is read behind a request whose all has come. */
static void
check_input(const struct worker_stand *stand)
{
    const struct client *client = TAILQ_FIRST(&stand->worker->clients);
    const struct exchange *exchange = client == NULL ? NULL : client->carrier.exchange;

    if (exchange != NULL && exchange->request_state >= REQUEST_READ && !exchange->is_upgraded)
        CHECK(input_slice(client->input).length <= FIRST_READ_BYTES);
}

static void
turn_once(struct worker_stand *stand)
{
    const uint64_t *begun = &stand->worker->counters->values[COUNTER_REQUESTS_BEGUN];
    uint64_t before = counter_read(begun);

    loop_turn(stand->worker->loop, 0);
    CHECK(counter_read(begun) <= before + 1);
    check_input(stand);
}

/* The same request again and again. */
static struct slice
repeat(struct slice text, unsigned times)
{
    size_t length = 0;

    for (; times > 0 && text.length > 0 && length + text.length <= PIPELINE_MAX; times--) {
        memcpy(pipeline + length, text.at, text.length);
        length += text.length;
    }
    return length == 0 ? text : slice_make(pipeline, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct worker_play play;

    if (!worker_play_open(&play, data, size))
        return 0;
    if (data[1] >= 128)
        play.client = repeat(play.client, 1 + data[1] % 128);
    worker_stand_connect(&play.stand);
    worker_play_run(&play, turn_once);
    worker_play_close(&play);
    return 0;
}
