/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as an engine's event stream, in pieces as the first byte says: the same events come as
 * in one piece, whole or refused. The same bytes as answers of inspect and list, too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_event(void *argument, const struct docker_event *event)
{
    CHECK(docker_id_is_valid(event->container_id));
    CHECK(event->kind != DOCKER_EVENT_OTHER);
    (*(unsigned *)argument)++;
}

/* How many events there were; *result as feeding ended. */
static unsigned
feed(const char *bytes, size_t length, size_t piece, int *result)
{
    struct docker_events events = {0};
    unsigned count = 0;

    *result = 0;
    for (size_t at = 0; at < length && *result == 0; at += piece) {
        size_t part = length - at < piece ? length - at : piece;
        *result = docker_events_feed(&events, bytes + at, part, on_event, &count);
    }
    docker_events_clear(&events);
    return count;
}

static void
read_answers(const char *bytes, size_t length)
{
    static const struct docker_place place = {.source = "fuzz", .reach = {.is_here = true}};
    struct docker_container container;
    struct docker_list list = {0};

    docker_container_read(&container, bytes, length, &place);
    CHECK((container.verdict == DOCKER_RUNNING) == (container.task != NULL));
    CHECK(container.verdict != DOCKER_BROKEN || container.reason != NULL);
    docker_container_clear(&container);
    docker_list_feed(&list, bytes, length);
    free(docker_list_finish(&list));
    CHECK(list.count <= length);
    docker_list_clear(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int result_whole, result_pieces;

    if (size < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    size_t piece = data[0] == 0 ? 1 : data[0];
    unsigned whole = feed(bytes, size - 1, size, &result_whole);
    unsigned pieces = feed(bytes, size - 1, piece, &result_pieces);
    CHECK(whole == pieces && result_whole == result_pieces);
    read_answers(bytes, size - 1);
    return 0;
}
