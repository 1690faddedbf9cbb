/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define SLOW_ROUNDS 5

static void *
begin(void *object, const struct driver_order *order, struct driver_call *call)
{
    struct fake_engine *engine = object;
    struct fake_call *free_one = engine->calls;

    while (free_one->call != NULL)
        free_one++;
    *free_one =
        (struct fake_call){.call = call,
                           .act = order->act,
                           .object = memory_copy_text(order->object),
                           .name = memory_copy_text(order->name),
                           .body = order->body == NULL ? NULL : json_deep_copy(order->body)};
    engine->asked[order->act]++;
    if (engine->next[order->act] == FAKE_SLOW) {
        free_one->rounds = SLOW_ROUNDS;
        engine->next[order->act] = FAKE_WELL;
    }
    return free_one;
}

static void
clear_call(struct fake_call *call)
{
    free(call->object);
    free(call->name);
    json_decref(call->body);
    *call = (struct fake_call){.call = NULL};
}

static struct fake_container *
find_id(struct fake_engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->count; i++)
        if (!engine->containers[i].is_removed && strcmp(engine->containers[i].id, id) == 0)
            return &engine->containers[i];
    return NULL;
}

struct fake_container *
fake_engine_find(struct fake_engine *engine, const char *end)
{
    for (size_t i = 0; i < engine->count; i++) {
        struct fake_container *container = &engine->containers[i];
        size_t length = strlen(container->name);
        if (!container->is_removed && length >= strlen(end) &&
            strcmp(container->name + length - strlen(end), end) == 0)
            return container;
    }
    return NULL;
}

bool
fake_container_runs(const struct fake_container *container)
{
    return !container->is_removed && strcmp(container->state, "running") == 0;
}

static struct fake_container *
add(struct fake_engine *engine, const char *name, json_t *labels)
{
    struct fake_container *container = &engine->containers[engine->count++];

    *container = (struct fake_container){.name = memory_copy_text(name),
                                         .labels = json_incref(labels),
                                         .state = "created",
                                         .created_s = clock_wall_us() / 1000000};
    snprintf(container->id, sizeof(container->id), "c%zu", engine->count);
    return container;
}

static json_t *
list_of(const struct fake_engine *engine)
{
    json_t *list = json_array();

    for (size_t i = engine->count; i > 0; i--) {
        const struct fake_container *container = &engine->containers[i - 1];
        if (container->is_removed)
            continue;
        json_t *item = json_pack("{s:s, s:[o], s:O, s:s, s:s, s:I}", "Id", container->id,
                                 "Names", json_sprintf("/%s", container->name), "Labels",
                                 container->labels, "State", container->state, "Status", "",
                                 "Created", (json_int_t)container->created_s);
        json_array_append_new(list, item);
    }
    return list;
}

static enum driver_fault
create(struct fake_engine *engine, const struct fake_call *call, json_t **answer)
{
    char *end = memory_print("%s", call->name);
    const struct fake_container *other = fake_engine_find(engine, end);

    free(end);
    if (other != NULL)
        return DRIVER_CONFLICT;
    *answer = json_pack("{s:s}", "Id",
                        add(engine, call->name, json_object_get(call->body, "Labels"))->id);
    return DRIVER_OK;
}

static void
act_on(struct fake_container *container, enum driver_act act, json_t **answer)
{
    if (act == DRIVER_ACT_START && !fake_container_runs(container)) {
        container->state = "running";
        container->starts++;
    } else if (act == DRIVER_ACT_STOP) {
        container->stops++;
        if (fake_container_runs(container))
            fake_container_end(container, 143);
    } else if (act == DRIVER_ACT_REMOVE) {
        container->removals++;
        container->is_removed = true;
    } else if (act == DRIVER_ACT_INSPECT) {
        *answer = json_pack("{s:{s:b, s:i, s:b}}", "State", "Running",
                            fake_container_runs(container), "ExitCode", container->exit_code,
                            "OOMKilled", container->is_out_of_memory);
    }
}

