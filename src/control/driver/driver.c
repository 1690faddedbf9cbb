/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls are kept in a list until they end, so that a driver that goes can end each with a
 * reason: somebody waits for it.
 */
#include "control/driver/driver_kind.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/check.h"
#include "base/memory.h"

#define DRIVER_TAG 0x64726976
/* Events come in bursts: a container that ends sends three. */
#define HINT_AFTER_US 20000

struct driver_call {
    LIST_ENTRY(driver_call) entry;
    struct driver *driver;
    driver_done *on_done;
    void *argument;
    void *work; /* the kind's */
};

/* Belongs to who opened it. */
struct driver_watch {
    LIST_ENTRY(driver_watch) entry;
    struct driver *driver; /* NULL: it has gone */
    struct loop *loop;
    struct alarm_clock alarm;
    driver_hint *on_hint;
    void *argument;
};

struct driver {
    uint32_t tag;
    struct loop *loop;
    const struct driver_kind *kind;
    void *engine;
    LIST_HEAD(, driver_call) calls;
    LIST_HEAD(, driver_watch) watches;
};

static const char *const act_texts[DRIVER_ACTS] = {
#define DRIVER_ACT(id, text) [DRIVER_ACT_##id] = (text),
#include "control/driver/driver_acts.def"
#undef DRIVER_ACT
};

const char *
driver_act_text(enum driver_act act)
{
    return act_texts[act];
}

struct driver *
driver_new(struct loop *loop, const struct driver_kind *kind, void *engine)
{
    struct driver *driver = memory_take(1, sizeof(*driver));

    driver->tag = DRIVER_TAG;
    driver->loop = loop;
    driver->kind = kind;
    driver->engine = engine;
    LIST_INIT(&driver->calls);
    LIST_INIT(&driver->watches);
    return driver;
}

static void
leave_driver(struct driver_watch *watch)
{
    if (watch->driver == NULL)
        return;
    LIST_REMOVE(watch, entry);
    watch->driver = NULL;
    alarm_clock_close(&watch->alarm);
}

void
driver_free(struct driver **driver)
{
    static const struct driver_result gone = {
        .fault = DRIVER_UNREACHABLE,
        .error = "the provider was closed before the engine had answered"};
    struct driver *closed = *driver;
    struct driver_call *call;

    *driver = NULL;
    if (closed == NULL)
        return;
    CHECK_TAG(closed, DRIVER_TAG);
    while ((call = LIST_FIRST(&closed->calls)) != NULL) {
        closed->kind->cancel(closed->engine, call->work);
        driver_call_end(call, &gone);
    }
    while (!LIST_EMPTY(&closed->watches))
        leave_driver(LIST_FIRST(&closed->watches));
    closed->tag = 0;
    loop_free_later(closed->loop, closed, NULL);
}

bool
driver_is_connected(const struct driver *driver)
{
    CHECK_TAG(driver, DRIVER_TAG);
    return driver->kind->is_connected(driver->engine);
}

static struct driver_call *
begin(struct driver *driver, const struct driver_order *order, driver_done *on_done,
      void *argument)
{
    struct driver_call *call = memory_take(1, sizeof(*call));

    CHECK_TAG(driver, DRIVER_TAG);
    call->driver = driver;
    call->on_done = on_done;
    call->argument = argument;
    LIST_INSERT_HEAD(&driver->calls, call, entry);
    call->work = driver->kind->begin(driver->engine, order, call);
    return call;
}

void
driver_call_end(struct driver_call *call, const struct driver_result *result)
{
    struct loop *loop = call->driver->loop;

    LIST_REMOVE(call, entry);
    call->on_done(call->argument, result);
    loop_free_later(loop, call, NULL);
}

void
driver_cancel(struct driver_call **call)
{
    struct driver_call *ended = *call;

    if (ended == NULL)
        return;
    *call = NULL;
    LIST_REMOVE(ended, entry);
    ended->driver->kind->cancel(ended->driver->engine, ended->work);
    loop_free_later(ended->driver->loop, ended, NULL);
}

