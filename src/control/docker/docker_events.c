/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the end of each value by counting braces outside of strings, then lets jansson read it.
 * Only Type, Action, Actor and timeNano are used: status, id and from are gone since API 1.52.
 */
#include "control/docker/docker_events.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_labels.h"
#include "net/api_client.h"

/* An event carries all labels of its container; those of compose projects reach some KiB. */
#define EVENT_MOST_BYTES ((size_t)1024 * 1024)
#define DEPTH_MOST 64
#define NANOSECONDS 1000000000

static const struct {
    const char *type, *action;
    enum docker_event_kind kind;
} actions[] = {
    {"container", "start", DOCKER_EVENT_CHANGE},
    {"container", "restart", DOCKER_EVENT_CHANGE},
    {"container", "kill", DOCKER_EVENT_KILL},
    {"container", "die", DOCKER_EVENT_CHANGE},
    {"container", "stop", DOCKER_EVENT_CHANGE},
    {"container", "destroy", DOCKER_EVENT_CHANGE},
    {"container", "pause", DOCKER_EVENT_CHANGE},
    {"container", "unpause", DOCKER_EVENT_CHANGE},
    {"container", "rename", DOCKER_EVENT_CHANGE},
    {"container", "health_status", DOCKER_EVENT_HEALTH},
    {"network", "connect", DOCKER_EVENT_CHANGE},
    {"network", "disconnect", DOCKER_EVENT_CHANGE},
    /* Podman's words */
    {"container", "died", DOCKER_EVENT_CHANGE},
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
    struct docker_event event = {.action = text_of(value, "Action")};
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
    if (event.kind == DOCKER_EVENT_HEALTH)
        event.health = read_health(value, attributes, event.action);
    docker_labels_read(&labels, attributes);
    event.is_ours = labels.verdict != DOCKER_LABELS_OFF;
    docker_labels_clear(&labels);
    on_event(argument, &event);
}

/* Notes one byte of a value; true when the value ends with it. */
static bool
step(struct docker_events *events, char byte)
{
    if (events->is_in_string) {
        if (events->is_escaped)
            events->is_escaped = false;
        else if (byte == '\\')
            events->is_escaped = true;
        else if (byte == '"')
            events->is_in_string = false;
        return false;
    }
    if (byte == '"')
        events->is_in_string = true;
    else if (byte == '{' || byte == '[')
        events->depth++;
    else if (byte == '}' || byte == ']')
        return --events->depth == 0;
    return false;
}

static bool
stands_between_values(char byte)
{
    return byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t' || byte == '\x1e';
}

static int
append(struct docker_events *events, const char *bytes, size_t length)
{
    size_t wanted = events->length + length;

    if (wanted > EVENT_MOST_BYTES)
        return -1;
    if (wanted > events->capacity) {
        events->capacity = wanted < 2048 ? 4096 : wanted * 2;
        events->bytes = memory_resize(events->bytes, events->capacity, 1);
    }
    memcpy(events->bytes + events->length, bytes, length);
    events->length = wanted;
    return 0;
}

static int
end_value(struct docker_events *events, docker_event_callback *on_event, void *argument)
{
    json_error_t error;
    json_t *value = json_loadb(events->bytes, events->length, JSON_ALLOW_NUL, &error);

    events->length = 0;
    if (value == NULL)
        return -1;
    tell(value, on_event, argument);
    json_decref(value);
    return 0;
}

/* Length of the part of bytes that belongs to the value begun; -1: nested too deep. */
static int
find_end(struct docker_events *events, struct slice bytes, size_t *used)
{
    for (*used = 0; *used < bytes.length; (*used)++) {
        if (step(events, bytes.at[*used])) {
            (*used)++;
            return 0;
        }
        if (events->depth > DEPTH_MOST)
            return -1;
    }
    return 0;
}

int
docker_events_feed(struct docker_events *events, const char *bytes, size_t length,
                   docker_event_callback *on_event, void *argument)
{
    struct slice rest = slice_make(bytes, length);
    size_t used;

    events->is_closed = false;
    while (rest.length > 0 && !events->is_closed) {
        bool is_between = events->depth == 0;
        if (is_between && stands_between_values(*rest.at)) {
            rest = slice_make(rest.at + 1, rest.length - 1);
            continue;
        }
        if (is_between && *rest.at != '{')
            return -1;
        if (find_end(events, rest, &used) == -1 || append(events, rest.at, used) == -1)
            return -1;
        rest = slice_make(rest.at + used, rest.length - used);
        if (events->depth == 0 && end_value(events, on_event, argument) == -1)
            return -1;
    }
    return 0;
}

void
docker_events_clear(struct docker_events *events)
{
    free(events->bytes);
    *events = (struct docker_events){.is_closed = true};
}

/* Without it every probe of a HEALTHCHECK sends three events about exec. */
static const char filters[] =
    "{\"type\":[\"container\",\"network\"],\"event\":[\"start\",\"die\",\"kill\",\"stop\","
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
