/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps ask the engine's driver, wait for targets (await) or use container_stop; each ends in
 * end_step, which runs the next one by the table.
 */
#include "control/rollout/roll_pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_replacement.h"
#include "control/driver/driver.h"
#include "control/rollout/container_stop.h"
#include "control/rollout/roll_state.h"

/* While waiting for targets: how often they, and the container itself, are looked at. */
#define TARGETS_LOOK_MS 20
#define CONTAINER_LOOK_MS 1000

#define ROLL_STEP(id, function, next, if_failed) static void function(struct roll_pair *pair);
#include "control/rollout/roll_steps.def"
#undef ROLL_STEP

static const struct {
    void (*run)(struct roll_pair *pair); /* NULL: a place to rest */
    enum roll_step next, if_failed;
} steps[ROLL_KEPT + 1] = {

#define ROLL_STEP(id, function, next, if_failed)                                               \
    [ROLL_##id] = {function, ROLL_##next, ROLL_##if_failed},
#include "control/rollout/roll_steps.def"
#undef ROLL_STEP
};

/* What is said where a pair comes to rest, or begins something that takes time. */
static const char *const texts[ROLL_KEPT + 1] = {
    [ROLL_CREATE] = "creating its replacement",
    [ROLL_AWAIT_NEW] = "its replacement is started; waiting until it is healthy",
    [ROLL_STOP_OLD] = "its replacement is healthy",
    [ROLL_REPLACED] = "is replaced",
    [ROLL_DONE] = "is removed; its replacement has its name",
    [ROLL_RESTART_OLD] = "is started again",
    [ROLL_BACK] = "is as it was before",
    [ROLL_KEPT] = "could not come back: its replacement stays",
};

static void
enter(struct roll_pair *pair, enum roll_step step)
{
    pair->step = step;
    if (texts[step] != NULL)
        roll_tell(pair->roll, pair->name, texts[step]);
    if (steps[step].run != NULL)
        steps[step].run(pair);
    else
        roll_look(pair->roll);
}

/* Only what has been done must be undone. */
static enum roll_step
way_back(const struct roll_pair *pair)
{
    if (pair->is_old_stopped)
        return ROLL_RESTART_OLD;
    return pair->new_id == NULL ? ROLL_BACK : ROLL_STOP_NEW;
}

static void
end_step(struct roll_pair *pair, const char *error)
{
    enum roll_step next = error == NULL ? steps[pair->step].next : steps[pair->step].if_failed;

    if (pair->roll->rollout->is_stopping)
        return;
    if (next == ROLL_GO_BACK)
        roll_note_failure(pair->roll, pair->name, error);
    else if (error != NULL)
        roll_tell(pair->roll, pair->name, error);
    /* Another one has failed meanwhile: what is on its way forward turns round here. */
    else if (pair->roll->error != NULL && steps[pair->step].if_failed == ROLL_GO_BACK)
        next = ROLL_GO_BACK;
    enter(pair, next == ROLL_GO_BACK ? way_back(pair) : next);
}

void
roll_pair_run(struct roll_pair *pair, enum roll_step step)
{
    enter(pair, step == ROLL_GO_BACK ? way_back(pair) : step);
}

bool
roll_pair_rests(const struct roll_pair *pair)
{
    return steps[pair->step].run == NULL;
}

/* NULL: the step has ended, there is none any more. */
static struct driver *
find_driver(struct roll_pair *pair)
{
    struct discovery *discovery =
        providers_find(pair->roll->rollout->parts.providers, pair->source);
    struct driver *driver = discovery == NULL ? NULL : discovery_driver(discovery);

    if (driver == NULL)
        end_step(pair, "its engine is not followed any more");
    return driver;
}

static void
on_answer(void *argument, const struct driver_result *result)
{
    end_step(argument, result->error);
}

static void
on_container(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;

    pair->container = json_deep_copy(result->answer);
    end_step(pair, result->error != NULL ? result->error
                                         : docker_replacement_obstacle(pair->container));
}

static void
read_container(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    if (driver != NULL)
        driver_inspect(driver, pair->old_id, on_container, pair);
}

/* Where the old image is gone, its settings are taken over with the container's. */
static void
on_image(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;

    pair->old_image = json_deep_copy(result->answer);
    end_step(pair, NULL);
}

static void
ask_for_image(struct roll_pair *pair, const char *image, driver_done *on_inspected)
{
    struct driver *driver = find_driver(pair);

    if (driver != NULL)
        driver_inspect_image(driver, image == NULL ? "" : image, on_inspected, pair);
}

static void
read_image(struct roll_pair *pair)
{
    ask_for_image(pair, json_string_value(json_object_get(pair->container, "Image")), on_image);
}

/* The reference that the new container is made of. */
static const char *
new_image_name(const struct roll_pair *pair)
{
    return pair->roll->image != NULL ? pair->roll->image
                                     : json_string_value(docker_replacement_member(
                                           pair->container, "Config", "Image"));
}

/* Where it is not there, creating the container says so. */
static void
on_new_image(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;

    pair->new_image = json_deep_copy(result->answer);
    end_step(pair, NULL);
}

static void
read_new_image(struct roll_pair *pair)
{
    ask_for_image(pair, new_image_name(pair), on_new_image);
}

static void
on_created(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;
    const char *id = json_string_value(json_object_get(result->answer, "Id"));
    const char *error = result->error;

    if (error == NULL && (id == NULL || !docker_id_is_valid(id)))
        error = "the engine told no id of the new container";
    if (error == NULL)
        pair->new_id = memory_copy_text(id);
    end_step(pair, error);
}

/* It gets the old one's name when that is removed. */
static void
create(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    if (driver == NULL)
        return;
    json_t *body = docker_replacement_body(pair->container, pair->old_image,
                                           new_image_name(pair), pair->new_image);
    char *name = memory_print("%s-%06x", pair->name, (unsigned)random_below(1U << 24));

    pair->networks = docker_replacement_networks(pair->container);
    driver_create(driver, name, body, on_created, pair);
    free(name);
    json_decref(body);
}

static void
on_connected(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;

    if (result->error != NULL)
        end_step(pair, result->error);
    else
        join(pair);
}

/* One network after the other. */
static void
join(struct roll_pair *pair)
{
    void *first = json_object_iter(pair->networks);

    if (first == NULL) {
        end_step(pair, NULL);
        return;
    }
    struct driver *driver = find_driver(pair);
    if (driver == NULL)
        return;
    json_t *body = json_copy(json_object_iter_value(first));
    json_object_set_new(body, "Container", json_string(pair->new_id));
    driver_connect(driver, json_object_iter_key(first), body, on_connected, pair);
    json_object_del(pair->networks, json_object_iter_key(first));
    json_decref(body);
}

static void
start(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    if (driver != NULL)
        driver_start(driver, pair->new_id, on_answer, pair);
}

static const char *
awaited_id(const struct roll_pair *pair)
{
    return pair->step == ROLL_AWAIT_OLD ? pair->old_id : pair->new_id;
}

/* As many targets as the old one had, all of them served. */
static bool
is_served(const struct roll_pair *pair)
{
    const struct task_record *record =
        registry_find(pair->roll->rollout->parts.registry, pair->source, awaited_id(pair));
    const struct registered_target *target;
    unsigned served = 0;

    if (record == NULL || !task_is_eligible(record->task))
        return false;
    LIST_FOREACH (target, &record->targets, of_task) {
        if (!target_is_selectable(target->membership, target->health))
            return false;
        served++;
    }
    return served >= pair->targets;
}

/* A container that has ended need not be waited for. */
static void
on_awaited_container(void *argument, const struct driver_result *result)
{
    struct roll_pair *pair = argument;
    const json_t *state = json_object_get(result->answer, "State");
    int code = (int)json_integer_value(json_object_get(state, "ExitCode"));
    bool is_running = json_is_true(json_object_get(state, "Running")) ||
                      json_is_true(json_object_get(state, "Restarting"));

    if (result->error != NULL || is_running) {
        timer_set(&pair->timer, pair->roll->rollout->parts.loop, TARGETS_LOOK_MS);
        return;
    }
    char *text = memory_print("its program has ended with exit code %d", code);
    end_step(pair, text);
    free(text);
}

static void
look_at_container(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    pair->look_ms = clock_ms() + CONTAINER_LOOK_MS;
    if (driver != NULL)
        driver_inspect(driver, awaited_id(pair), on_awaited_container, pair);
}

static void
on_look(void *argument)
{
    struct roll_pair *pair = argument;

    if (is_served(pair)) {
        end_step(pair, NULL);
    } else if (clock_ms() >= pair->deadline_ms) {
        end_step(pair, "it was not healthy in time");
    } else if (clock_ms() >= pair->look_ms) {
        look_at_container(pair);
    } else {
        timer_set(&pair->timer, pair->roll->rollout->parts.loop, TARGETS_LOOK_MS);
    }
}

static void
await_targets(struct roll_pair *pair)
{
    pair->deadline_ms = clock_ms() + pair->roll->ready_seconds * 1000ULL;
    pair->look_ms = clock_ms() + CONTAINER_LOOK_MS;
    timer_set(&pair->timer, pair->roll->rollout->parts.loop, TARGETS_LOOK_MS);
}

static void
await_new(struct roll_pair *pair)
{
    await_targets(pair);
}

static void
await_old(struct roll_pair *pair)
{
    await_targets(pair);
}

static void
on_stop_step(void *argument, const char *text)
{
    struct roll_pair *pair = argument;

    pair->roll->callbacks.on_step(pair->roll->argument, text);
}

static void
on_stopped(void *argument, const char *error)
{
    struct roll_pair *pair = argument;

    if (error == NULL && pair->step == ROLL_STOP_OLD)
        pair->is_old_stopped = true;
    end_step(pair, error);
}

/* Drains and stops; one that the registry does not know has nothing to drain. */
static void
stop(struct roll_pair *pair, const char *id)
{
    static const struct container_stop_callbacks callbacks = {on_stop_step, on_stopped};
    struct rollout *rollout = pair->roll->rollout;
    const struct task_record *record = registry_find(rollout->parts.registry, pair->source, id);

    if (record == NULL) {
        on_stopped(pair, NULL);
        return;
    }
    const char *refusal =
        container_stop(rollout, record, pair->roll->stop_seconds, &callbacks, pair);
    if (refusal != NULL)
        end_step(pair, refusal);
}

static void
stop_old(struct roll_pair *pair)
{
    stop(pair, pair->old_id);
}

static void
stop_new(struct roll_pair *pair)
{
    stop(pair, pair->new_id);
}

/* One started with --rm went by itself. */
static void
remove_old(struct roll_pair *pair)
{
    if (json_is_true(docker_replacement_member(pair->container, "HostConfig", "AutoRemove"))) {
        end_step(pair, NULL);
        return;
    }
    struct driver *driver = find_driver(pair);
    if (driver != NULL)
        driver_remove(driver, pair->old_id, DRIVER_REMOVE_STOPPED, on_answer, pair);
}

static void
take_name(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    if (driver != NULL)
        driver_rename(driver, pair->new_id, pair->name, on_answer, pair);
}

static void
restart_old(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    pair->is_old_stopped = false;
    if (driver != NULL)
        driver_start(driver, pair->old_id, on_answer, pair);
}

/* By force: one that never became healthy may still run. */
static void
remove_new(struct roll_pair *pair)
{
    struct driver *driver = find_driver(pair);

    if (driver != NULL)
        driver_remove(driver, pair->new_id, DRIVER_REMOVE_FORCED, on_answer, pair);
}

struct roll_pair *
roll_pair_new(struct roll *roll, const struct task_record *record)
{
    struct roll_pair *pair = memory_take(1, sizeof(*pair));
    const struct registered_target *target;

    pair->roll = roll;
    pair->source = memory_copy_text(record->task->source);
    pair->old_id = memory_copy_text(record->task->id);
    pair->name =
        memory_copy_text(record->task->name != NULL ? record->task->name : record->task->id);
    LIST_FOREACH (target, &record->targets, of_task)
        pair->targets++;
    timer_init(&pair->timer, on_look, pair);
    return pair;
}

void
roll_pair_free(struct roll_pair *pair)
{
    timer_close(&pair->timer, pair->roll->rollout->parts.loop);
    json_decref(pair->container);
    json_decref(pair->old_image);
    json_decref(pair->new_image);
    json_decref(pair->networks);
    free(pair->source);
    free(pair->old_id);
    free(pair->new_id);
    free(pair->name);
    free(pair);
}
