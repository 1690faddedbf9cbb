/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One list at a time; a hint that comes meanwhile asks for another one. What has ended is
 * inspected once, for the list does not say how. Start reading at on_listed.
 */
#include "control/scheduler/engine_containers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

/* Without any hint; an engine's events may be lost. */
#define LOOK_EVERY_MS 5000
/* Hints that come together are one. */
#define HINT_WAIT_US 5000
/* After a hint, too: an engine tells of an end before its list has it. */
static const unsigned look_again_ms[] = {1000, 250}; /* the last one first */

struct engine_containers {
    struct loop *loop;
    struct driver *driver;
    void (*on_change)(void *argument);
    void *argument;
    struct driver_watch *watch;
    struct driver_call *list;
    struct engine_container *all;
    struct inspection *inspections;
    struct timer timer;
    struct alarm_clock soon;
    unsigned seen;
    size_t looks_left; /* of look_again_ms */
    uint64_t list_began_ms, read_ms;
    bool is_wanted_again, is_known;
};

/* Of one that has ended. */
struct inspection {
    struct engine_containers *containers;
    struct driver_call *call;
    char id[TASK_CONTAINER_ID_SIZE];
    struct inspection *next;
};

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer does not follow them. */
static struct engine_container *
find(const struct engine_containers *containers, const char *id)
{
    struct engine_container *container;

    HASH_FIND_STR(containers->all, id, container);
    return container;
}

static struct engine_container *
add(struct engine_containers *containers, const char *id)
{
    struct engine_container *container = memory_take(1, sizeof(*container));

    snprintf(container->id, sizeof(container->id), "%s", id);
    container->exit_code = -1;
    HASH_ADD_STR(containers->all, id, container);
    return container;
}

static void
drop(struct engine_containers *containers, struct engine_container *container)
{
    HASH_DEL(containers->all, container);
    json_decref(container->labels);
    json_decref(container->names);
    json_decref(container->bindings);
    free(container->error);
    free(container);
}

