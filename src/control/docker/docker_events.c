/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_items.c finds the values, jansson reads them. Only Type, Action, Actor and timeNano
 * are used: status, id and from are gone since API 1.52.
 */
#include "control/docker/docker_events.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_labels.h"
#include "control/driver/driver.h"
#include "net/api_client.h"

/* An event carries all labels of its container; those of compose projects reach some KiB. */
#define EVENT_MOST_BYTES ((size_t)1024 * 1024)
#define NANOSECONDS 1000000000

static const struct {
    const char *type, *action;
    enum docker_event_kind kind;
} actions[] = {
    {"container", "start", DOCKER_EVENT_CHANGE},
    {"container", "restart", DOCKER_EVENT_CHANGE},
    {"container", "kill", DOCKER_EVENT_KILL},
    {"container", "die", DOCKER_EVENT_DIE},
    {"container", "oom", DOCKER_EVENT_OOM},
    {"container", "stop", DOCKER_EVENT_CHANGE},
    {"container", "destroy", DOCKER_EVENT_CHANGE},
    {"container", "pause", DOCKER_EVENT_CHANGE},
    {"container", "unpause", DOCKER_EVENT_CHANGE},
    {"container", "rename", DOCKER_EVENT_CHANGE},
    {"container", "health_status", DOCKER_EVENT_HEALTH},
    {"network", "connect", DOCKER_EVENT_CHANGE},
    {"network", "disconnect", DOCKER_EVENT_CHANGE},
    /* Podman's words */
    {"container", "died", DOCKER_EVENT_DIE},
    {"container", "remove", DOCKER_EVENT_CHANGE},
    {"container", "cleanup", DOCKER_EVENT_CHANGE},
};

static enum docker_event_kind
find_kind(const char *type, struct slice action)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
        if (strcmp(actions[i].type, type) == 0 &&
            slice_equal(slice_of(actions[i].action), action))
            return actions[i].kind;
    }
    return DOCKER_EVENT_OTHER;
}

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static uint64_t
read_time(const json_t *value)
{
    json_int_t nanoseconds = json_integer_value(json_object_get(value, "timeNano"));
    json_int_t seconds = json_integer_value(json_object_get(value, "time"));

    if (nanoseconds > 0)
        return (uint64_t)nanoseconds;
    return seconds > 0 && seconds < INT64_MAX / NANOSECONDS ? (uint64_t)seconds * NANOSECONDS
                                                            : 0;
}

/* -1: not said. */
static int
read_exit_code(const json_t *attributes)
{
    const char *text = text_of(attributes, "exitCode");
    uint64_t code;

    return text != NULL && slice_to_number(slice_of(text), INT_MAX, &code) ? (int)code : -1;
}

/* "health_status: healthy", or a bare one with the value in an attribute or member (Podman). */
static const char *
read_health(const json_t *value, const json_t *attributes, const char *action)
{
    static const char *const members[] = {"health_status", "HealthStatus", "healthStatus"};
    const char *colon = strchr(action, ':');

    if (colon != NULL)
        return colon + 1 + strspn(colon + 1, " ");
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const char *health = text_of(attributes, members[i]);
        if (health == NULL)
            health = text_of(value, members[i]);
        if (health != NULL)
            return health;
    }
    return NULL;
}

static void
tell(const json_t *value, docker_event_callback *on_event, void *argument)
{
    const json_t *actor = json_object_get(value, "Actor");
    json_t *attributes = json_object_get(actor, "Attributes");
    const char *type = text_of(value, "Type");
    struct docker_event event = {.action = text_of(value, "Action"), .exit_code = -1};
    struct docker_labels labels;

    if (type == NULL || event.action == NULL)
        return;
    struct slice action = slice_make(event.action, slice_find(slice_of(event.action), ':'));
    event.kind = find_kind(type, action);
    event.container_id =
        strcmp(type, "network") == 0 ? text_of(attributes, "container") : text_of(actor, "ID");
    if (event.kind == DOCKER_EVENT_OTHER || !docker_id_is_valid(event.container_id))
        return;
    event.time_ns = read_time(value);
    if (event.kind == DOCKER_EVENT_KILL && text_of(attributes, "signal") != NULL)
        event.signal = docker_signal_number(text_of(attributes, "signal"));
    if (event.kind == DOCKER_EVENT_DIE)
        event.exit_code = read_exit_code(attributes);
    if (event.kind == DOCKER_EVENT_HEALTH)
        event.health = read_health(value, attributes, event.action);
    docker_labels_read(&labels, attributes);
    event.is_ours = labels.verdict != DOCKER_LABELS_OFF;
    docker_labels_clear(&labels);
    const char *managed = text_of(attributes, DRIVER_MANAGED_LABEL);
    event.is_managed = managed != NULL && strcmp(managed, "1") == 0;
    on_event(argument, &event);
}

/* The beginning of an event that is too long, whatever it tells. */
static void
tell_cut(const char *text, size_t length, docker_event_callback *on_event, void *argument)
{
    char id[DOCKER_ID_SIZE] = "";
    struct docker_event event = {.kind = DOCKER_EVENT_CUT,
                                 .action = "",
                                 .container_id = id,
                                 .is_ours = true,
                                 .is_managed = true};

    if (!docker_items_find_id(text, length, id, sizeof(id)) || !docker_id_is_valid(id))
        id[0] = '\0';
    on_event(argument, &event);
}

/* Who feeds the stream, during one piece of it. */
struct feeding {
    docker_event_callback *on_event;
    void *argument;
};

static int
on_item(void *argument, const char *text, size_t length, bool is_cut)
{
    const struct feeding *feeding = argument;
    json_error_t error;

    if (is_cut) {
        tell_cut(text, length, feeding->on_event, feeding->argument);
        return 0;
    }
    json_t *value = json_loadb(text, length, JSON_ALLOW_NUL, &error);
    if (value == NULL)
        return -1;
    tell(value, feeding->on_event, feeding->argument);
    json_decref(value);
    return 0;
}

int
docker_events_feed(struct docker_events *events, const char *bytes, size_t length,
                   docker_event_callback *on_event, void *argument)
{
    struct feeding feeding = {on_event, argument};

    events->items.most_bytes = EVENT_MOST_BYTES;
    return docker_items_feed(&events->items, bytes, length, on_item, &feeding);
}

void
docker_events_clear(struct docker_events *events)
{
    docker_items_clear(&events->items);
}

/* Without it every probe of a HEALTHCHECK sends three events about exec. */
static const char filters[] =
    "{\"type\":[\"container\",\"network\"],\"event\":[\"start\",\"die\",\"oom\",\"kill\","
    "\"stop\","
    "\"pause\",\"unpause\",\"destroy\",\"rename\",\"restart\",\"health_status\",\"connect\","
    "\"disconnect\"]}";

char *
docker_events_path(uint64_t since_seconds, bool is_podman)
{
    /* Podman refuses filters that it does not know. */
    if (is_podman)
        return memory_print("/events?since=%" PRIu64, since_seconds);
    char *escaped = api_escape(filters);
    char *path = memory_print("/events?since=%" PRIu64 "&filters=%s", since_seconds, escaped);
    free(escaped);
    return path;
}