static enum driver_fault
act(struct fake_engine *engine, const struct fake_call *call, json_t **answer)
{
    struct fake_container *container;

    if (call->act == DRIVER_ACT_CREATE)
        return create(engine, call, answer);
    if (call->act == DRIVER_ACT_LIST_MANAGED)
        *answer = list_of(engine);
    if (call->act == DRIVER_ACT_INFO)
        *answer = json_pack("{s:i, s:I}", "NCPU", 4, "MemTotal", (json_int_t)8 << 30);
    if (call->act != DRIVER_ACT_START && call->act != DRIVER_ACT_STOP &&
        call->act != DRIVER_ACT_REMOVE && call->act != DRIVER_ACT_INSPECT)
        return DRIVER_OK;
    container = find_id(engine, call->object);
    if (container == NULL)
        return DRIVER_NOT_FOUND;
    act_on(container, call->act, answer);
    return DRIVER_OK;
}

static enum driver_fault
act_badly(struct fake_engine *engine, const struct fake_call *call, json_t **answer)
{
    enum fake_answer how = engine->is_down ? FAKE_UNREACHED : engine->next[call->act];

    engine->next[call->act] = FAKE_WELL;
    switch (how) {
    case FAKE_UNREACHED:
        return DRIVER_UNREACHABLE;
    case FAKE_REFUSED:
        return DRIVER_REFUSED;
    case FAKE_CONFLICT:
        return DRIVER_CONFLICT;
    case FAKE_LOST:
    case FAKE_CUT_OFF:
        act(engine, call, answer);
        return how == FAKE_LOST ? DRIVER_TIMEOUT : DRIVER_UNREACHABLE;
    default:
        return act(engine, call, answer);
    }
}

static void
answer_one(struct fake_engine *engine, struct fake_call *call)
{
    struct driver_call *asked = call->call;
    json_t *answer = NULL;
    enum driver_fault fault = act_badly(engine, call, &answer);
    const struct driver_result result = {.fault = fault,
                                         .error = fault == DRIVER_OK ? NULL : "it is so",
                                         .answer = fault == DRIVER_OK ? answer : NULL};

    clear_call(call);
    driver_call_end(asked, &result);
    json_decref(answer);
}

void
fake_engine_answer(struct fake_engine *engine)
{
    struct driver_call *waiting[FAKE_PENDING];

    for (size_t i = 0; i < FAKE_PENDING; i++)
        waiting[i] = engine->calls[i].call;
    for (size_t i = 0; i < FAKE_PENDING; i++) {
        struct fake_call *call = &engine->calls[i];
        if (waiting[i] == NULL || call->call != waiting[i])
            continue;
        if (call->rounds > 0)
            call->rounds--;
        else
            answer_one(engine, call);
    }
}

/* What was sent may be done all the same. */
static void
cancel(void *object, void *work)
{
    struct fake_engine *engine = object;
    struct fake_call *call = work;
    json_t *answer = NULL;

    if (!engine->forgets_cancelled && !engine->is_down)
        act(engine, call, &answer);
    json_decref(answer);
    clear_call(call);
}

static bool
is_connected(const void *object)
{
    const struct fake_engine *engine = object;

    return !engine->is_down;
}

void
fake_engine_follow(struct fake_engine *engine, struct loop *loop)
{
    static const struct driver_kind kind = {begin, cancel, is_connected};

    engine->driver = driver_new(loop, &kind, engine);
}

void
fake_engine_leave(struct fake_engine *engine)
{
    driver_free(&engine->driver);
}

struct fake_engine *
fake_engine_new(struct loop *loop)
{
    struct fake_engine *engine = memory_take(1, sizeof(*engine));

    fake_engine_follow(engine, loop);
    return engine;
}

void
fake_engine_free(struct fake_engine **engine)
{
    fake_engine_leave(*engine);
    for (size_t i = 0; i < (*engine)->count; i++) {
        free((*engine)->containers[i].name);
        json_decref((*engine)->containers[i].labels);
    }
    free(*engine);
    *engine = NULL;
}

void
fake_container_end(struct fake_container *container, int code)
{
    container->state = "exited";
    container->exit_code = code;
}

void
fake_container_start(struct fake_container *container)
{
    container->state = "running";
}

void
fake_engine_copy(struct fake_engine *engine, const struct fake_container *container)
{
    char *name = memory_print("copy-%zu", engine->count);
    struct fake_container *copy = add(engine, name, container->labels);

    free(name);
    copy->is_foreign = true;
    copy->state = "running";
}
