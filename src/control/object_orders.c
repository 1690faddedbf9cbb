/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One batch at a time; whoever comes meanwhile is in the next. Each of its steps has a turn of
 * the loop of its own, and between two batches as much time passes as the first took: what
 * control is for goes on. Start reading at begin_batch.
 */
#include "control/object_orders.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/processes/config_reader.h"
#include "control/reload.h"
#include "net/loop.h"

#define BATCH_MOST 100
/* Of a batch's changes and of its answers, how long they may take in one turn of the loop. */
#define TURN_US 10000

TAILQ_HEAD(list, object_order);

/* What a batch does in its next turn. */
enum batch_step {
    STEP_NONE, /* there is no batch, or its certificates are being read */
    STEP_PUT,  /* what was judged is put in force */
    STEP_TELL, /* those whose changes are in force are answered */
};

struct object_orders {
    struct object_orders_parts parts;
    struct reload *reload;
    struct list waiting, batch;
    struct object_edit *edit; /* of the batch; NULL: there is none */
    struct config *candidate; /* as judged; NULL: the configuration stays */
    enum batch_step step;
    uint64_t spent_us; /* by the batch so far */
    struct alarm_clock next, turn;
};

static void on_next(void *argument);
static void on_turn(void *argument);

struct object_orders *
object_orders_new(const struct object_orders_parts *parts)
{
    struct object_orders *orders = memory_take(1, sizeof(*orders));

    orders->parts = *parts;
    TAILQ_INIT(&orders->waiting);
    TAILQ_INIT(&orders->batch);
    alarm_clock_open(&orders->next, parts->loop, on_next, orders);
    alarm_clock_open(&orders->turn, parts->loop, on_turn, orders);
    return orders;
}

void
object_orders_set_reload(struct object_orders *orders, struct reload *reload)
{
    orders->reload = reload;
}

void
object_orders_free(struct object_orders **orders)
{
    if (*orders == NULL)
        return;
    config_readers_forget((*orders)->parts.readers, *orders);
    alarm_clock_close(&(*orders)->next);
    alarm_clock_close(&(*orders)->turn);
    object_edit_free(&(*orders)->edit);
    config_free(&(*orders)->candidate);
    free(*orders);
    *orders = NULL;
}

static void
come_soon(struct object_orders *orders, uint64_t after_us)
{
    if (orders->edit == NULL && !TAILQ_EMPTY(&orders->waiting) &&
        !alarm_clock_is_set(&orders->next))
        alarm_clock_set(&orders->next, after_us);
}

void
object_orders_add(struct object_orders *orders, struct object_order *order)
{
    TAILQ_INSERT_TAIL(&orders->waiting, order, link);
    come_soon(orders, 0);
}

void
object_orders_withdraw(struct object_orders *orders, struct object_order *order)
{
    TAILQ_REMOVE(order->is_in_batch ? &orders->batch : &orders->waiting, order, link);
}

void
object_orders_go_on(struct object_orders *orders)
{
    come_soon(orders, 0);
}

/* It has a turn of its own, before those that came later. */
static void
wait_alone(struct object_orders *orders, struct object_order *order)
{
    order->is_in_batch = false;
    order->is_alone = true;
    TAILQ_INSERT_HEAD(&orders->waiting, order, link);
}

static void
dissolve(struct object_orders *orders)
{
    struct object_order *order;

    while ((order = TAILQ_LAST(&orders->batch, list)) != NULL) {
        TAILQ_REMOVE(&orders->batch, order, link);
        wait_alone(orders, order);
    }
}

static void
tell_all(struct object_orders *orders, const struct config_errors *errors, const char *reason)
{
    const struct objects_outcome outcome = {.errors = errors, .reason = reason};
    struct object_order *order;

    while ((order = TAILQ_FIRST(&orders->batch)) != NULL) {
        TAILQ_REMOVE(&orders->batch, order, link);
        order->is_in_batch = false;
        order->on_done(order, &outcome);
    }
}

static bool
is_one(const struct object_orders *orders)
{
    const struct object_order *first = TAILQ_FIRST(&orders->batch);

    return first != NULL && TAILQ_NEXT(first, link) == NULL;
}