/* Acts */

struct driver_call *
driver_pull(struct driver *driver, const char *image, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_PULL, .object = image};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_create(struct driver *driver, const char *name, const json_t *body, driver_done *on_done,
              void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_CREATE, .name = name, .body = body};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_start(struct driver *driver, const char *id, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_START, .object = id};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_stop(struct driver *driver, const char *id, unsigned timeout_seconds,
            driver_done *on_done, void *argument)
{
    const struct driver_order order = {
        .act = DRIVER_ACT_STOP, .object = id, .number = timeout_seconds};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_kill(struct driver *driver, const char *id, const char *signal, driver_done *on_done,
            void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_KILL, .object = id, .name = signal};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_remove(struct driver *driver, const char *id, unsigned removal, driver_done *on_done,
              void *argument)
{
    const struct driver_order order = {
        .act = DRIVER_ACT_REMOVE, .object = id, .number = removal};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_rename(struct driver *driver, const char *id, const char *name, driver_done *on_done,
              void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_RENAME, .object = id, .name = name};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_inspect(struct driver *driver, const char *id, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_INSPECT, .object = id};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_inspect_image(struct driver *driver, const char *image, driver_done *on_done,
                     void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_INSPECT_IMAGE, .object = image};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_list_managed(struct driver *driver, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_LIST_MANAGED};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_info(struct driver *driver, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_INFO};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_stats(struct driver *driver, const char *id, driver_done *on_done, void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_STATS, .object = id};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_logs(struct driver *driver, const char *id, unsigned lines, driver_done *on_done,
            void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_LOGS, .object = id, .number = lines};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_create_volume(struct driver *driver, const json_t *body, driver_done *on_done,
                     void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_CREATE_VOLUME, .body = body};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_remove_volume(struct driver *driver, const char *name, driver_done *on_done,
                     void *argument)
{
    const struct driver_order order = {.act = DRIVER_ACT_REMOVE_VOLUME, .object = name};

    return begin(driver, &order, on_done, argument);
}

struct driver_call *
driver_connect(struct driver *driver, const char *network, const json_t *body,
               driver_done *on_done, void *argument)
{
    const struct driver_order order = {
        .act = DRIVER_ACT_CONNECT, .object = network, .body = body};

    return begin(driver, &order, on_done, argument);
}

/* Watches */

static void
on_hint_time(void *argument)
{
    struct driver_watch *watch = argument;

    watch->on_hint(watch->argument);
}

struct driver_watch *
driver_watch_open(struct driver *driver, driver_hint *on_hint, void *argument)
{
    struct driver_watch *watch = memory_take(1, sizeof(*watch));

    CHECK_TAG(driver, DRIVER_TAG);
    watch->driver = driver;
    watch->loop = driver->loop;
    watch->on_hint = on_hint;
    watch->argument = argument;
    alarm_clock_open(&watch->alarm, driver->loop, on_hint_time, watch);
    LIST_INSERT_HEAD(&driver->watches, watch, entry);
    return watch;
}

void
driver_watch_close(struct driver_watch **watch)
{
    struct driver_watch *closed = *watch;

    *watch = NULL;
    if (closed == NULL)
        return;
    leave_driver(closed);
    loop_free_later(closed->loop, closed, NULL);
}

bool
driver_watch_is_over(const struct driver_watch *watch)
{
    return watch->driver == NULL;
}

void
driver_note_change(struct driver *driver)
{
    struct driver_watch *watch;

    CHECK_TAG(driver, DRIVER_TAG);
    LIST_FOREACH (watch, &driver->watches, entry)
        if (!alarm_clock_is_set(&watch->alarm))
            alarm_clock_set(&watch->alarm, HINT_AFTER_US);
}
