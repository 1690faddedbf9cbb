/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the labels by the tables below: of each list the first that a container has wins. */
#include "control/docker/docker_labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "model/settings.h"

#define NAME_MOST_BYTES 255
/* Of a bad value this much is shown. */
#define SHOWN_BYTES 48
#define COMPOSE_SERVICE "com.docker.compose.service"
#define OWN_PREFIX "fairlead."
/* Beyond these, labels are not looked at for misspelt ones. */
#define KEY_MOST_BYTES 64
#define KEYS_MOST 1000

static const char *const service_labels[] = {
    "fairlead.service",
    "com.docker.swarm.service.name",
    COMPOSE_SERVICE,
    "com.amazonaws.ecs.task-definition-family",
    NULL,
};

static const char *const container_labels[] = {
    "fairlead.container",
    "com.amazonaws.ecs.container-name",
    NULL,
};

/* All that are read of ours. */
static const char *const own_labels[] = {"fairlead.service", "fairlead.container",
                                         "fairlead.zone", "fairlead.enable"};

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

static bool
is_read(const char *key)
{
    for (size_t i = 0; i < sizeof(own_labels) / sizeof(*own_labels); i++) {
        if (strcmp(own_labels[i], key) == 0)
            return true;
    }
    return false;
}

/* The label of ours that one like "farilead.service" or "Fairlead.Service" may have meant. */
static const char *
guess_label(const char *key)
{
    struct setting_guess guess = {.wanted = key};

    for (size_t i = 0; i < sizeof(own_labels) / sizeof(*own_labels); i++) {
        if (strcasecmp(own_labels[i], key) == 0)
            return own_labels[i];
        setting_guess_try(&guess, own_labels[i]);
    }
    return guess.best;
}

/* A label that nobody reads although it looks like ours; NULL: there is none. */
static char *
find_misspelt(json_t *object)
{
    unsigned looked_at = 0;
    const char *key;
    json_t *value;

    json_object_foreach (object, key, value) {
        bool has_prefix = strncasecmp(key, OWN_PREFIX, strlen(OWN_PREFIX)) == 0;
        if (strlen(key) > KEY_MOST_BYTES || is_read(key) || ++looked_at > KEYS_MOST)
            continue;
        /* Other people's labels are near ours by chance only where they begin alike. */
        if (!has_prefix && strncasecmp(key, "fa", 2) != 0)
            continue;
        const char *meant = guess_label(key);
        if (meant != NULL)
            return memory_print("label %s is none that is read: did you mean %s?", key, meant);
        if (has_prefix)
            return memory_print("label %s is none that is read: fairlead.service, "
                                "fairlead.container, fairlead.zone and fairlead.enable are",
                                key);
    }
    return NULL;
}

/* "docker compose run" copies the service's labels, published ports aside. */
static bool
is_one_off(const json_t *object)
{
    const char *text = json_string_value(json_object_get(object, "com.docker.compose.oneoff"));

    return text != NULL && strcasecmp(text, "true") == 0;
}

static void
leave_out(struct docker_labels *labels, char *reason)
{
    labels->verdict = DOCKER_LABELS_NONE;
    free(labels->reason);
    labels->reason = reason;
}

static void
read_names(struct docker_labels *labels, const json_t *object)
{
    static const char *const project_labels[] = {"com.docker.compose.project", NULL};
    const char *compose = json_string_value(json_object_get(object, COMPOSE_SERVICE));

    labels->service = read_name(labels, object, service_labels);
    labels->container_name = read_name(labels, object, container_labels);
    labels->zone = read_name(labels, object, zone_labels);
    /* A name that somebody chose with fairlead.service is meant as it is. */
    if (labels->service != NULL && labels->service == compose)
        labels->project = read_name(labels, object, project_labels);
    labels->verdict = labels->reason == NULL ? DOCKER_LABELS_USABLE : DOCKER_LABELS_BROKEN;
}

void
docker_labels_read(struct docker_labels *labels, json_t *object)
{
    *labels = (struct docker_labels){.verdict = DOCKER_LABELS_OFF};
    if (!read_enable(labels, object))
        return;
    bool names_service = names_a_service(object);
    if (names_service && is_one_off(object)) {
        leave_out(labels, memory_copy_text("it is a one-off of docker compose run: those take "
                                           "no traffic"));
        return;
    }
    if (labels->reason != NULL && names_service) {
        labels->verdict = DOCKER_LABELS_BROKEN;
        return;
    }
    if (names_service) {
        read_names(labels, object);
        if (labels->verdict == DOCKER_LABELS_USABLE)
            labels->reason = find_misspelt(object);
        return;
    }
    char *misspelt = find_misspelt(object);
    leave_out(labels, misspelt != NULL
                          ? misspelt
                          : memory_copy_text("it names no service: set the label "
                                             "fairlead.service=NAME, or fairlead.enable=false "
                                             "if it is not meant to take traffic"));
}

void
docker_labels_clear(struct docker_labels *labels)
{
    free(labels->reason);
    *labels = (struct docker_labels){.verdict = DOCKER_LABELS_OFF};
}