static void
close_batch(struct object_orders *orders)
{
    orders->step = STEP_NONE;
    object_edit_free(&orders->edit);
    reload_release(orders->reload);
}

/* Takes neither. A disk that refuses one refuses all. */
static void
refuse_batch(struct object_orders *orders, const struct config_errors *errors,
             const char *reason)
{
    if (errors->count > 0 && !is_one(orders))
        dissolve(orders);
    else
        tell_all(orders, errors, reason);
    close_batch(orders);
}

/* In another turn. */
static void
go_to(struct object_orders *orders, enum batch_step step)
{
    orders->step = step;
    alarm_clock_set(&orders->turn, 0);
}

static void
put(struct object_orders *orders, struct config_answer *certificates)
{
    struct config_errors errors = {.lines = NULL};
    struct config *config = orders->candidate;
    char *reason = NULL;

    orders->candidate = NULL;
    reload_put_objects(orders->reload,
                       &(struct reload_objects){orders->edit, config, certificates}, &errors,
                       &reason);
    if (errors.count > 0 || reason != NULL) {
        refuse_batch(orders, &errors, reason);
    } else {
        orders->parts.on_change(orders->parts.argument);
        go_to(orders, STEP_TELL);
    }
    config_errors_clear(&errors);
    free(reason);
}

/* As many as a turn has time for; the others find what they changed as they left it, since the
 * next batch waits. */
static void
tell(struct object_orders *orders)
{
    static const struct config_errors none;
    const struct objects_outcome outcome = {.errors = &none};
    uint64_t end_us = clock_precise_us() + TURN_US;
    struct object_order *order;

    while ((order = TAILQ_FIRST(&orders->batch)) != NULL && clock_precise_us() < end_us) {
        TAILQ_REMOVE(&orders->batch, order, link);
        order->is_in_batch = false;
        order->on_done(order, &outcome);
    }
    if (TAILQ_EMPTY(&orders->batch))
        close_batch(orders);
    else
        go_to(orders, STEP_TELL);
}

/* What has begun then is over for now. */
static void
pause_after(struct object_orders *orders, uint64_t began_us)
{
    orders->spent_us += clock_precise_us() - began_us;
    if (orders->edit != NULL)
        return;
    come_soon(orders, orders->spent_us);
    orders->spent_us = 0;
}

static void
on_turn(void *argument)
{
    struct object_orders *orders = argument;
    uint64_t began_us = clock_precise_us();

    if (orders->step == STEP_PUT)
        put(orders, NULL);
    else if (orders->step == STEP_TELL)
        tell(orders);
    pause_after(orders, began_us);
}

/* Only faults of what the candidate names and the configuration in force does not: of the
 * others the old ones stay in use, and a folder's bad ones are told as problems. */
static void
keep_new_faults(const struct object_orders *orders, const struct config_errors *found,
                struct config_errors *errors)
{
    for (size_t i = 0; i < found->count; i++) {
        const char *line = found->lines[i], *colon = strstr(line, ": ");
        char *path = memory_copy_bytes(line, (size_t)(colon - line));
        if (config_names_certificate(orders->candidate, path) &&
            !config_names_certificate(reload_config(orders->reload), path))
            config_errors_add(errors, memory_copy_text(colon + 2));
        free(path);
    }
}

static void
on_certificates(void *argument, struct config_answer *read)
{
    struct object_orders *orders = argument;
    struct config_errors errors = {.lines = NULL};
    uint64_t began_us = clock_precise_us();

    keep_new_faults(orders, &read->errors, &errors);
    if (errors.count == 0 && read->is_good) {
        put(orders, read);
    } else {
        config_free(&orders->candidate);
        refuse_batch(orders, errors.count > 0 ? &errors : &read->errors, NULL);
    }
    config_errors_clear(&errors);
    pause_after(orders, began_us);
}