static void
drop_inspection(struct inspection *inspection)
{
    struct inspection **at = &inspection->containers->inspections;

    while (*at != inspection)
        at = &(*at)->next;
    *at = inspection->next;
    free(inspection);
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

static void
look_on_time(void *argument)
{
    engine_containers_look(argument);
}

static void on_soon(void *argument);

static void
on_hint(void *argument)
{
    struct engine_containers *containers = argument;

    containers->looks_left = sizeof(look_again_ms) / sizeof(*look_again_ms);
    if (!alarm_clock_is_set(&containers->soon))
        alarm_clock_set(&containers->soon, HINT_WAIT_US);
}

struct engine_containers *
engine_containers_new(struct loop *loop, struct driver *driver,
                      void (*on_change)(void *argument), void *argument)
{
    struct engine_containers *containers = memory_take(1, sizeof(*containers));

    containers->loop = loop;
    containers->driver = driver;
    containers->on_change = on_change;
    containers->argument = argument;
    timer_init(&containers->timer, look_on_time, containers);
    alarm_clock_open(&containers->soon, loop, on_soon, containers);
    containers->watch = driver_watch_open(driver, on_hint, containers);
    alarm_clock_set(&containers->soon, 0);
    return containers;
}

void
engine_containers_free(struct engine_containers **containers)
{
    struct engine_containers *freed = *containers;
    struct engine_container *container, *next;

    *containers = NULL;
    if (freed == NULL)
        return;
    driver_watch_close(&freed->watch);
    driver_cancel(&freed->list);
    while (freed->inspections != NULL) {
        driver_cancel(&freed->inspections->call);
        drop_inspection(freed->inspections);
    }
    timer_close(&freed->timer, freed->loop);
    alarm_clock_close(&freed->soon);
    HASH_ITER (hh, freed->all, container, next) {
        drop(freed, container);
    }
    loop_free_later(freed->loop, freed, NULL);
}

static enum engine_container_state
state_of(const char *text)
{
    static const char *const running[] = {"running", "paused", "restarting"};

    for (size_t i = 0; i < sizeof(running) / sizeof(*running); i++)
        if (strcmp(text, running[i]) == 0)
            return ENGINE_CONTAINER_RUNNING;
    return strcmp(text, "created") == 0 ? ENGINE_CONTAINER_CREATED : ENGINE_CONTAINER_ENDED;
}

/* "Up 3 seconds (healthy)". */
static enum task_health
health_of(const char *status)
{
    if (strstr(status, "(healthy)") != NULL)
        return TASK_HEALTH_HEALTHY;
    if (strstr(status, "(unhealthy)") != NULL)
        return TASK_HEALTH_UNHEALTHY;
    return strstr(status, "(health: starting)") != NULL ? TASK_HEALTH_STARTING
                                                        : TASK_HEALTH_NONE;
}

static json_t *
bindings_of(const json_t *ports)
{
    json_t *bindings = json_array();
    const json_t *port;
    size_t index;

    json_array_foreach (ports, index, port) {
        const json_t *published = json_object_get(port, "PublicPort");
        const char *address = json_string_value(json_object_get(port, "IP"));
        if (published == NULL)
            continue;
        json_array_append_new(bindings,
                              json_pack("{s:s, s:O, s:O, s:O}", "bindIP",
                                        address == NULL ? "0.0.0.0" : address, "containerPort",
                                        json_object_get(port, "PrivatePort"), "hostPort",
                                        published, "protocol", json_object_get(port, "Type")));
    }
    return bindings;
}

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* True: it differs from what was known. */
static bool
take(struct engine_containers *containers, const json_t *item)
{
    const char *id = text_of(item, "Id");
    enum engine_container_state state = state_of(text_of(item, "State"));
    enum task_health health = health_of(text_of(item, "Status"));
    json_t *bindings = bindings_of(json_object_get(item, "Ports"));
    bool differs = false;

    struct engine_container *container = find(containers, id);
    if (container == NULL) {
        container = add(containers, id);
        differs = true;
    }
    differs = differs || container->state != state || container->health != health ||
              !json_equal(container->bindings, bindings);
    if (container->state != state)
        container->is_end_known = false;
    container->state = state;
    container->health = health;
    json_decref(container->bindings);
    container->bindings = bindings;
    json_decref(container->names);
    container->names = json_incref(json_object_get(item, "Names"));
    if (container->labels == NULL) {
        container->labels = json_incref(json_object_get(item, "Labels"));
        container->created_us =
            (uint64_t)json_integer_value(json_object_get(item, "Created")) * 1000000;
    }
    container->seen = containers->seen;
    return differs;
}

static bool
sweep(struct engine_containers *containers)
{
    struct engine_container *container, *next;
    bool differs = false;

    HASH_ITER (hh, containers->all, container, next) {
        if (container->seen == containers->seen)
            continue;
        drop(containers, container);
        differs = true;
    }
    return differs;
}

static void
note_end(struct engine_container *container, const json_t *answer)
{
    const json_t *state = json_object_get(answer, "State");
    const char *error = text_of(state, "Error");

    container->is_oom = json_is_true(json_object_get(state, "OOMKilled"));
    container->exit_code = (int)json_integer_value(json_object_get(state, "ExitCode"));
    free(container->error);
    container->error = *error == '\0' ? NULL : memory_copy_text(error);
}

/* Somebody has started it again since; the next list has it so. */
static bool
runs(const json_t *answer)
{
    return json_is_true(json_object_get(json_object_get(answer, "State"), "Running"));
}

static void
on_inspected(void *argument, const struct driver_result *result)
{
    struct inspection *inspection = argument;
    struct engine_containers *containers = inspection->containers;
    struct engine_container *container = find(containers, inspection->id);

    drop_inspection(inspection);
    if (container != NULL)
        container->is_end_asked = false;
    if (container == NULL || container->state != ENGINE_CONTAINER_ENDED ||
        (result->error != NULL && result->fault != DRIVER_NOT_FOUND) || runs(result->answer))
        return;
    if (result->error == NULL)
        note_end(container, result->answer);
    container->is_end_known = true;
    containers->on_change(containers->argument);
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): the analyzer does not see that what is dropped
 * leaves the table. */
static void
inspect_ended(struct engine_containers *containers)
{
    struct engine_container *container, *next;

    HASH_ITER (hh, containers->all, container, next) {
        if (container->state != ENGINE_CONTAINER_ENDED || container->is_end_known ||
            container->is_end_asked)
            continue;
        container->is_end_asked = true;
        struct inspection *inspection = memory_take(1, sizeof(*inspection));
        inspection->containers = containers;
        snprintf(inspection->id, sizeof(inspection->id), "%s", container->id);
        inspection->next = containers->inspections;
        containers->inspections = inspection;
        inspection->call =
            driver_inspect(containers->driver, container->id, on_inspected, inspection);
    }
}

/* NOLINTEND(clang-analyzer-unix.Malloc) */

static void
read_list(struct engine_containers *containers, const json_t *list)
{
    bool differs = !containers->is_known;
    const json_t *item;
    size_t index;

    containers->seen++;
    containers->is_known = true;
    containers->read_ms = containers->list_began_ms;
    json_array_foreach (list, index, item)
        differs = take(containers, item) || differs;
    differs = sweep(containers) || differs;
    inspect_ended(containers);
    if (differs)
        containers->on_change(containers->argument);
}

static unsigned
next_look_ms(struct engine_containers *containers)
{
    if (containers->looks_left == 0)
        return LOOK_EVERY_MS;
    return look_again_ms[--containers->looks_left];
}

static void
on_listed(void *argument, const struct driver_result *result)
{
    struct engine_containers *containers = argument;

    containers->list = NULL;
    timer_set(&containers->timer, containers->loop, next_look_ms(containers));
    if (result->error == NULL)
        read_list(containers, result->answer);
    else
        containers->is_known = false;
    if (containers->is_wanted_again && result->error == NULL)
        on_hint(containers);
    containers->is_wanted_again = false;
}

void
engine_containers_look(struct engine_containers *containers)
{
    if (containers->list != NULL) {
        containers->is_wanted_again = true;
        return;
    }
    containers->list_began_ms = clock_ms();
    containers->list = driver_list_managed(containers->driver, on_listed, containers);
}

static void
on_soon(void *argument)
{
    engine_containers_look(argument);
}

bool
engine_containers_are_over(const struct engine_containers *containers)
{
    return driver_watch_is_over(containers->watch);
}

bool
engine_containers_are_known(const struct engine_containers *containers)
{
    return containers->is_known;
}

uint64_t
engine_containers_read_ms(const struct engine_containers *containers)
{
    return containers->read_ms;
}

bool
engine_container_is_named(const struct engine_container *container, const char *end)
{
    const json_t *name;
    size_t index;

    json_array_foreach (container->names, index, name) {
        size_t length = json_string_length(name);
        if (length >= strlen(end) &&
            strcmp(json_string_value(name) + length - strlen(end), end) == 0)
            return true;
    }
    return false;
}

const struct engine_container *
engine_containers_find(const struct engine_containers *containers, const char *id)
{
    return find(containers, id);
}

const struct engine_container *
engine_containers_next(const struct engine_containers *containers,
                       const struct engine_container *container)
{
    return container == NULL ? containers->all : container->hh.next;
}
