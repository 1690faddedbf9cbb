/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_play.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "http_messages.h"
#include "worker/exchange/exchange.h"
#include "worker/targets/target_table.h"

#define PIECES_MAX 400
#define HEARD_MAX (256 * 1024)

/* What the target hears on its present connection. */
struct ear {
    size_t length;
    char bytes[HEARD_MAX];
};

static struct ear ear;
static char waste[65536];
static const struct config_attributes monitor = {.desync_mitigation_mode = DESYNC_MONITOR};

/* Requests, the last of them maybe cut. */
static void
check_requests(struct slice rest)
{
    while (rest.length > 0) {
        struct fuzz_message message;
        fuzz_message_read(&message, false, rest, 0);
        CHECK(message.result != HTTP1_REFUSED);
        if (message.result == HTTP1_MORE) {
            fuzz_message_free(&message);
            break;
        }
        CHECK(request_judge(&message.head, &monitor, &fuzz_limits) == HTTP_REFUSAL_NONE);
        struct fuzz_body body;
        rest = slice_make(rest.at + message.used, rest.length - message.used);
        fuzz_body_read(&body, &message.head, rest, 0);
        CHECK(body.result != HTTP1_BODY_MALFORMED);
        bool is_tunnel = message.head.wants_upgrade;
        rest = slice_make(rest.at + body.used, rest.length - body.used);
        bool is_cut = body.result != HTTP1_BODY_DONE;
        fuzz_body_free(&body);
        fuzz_message_free(&message);
        if (is_tunnel || is_cut)
            break;
    }
}

static void
check_heard(const struct worker_play *play)
{
    struct slice heard = slice_make(ear.bytes, ear.length);

    ear.length = 0;
    if (play->check != NULL)
        play->check(heard);
    else
        check_requests(heard);
}

static void
hear(struct worker_stand *stand)
{
    ssize_t got = 1;

    while (stand->target_fd != -1 && got > 0 && ear.length < HEARD_MAX) {
        got = recv(stand->target_fd, ear.bytes + ear.length, HEARD_MAX - ear.length, 0);
        ear.length += got > 0 ? (size_t)got : 0;
    }
}

static void
accept_next(struct worker_play *play)
{
    hear(&play->stand);
    if (worker_stand_accept(&play->stand))
        check_heard(play);
}

/* Sends a piece of what is left to say. */
static void
say(int fd, struct slice *text)
{
    static const unsigned sizes[] = {40, 40, 40, 4096, 4096, 32768};
    size_t length = 1 + (size_t)random_below(sizes[random_below(6)]);

    if (fd == -1 || text->length == 0)
        return;
    length = length < text->length ? length : text->length;
    ssize_t sent = send(fd, text->at, length, MSG_NOSIGNAL);
    if (sent > 0)
        *text = slice_make(text->at + sent, text->length - (size_t)sent);
    else
        text->length = 0;
}

static void
step(struct worker_play *play, void (*turn)(struct worker_stand *stand))
{
    struct worker_stand *stand = &play->stand;

    switch (random_below(8)) {
    case 0:
    case 1:
    case 2:
        say(stand->client_fd, &play->client);
        break;
    case 3:
    case 4:
        accept_next(play);
        say(stand->target_fd, &play->target);
        break;
    case 5:
        while (stand->client_fd != -1 && recv(stand->client_fd, waste, sizeof(waste), 0) > 0)
            ;
        break;
    case 6:
        if (random_below(20) == 0 && stand->target_fd != -1)
            shutdown(stand->target_fd, SHUT_WR);
        if (random_below(40) == 0 && stand->client_fd != -1)
            shutdown(stand->client_fd, SHUT_WR);
        if (random_below(80) == 0)
            worker_stand_drop(&stand->client_fd);
        break;
    default:
        turn(stand);
    }
}

/* The client goes; then nothing of it is left. */
static void
check_nothing_is_left(struct worker_play *play)
{
    struct worker_stand *stand = &play->stand;
    const uint64_t *values = stand->worker->counters->values;

    worker_stand_drop(&stand->client_fd);
    hear(stand);
    check_heard(play);
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    while (worker_stand_accept(stand)) {
        hear(stand);
        check_heard(play);
        worker_stand_drop(&stand->target_fd);
        worker_stand_turn(stand);
    }
    worker_stand_turn(stand);
    CHECK(stand->worker->client_count == 0);
    CHECK(counter_read(&values[COUNTER_EXCHANGES_ACTIVE]) == 0);
    CHECK(counter_read(&values[COUNTER_CLIENT_CONNECTIONS_ACTIVE]) == 0);
    CHECK(counter_read(&values[COUNTER_TARGET_CONNECTIONS_ACTIVE]) == 0);
    CHECK(target_table_find(stand->worker->targets, 1)->in_flight == 0);
}

/* What is forwarded has fields of ours beside the client's, and is still read by fuzz_limits.
 */
static void
tighten(struct config_limits *limits)
{
    limits->request_line_bytes = fuzz_limits.request_line_bytes / 2;
    limits->field_bytes = fuzz_limits.field_bytes / 2;
    limits->head_bytes = fuzz_limits.head_bytes / 2;
    limits->fields = fuzz_limits.fields / 2;
}

bool
worker_play_open(struct worker_play *play, const uint8_t *data, size_t size)
{
    return worker_play_open_as(play, PROTOCOL_VERSION_HTTP1, data, size);
}

bool
worker_play_open_as(struct worker_play *play, enum config_protocol_version version,
                    const uint8_t *data, size_t size)
{
    if (size < 4)
        return false;
    play->check = NULL;
    size_t split = ((size_t)data[2] << 8 | data[3]) % (size - 3);
    play->client = slice_make((const char *)data + 4, split);
    play->target = slice_make(play->client.at + split, size - 4 - split);
    log_set_level(LOG_LEVEL_ERROR);
    random_seed_for_test((uint64_t)data[0] << 8 | data[1]);
    worker_stand_open(&play->stand);
    tighten(&snapshot_sample_config(play->stand.sample)->limits);
    snapshot_sample_config(play->stand.sample)->target_groups[0].protocol_version = version;
    worker_stand_publish(&play->stand);
    return true;
}

void
worker_play_run(struct worker_play *play, void (*turn)(struct worker_stand *stand))
{
    for (int i = 0; i < PIECES_MAX && play->client.length + play->target.length > 0; i++)
        step(play, turn);
}

void
worker_play_close(struct worker_play *play)
{
    check_nothing_is_left(play);
    check_heard(play);
    worker_stand_close(&play->stand);
}
