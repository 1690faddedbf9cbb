/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the labels by the tables below: of each list the first that a container has wins. */
#include "control/docker/docker_labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NAME_MOST_BYTES 255
/* Of a bad value this much is shown. */
#define SHOWN_BYTES 48

static const char *const service_labels[] = {
    "fairlead.service",
    "com.docker.swarm.service.name",
    "com.docker.compose.service",
    "com.amazonaws.ecs.task-definition-family",
    NULL,
};

static const char *const container_labels[] = {
    "fairlead.container",
    "com.amazonaws.ecs.container-name",
    NULL,
};

static const char *const zone_labels[] = {"fairlead.zone", NULL};

static bool
has_control_characters(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    }
    return false;
}

/* The name that the first of these labels gives; NULL: none of them is there, or broken. */
static const char *
read_name(struct docker_labels *labels, const json_t *object, const char *const *keys)
{
    const json_t *value = NULL;

    while (*keys != NULL && (value = json_object_get(object, *keys)) == NULL)
        keys++;
    if (value == NULL || labels->reason != NULL)
        return NULL;
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    const char *fault = NULL;
    if (text == NULL)
        fault = "is not a text";
    else if (length == 0)
        fault = "is empty: give it a name or take the label away";
    else if (length > NAME_MOST_BYTES)
        fault = "is longer than 255 bytes: shorten it";
    else if (has_control_characters(text, length))
        fault = "holds control characters: use printable ones only";
    if (fault != NULL)
        labels->reason = memory_print("label %s %s", *keys, fault);
    return fault == NULL ? text : NULL;
}

/* True: enabled, as containers without the label are. */
static bool
read_enable(struct docker_labels *labels, const json_t *object)
{
    const json_t *value = json_object_get(object, "fairlead.enable");
    const char *text = json_string_value(value);
    char shown[SHOWN_BYTES + 1] = "";

    if (value == NULL || (text != NULL && strcmp(text, "true") == 0))
        return true;
    if (text != NULL && strcmp(text, "false") == 0)
        return false;
    if (text != NULL)
        strncat(shown, text, SHOWN_BYTES);
    for (char *at = shown; *at != '\0'; at++) {
        if (has_control_characters(at, 1))
            *at = '?';
    }
    labels->reason =
        memory_print("label fairlead.enable is \"%s\": use \"true\" or \"false\"", shown);
    return true;
}

static bool
names_a_service(const json_t *object)
{
    for (const char *const *key = service_labels; *key != NULL; key++) {
        if (json_object_get(object, *key) != NULL)
            return true;
    }
    return false;
}

void
docker_labels_read(struct docker_labels *labels, const json_t *object)
{
    *labels = (struct docker_labels){.verdict = DOCKER_LABELS_NONE};
    if (!names_a_service(object) || !read_enable(labels, object))
        return;
    labels->service = read_name(labels, object, service_labels);
    labels->container_name = read_name(labels, object, container_labels);
    labels->zone = read_name(labels, object, zone_labels);
    labels->verdict = labels->reason == NULL ? DOCKER_LABELS_USABLE : DOCKER_LABELS_BROKEN;
}

void
docker_labels_clear(struct docker_labels *labels)
{
    free(labels->reason);
    *labels = (struct docker_labels){.verdict = DOCKER_LABELS_NONE};
}