static void
read_certificates(struct object_orders *orders)
{
    const struct config_question question = {
        .path = "certificates", .wish = CONFIG_IN_FORCE, .in_force = orders->candidate};
    struct config_errors errors = {.lines = NULL};
    const char *reason;

    orders->step = STEP_NONE;
    if (config_readers_start(orders->parts.readers, &question, on_certificates, orders,
                             &reason))
        return;
    config_free(&orders->candidate);
    config_errors_add(&errors, memory_print("its certificates cannot be read: %s", reason));
    refuse_batch(orders, &errors, NULL);
    config_errors_clear(&errors);
}

/* False: the batch is refused. */
static bool
judge(struct object_orders *orders)
{
    struct config_errors errors = {.lines = NULL};

    orders->candidate =
        reload_judge(orders->reload, object_edit_additions(orders->edit), &errors);
    if (orders->candidate == NULL)
        refuse_batch(orders, &errors, NULL);
    config_errors_clear(&errors);
    return orders->candidate != NULL;
}

static void
put_batch(struct object_orders *orders)
{
    if (object_edit_concerns_settings(orders->edit) && !judge(orders))
        return;
    if (orders->candidate != NULL &&
        config_has_new_certificates(reload_config(orders->reload), orders->candidate))
        read_certificates(orders);
    else
        go_to(orders, STEP_PUT);
}

/* Those that wait, as many as come together. */
static void
gather(struct object_orders *orders)
{
    struct object_order *order;
    unsigned count = 0;

    while ((order = TAILQ_FIRST(&orders->waiting)) != NULL && count < BATCH_MOST &&
           (count == 0 || !order->is_alone)) {
        TAILQ_REMOVE(&orders->waiting, order, link);
        TAILQ_INSERT_TAIL(&orders->batch, order, link);
        order->is_in_batch = true;
        count++;
        if (order->is_alone)
            break;
    }
}

/* Those from this one on, which had no turn, wait before those that came later. */
static void
send_back(struct object_orders *orders, struct object_order *first)
{
    struct object_order *order = NULL;

    while (first != NULL && order != first) {
        order = TAILQ_LAST(&orders->batch, list);
        TAILQ_REMOVE(&orders->batch, order, link);
        order->is_in_batch = false;
        TAILQ_INSERT_HEAD(&orders->waiting, order, link);
    }
}

/* True: the order's changes are fit to be judged beside those of others. */
static bool
give_turn(struct object_orders *orders, struct object_order *order, struct object_order *next)
{
    size_t before = object_edit_changes(orders->edit);

    /* Out of the list first: whose turn is over is gone behind it. */
    TAILQ_REMOVE(&orders->batch, order, link);
    enum object_turn turn = order->on_turn(order, orders->edit);
    if (turn == OBJECT_TURN_CROWDED)
        wait_alone(orders, order);
    if (turn != OBJECT_TURN_CHANGES)
        return object_edit_changes(orders->edit) == before;
    if (next != NULL)
        TAILQ_INSERT_BEFORE(next, order, link);
    else
        TAILQ_INSERT_TAIL(&orders->batch, order, link);
    return true;
}

/* False: one of them has changed something and then failed. */
static bool
give_turns(struct object_orders *orders)
{
    uint64_t end_us = clock_precise_us() + TURN_US;
    struct object_order *order, *next;
    bool is_clean = true;

    for (order = TAILQ_FIRST(&orders->batch); order != NULL; order = next) {
        next = TAILQ_NEXT(order, link);
        is_clean = give_turn(orders, order, next) && is_clean;
        if (clock_precise_us() >= end_us) {
            send_back(orders, next);
            break;
        }
    }
    return is_clean;
}

static void
begin_batch(struct object_orders *orders)
{
    orders->edit = object_edit_begin(orders->parts.objects);
    gather(orders);
    if (give_turns(orders) && !TAILQ_EMPTY(&orders->batch)) {
        put_batch(orders);
        return;
    }
    dissolve(orders);
    close_batch(orders);
}

static void
on_next(void *argument)
{
    struct object_orders *orders = argument;
    uint64_t began_us = clock_precise_us();

    if (orders->edit != NULL || TAILQ_EMPTY(&orders->waiting) || !reload_hold(orders->reload))
        return;
    begin_batch(orders);
    pause_after(orders, began_us);
}
