/* SPDX-License-Identifier: Apache-2.0 */
#include "control/docker/docker_pull.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A line of progress has some hundred bytes. */
#define LINE_MOST_BYTES ((size_t)64 * 1024)

char *
docker_pull_reference(const char *image)
{
    const char *slash = strrchr(image, '/');
    const char *name = slash == NULL ? image : slash + 1;

    /* The colon of a registry's port stands before the last slash. */
    if (strchr(image, '@') != NULL || strchr(name, ':') != NULL)
        return memory_copy_text(image);
    return memory_print("%s:latest", image);
}

/* {"errorDetail": {"message"}, "error"} in the stream, {"message"} instead of one. */
static const char *
find_error(const json_t *line)
{
    const char *detail =
        json_string_value(json_object_get(json_object_get(line, "errorDetail"), "message"));
    const char *error = json_string_value(json_object_get(line, "error"));
    const char *message = json_string_value(json_object_get(line, "message"));

    return detail != NULL ? detail : error != NULL ? error : message;
}

static int
on_line(void *argument, const char *text, size_t length, bool is_cut)
{
    struct docker_pull *pull = argument;
    json_t *line = is_cut ? NULL : json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    const char *error = find_error(line);

    /* The first one is the cause. */
    if (error != NULL && pull->error == NULL)
        pull->error = memory_copy_text(error);
    json_decref(line);
    return 0;
}

void
docker_pull_feed(struct docker_pull *pull, const char *bytes, size_t length)
{
    pull->items.most_bytes = LINE_MOST_BYTES;
    if (!pull->is_garbled)
        pull->is_garbled = docker_items_feed(&pull->items, bytes, length, on_line, pull) == -1;
}

void
docker_pull_clear(struct docker_pull *pull)
{
    docker_items_clear(&pull->items);
    free(pull->error);
    pull->error = NULL;
}
