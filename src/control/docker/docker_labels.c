/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the labels by docker_labels.def. */
#include "control/docker/docker_labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "control/driver/driver.h"
#include "model/settings.h"

#define NAME_MOST_BYTES 255
/* Of a bad value this much is shown. */
#define SHOWN_BYTES 48
#define COMPOSE_SERVICE "com.docker.compose.service"
#define OWN_PREFIX "fairlead."
/* Beyond these, labels are not looked at for misspelt ones. */
#define KEY_MOST_BYTES 64
#define KEYS_MOST 1000

enum label_id {
    LABEL_SERVICE,
    LABEL_CONTAINER,
    LABEL_ZONE,
    LABEL_NETWORK,
    LABEL_ENABLE,
    LABEL_PROJECT,
    LABEL_ONE_OFF,
};

/* In the order in which they are asked for. */
static const struct label {
    enum label_id id;
    const char *name;
    bool is_ours;
} label_table[] = {

#define DOCKER_LABEL(id, name, says, otherwise) {LABEL_##id, (name), true},
#define DOCKER_FOREIGN_LABEL(id, name) {LABEL_##id, (name), false},
#include "control/docker/docker_labels.def"
#undef DOCKER_LABEL
#undef DOCKER_FOREIGN_LABEL
};

#define LABEL_COUNT (sizeof(label_table) / sizeof(*label_table))

/* The first label of that id that is there; NULL: none. */
static const struct label *
find_label(const json_t *object, enum label_id id)
{
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        if (label_table[i].id == id && json_object_get(object, label_table[i].name) != NULL)
            return &label_table[i];
    }
    return NULL;
}

static const json_t *
find_value(const json_t *object, enum label_id id)
{
    const struct label *label = find_label(object, id);

    return label == NULL ? NULL : json_object_get(object, label->name);
}

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
read_name(struct docker_labels *labels, const json_t *object, enum label_id id)
{
    const struct label *label = find_label(object, id);

    if (label == NULL || labels->reason != NULL)
        return NULL;
    const json_t *value = json_object_get(object, label->name);
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
        labels->reason = memory_print("label %s %s", label->name, fault);
    return fault == NULL ? text : NULL;
}

/* True: enabled, as containers without the label are. */
static bool
read_enable(struct docker_labels *labels, const json_t *object)
{
    const json_t *value = find_value(object, LABEL_ENABLE);
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
is_read(const char *key)
{
    for (size_t i = 0; i < LABEL_COUNT; i++) {
        if (label_table[i].is_ours && strcmp(label_table[i].name, key) == 0)
            return true;
    }
    return false;
}

/* The label of ours that one like "farilead.service" or "Fairlead.Service" may have meant. */
static const char *
guess_label(const char *key)
{
    struct setting_guess guess = {.wanted = key};

    for (size_t i = 0; i < LABEL_COUNT && label_table[i].is_ours; i++) {
        if (strcasecmp(label_table[i].name, key) == 0)
            return label_table[i].name;
        setting_guess_try(&guess, label_table[i].name);
    }
    return guess.best;
}

/* "fairlead.service, fairlead.container and fairlead.zone": all of ours. The caller's. */
static char *
list_own(void)
{
    char *list = memory_copy_text("");

    for (size_t i = 0; i < LABEL_COUNT && label_table[i].is_ours; i++) {
        bool is_last = i + 1 == LABEL_COUNT || !label_table[i + 1].is_ours;
        const char *separator = i == 0 ? "" : is_last ? " and " : ", ";
        char *longer = memory_print("%s%s%s", list, separator, label_table[i].name);
        free(list);
        list = longer;
    }
    return list;
}

static char *
tell_unread(const char *key)
{
    char *own = list_own();
    char *reason = memory_print("label %s is none that is read: %s are", key, own);

    free(own);
    return reason;
}

/* A label that nobody reads although it looks like ours; NULL: there is none. */
static char *
find_misspelt(json_t *object)
{
    unsigned looked_at = 0;
    const char *key;
    json_t *value;

    /* The others of those that fairlead has made are its own business. */
    if (json_object_get(object, DRIVER_MANAGED_LABEL) != NULL)
        return NULL;
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
            return tell_unread(key);
    }
    return NULL;
}

/* "docker compose run" copies the service's labels, published ports aside. */
static bool
is_one_off(const json_t *object)
{
    const char *text = json_string_value(find_value(object, LABEL_ONE_OFF));

    return text != NULL && strcasecmp(text, "true") == 0;
}

static void
leave_out(struct docker_labels *labels, char *reason)
{
    labels->verdict = DOCKER_LABELS_NONE;
    free(labels->reason);
    labels->reason = reason;
}

static bool
is_named_by_compose(const json_t *object)
{
    const struct label *label = find_label(object, LABEL_SERVICE);

    return label != NULL && strcmp(label->name, COMPOSE_SERVICE) == 0;
}

static void
read_names(struct docker_labels *labels, const json_t *object)
{
    labels->service = read_name(labels, object, LABEL_SERVICE);
    labels->container_name = read_name(labels, object, LABEL_CONTAINER);
    labels->zone = read_name(labels, object, LABEL_ZONE);
    labels->network = read_name(labels, object, LABEL_NETWORK);
    /* A name that somebody chose with fairlead.service is meant as it is. */
    if (labels->service != NULL && is_named_by_compose(object))
        labels->project = read_name(labels, object, LABEL_PROJECT);
    labels->verdict = labels->reason == NULL ? DOCKER_LABELS_USABLE : DOCKER_LABELS_BROKEN;
}

void
docker_labels_read(struct docker_labels *labels, json_t *object)
{
    *labels = (struct docker_labels){.verdict = DOCKER_LABELS_OFF};
    labels->is_managed = json_object_get(object, DRIVER_MANAGED_LABEL) != NULL;
    if (!read_enable(labels, object))
        return;
    bool names_service = find_label(object, LABEL_SERVICE) != NULL;
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
