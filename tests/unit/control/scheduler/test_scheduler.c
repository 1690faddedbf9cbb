/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler over two engines that misbehave. Histories at random: services are scaled and
 * deployed anew, tasks run and are stopped, answers are lost, engines go away, control dies,
 * and others have their hands in. Once nothing happens any more exactly what is wanted runs; no
 * program has run twice, nothing is left over, and nobody else's container was touched.
 * SEEDS=NUMBER runs more of them, SEED=NUMBER one (ids of tasks differ all the same).
 */
#include "../world.h"

#include <string.h>
#include <unistd.h>

#include "control/object_orders.h"
#include "control/scheduler/scheduler.h"
#include "control/scheduler/service_document.h"
#include "fake_engine.h"

#define ENGINES 2
#define STEPS 80
#define SEEDS 6
#define QUIET_STEPS 600
#define RUNS_MOST 200

struct stand {
    struct world *world;
    struct loop *loop;
    struct objects *objects;
    struct scheduler *scheduler;
    struct fake_engine *engines[ENGINES];
    struct config_provider providers[ENGINES];
    struct config_container_instance instances[ENGINES];
    TAILQ_HEAD(, object_order) orders;
    char directory[64];
    uint64_t random;
    unsigned revision, runs;
    char run_ids[RUNS_MOST][TASK_ID_SIZE];
    bool is_run_stopped[RUNS_MOST];
    json_int_t desired;
    unsigned problems;
};

static struct stand *here; /* for what the scheduler is linked with in place of the real one */

/* In place of providers and orders. */

struct discovery *
providers_find(const struct providers *providers, const char *name)
{
    (void)providers;
    return (struct discovery *)(void *)here->engines[strcmp(name, "docker") == 0 ? 0 : 1];
}

struct driver *
discovery_driver(struct discovery *discovery)
{
    return ((const struct fake_engine *)(const void *)discovery)->driver;
}

void
providers_report_problem(struct providers *providers, const char *source, const char *object,
                         const char *reason)
{
    (void)providers;
    (void)source;
    (void)object;
    here->problems += reason != NULL;
}

void
object_orders_add(struct object_orders *orders, struct object_order *order)
{
    (void)orders;
    TAILQ_INSERT_TAIL(&here->orders, order, link);
}

void
object_orders_withdraw(struct object_orders *orders, struct object_order *order)
{
    (void)orders;
    TAILQ_REMOVE(&here->orders, order, link);
}

static void
commit(struct stand *stand, struct object_edit *edit)
{
    char *reason = NULL;

    if (!object_edit_write(edit, &reason))
        fail_msg("%s", reason);
    object_edit_commit(edit);
    object_edit_free(&edit);
    if (stand->scheduler != NULL)
        scheduler_follow_objects(stand->scheduler);
}

static void
do_orders(struct stand *stand)
{
    static const struct config_errors none;
    const struct objects_outcome outcome = {.errors = &none};
    struct object_order *order;

    while ((order = TAILQ_FIRST(&stand->orders)) != NULL) {
        struct object_edit *edit = object_edit_begin(stand->objects);
        TAILQ_REMOVE(&stand->orders, order, link);
        if (order->on_turn(order, edit) != OBJECT_TURN_CHANGES) {
            object_edit_free(&edit);
            continue;
        }
        commit(stand, edit);
        order->on_done(order, &outcome);
    }
}

/* The stand */

static unsigned
choose(struct stand *stand, unsigned most)
{
    stand->random = stand->random * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(stand->random >> 33) % most;
}

static void
make_instance(struct stand *stand, size_t index)
{
    static const char *const endpoints[] = {"unix:///a", "unix:///b"};
    static const char *const names[] = {"i-a", "i-b"};

    stand->engines[index] = fake_engine_new(stand->loop);
    stand->providers[index] = (struct config_provider){.type = (char *)"docker",
                                                       .endpoint = (char *)endpoints[index]};
    stand->instances[index] =
        (struct config_container_instance){.name = (char *)names[index],
                                           .cluster = (char *)"default",
                                           .zone = (char *)names[index],
                                           .endpoint = (char *)endpoints[index],
                                           .cpu = 4096,
                                           .memory = 8192};
}

static void
control_begins(struct stand *stand)
{
    stand->scheduler = scheduler_new(&(struct scheduler_parts){
        .loop = stand->loop,
        .objects = stand->objects,
        .registry = stand->world->registry,
        .events = stand->world->events,
    });
    scheduler_set_config(stand->scheduler, &stand->world->config);
}

/* What it has sent may be done or not. */
static void
control_dies(struct stand *stand)
{
    for (size_t i = 0; i < ENGINES; i++)
        stand->engines[i]->forgets_cancelled = choose(stand, 2) == 0;
    scheduler_free(&stand->scheduler);
    TAILQ_INIT(&stand->orders);
    for (size_t i = 0; i < ENGINES; i++) {
        fake_engine_leave(stand->engines[i]);
        fake_engine_follow(stand->engines[i], stand->loop);
    }
}

static void
put_definition(struct stand *stand, struct object_edit *edit)
{
    char *id = memory_print("task-definition/web:%u", ++stand->revision);

    object_edit_create(
        edit, OBJECT_TASK_DEFINITION, id, "anna",
        json_pack("{s:s, s:{s:s, s:i, s:[{s:s, s:s, s:i}, {s:s, s:s, s:i, s:b}]}}", "status",
                  "ACTIVE", "definition", "family", "web", "revision", (int)stand->revision,
                  "containerDefinitions", "name", "main", "image", "app", "memory", 32, "name",
                  "side", "image", "app", "memory", 32, "essential", 0));
    free(id);
}

static int
set_up(struct stand **made, uint64_t seed)
{
    struct stand *stand = here = memory_take(1, sizeof(*stand));
    struct config *config;
    char *reason = NULL;

    stand->world = world_new();
    stand->random = seed;
    stand->loop = loop_new();
    TAILQ_INIT(&stand->orders);
    for (size_t i = 0; i < ENGINES; i++)
        make_instance(stand, i);
    config = &stand->world->config;
    config->providers = stand->providers;
    config->container_instances = stand->instances;
    config->provider_count = config->container_instance_count = ENGINES;
    config->instance_lost_ms = 20000;
    config->stopped_task_keep_ms = 30000;
    snprintf(stand->directory, sizeof(stand->directory), "/tmp/fairlead-test-XXXXXX");
    stand->objects = objects_new();
    assert_non_null(mkdtemp(stand->directory));
    if (!objects_load(stand->objects, stand->directory, &reason))
        fail_msg("%s", reason);
    struct object_edit *edit = object_edit_begin(stand->objects);
    put_definition(stand, edit);
    object_edit_create(edit, OBJECT_SERVICE, "service/default/web", "anna",
                       service_document_new(
                           "default", "web", "web:1", stand->desired = 2,
                           json_pack("{s:{s:{s:b, s:b}}}", "deploymentConfiguration",
                                     "deploymentCircuitBreaker", "enable", 1, "rollback", 1)));
    commit(stand, edit);
    control_begins(stand);
    *made = stand;
    return 0;
}

static void
tear_down(struct stand *stand)
{
    static const char *const ends[] = {"", "-wal", "-shm"};

    scheduler_free(&stand->scheduler);
    for (size_t i = 0; i < ENGINES; i++)
        fake_engine_free(&stand->engines[i]);
    objects_free(&stand->objects);
    loop_free(&stand->loop);
    world_free(stand->world);
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        char *path = memory_print("%s/objects.sqlite%s", stand->directory, ends[i]);
        unlink(path);
        free(path);
    }
    rmdir(stand->directory);
    free(stand);
}

/* Some time goes by; whoever has been asked answers. */
static void
go_on(struct stand *stand, uint64_t ms)
{
    advance_ms(ms);
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < ENGINES; i++)
            fake_engine_answer(stand->engines[i]);
        loop_turn(stand->loop, 1);
        do_orders(stand);
    }
    if (stand->scheduler != NULL)
        scheduler_note_change(stand->scheduler);
}

/* What happens */

static json_t *
service(const struct stand *stand)
{
    return json_deep_copy(objects_find(stand->objects, "service/default/web")->document);
}

static void
is_scaled(struct stand *stand)
{
    struct object_edit *edit = object_edit_begin(stand->objects);
    json_t *document = service(stand);

    stand->desired = choose(stand, 7);
    json_object_set_new(document, "desiredCount", json_integer(stand->desired));
    object_edit_change(edit, "service/default/web", document);
    commit(stand, edit);
}

static void
is_deployed(struct stand *stand)
{
    struct object_edit *edit = object_edit_begin(stand->objects);
    json_t *document = service(stand);

    put_definition(stand, edit);
    char *id = memory_print("web:%u", stand->revision);
    service_document_deploy(document, id, NULL);
    object_edit_change(edit, "service/default/web", document);
    commit(stand, edit);
    free(id);
}

static void
is_run(struct stand *stand)
{
    struct object_edit *edit = object_edit_begin(stand->objects);
    char *id = stand->run_ids[stand->runs++];
    char *definition_id = memory_print("task-definition/web:%u", stand->revision);
    json_t *definition =
        json_object_get(objects_find(stand->objects, definition_id)->document, "definition");

    snprintf(id, TASK_ID_SIZE, "%08x%08x%08x%08x", choose(stand, 1U << 30), stand->runs, 7U,
             7U);
    char *object = memory_print("task/default/%s", id);
    object_edit_create(edit, OBJECT_TASK, object, "anna",
                       json_pack("{s:s, s:s, s:s, s:O, s:s}", "id", id, "cluster", "default",
                                 "taskDefinition", definition_id + strlen("task-definition/"),
                                 "definition", definition, "instance",
                                 choose(stand, 2) == 0 ? "i-a" : "i-b"));
    commit(stand, edit);
    free(object);
    free(definition_id);
}

/* StopTask, as it goes on from the answer: the reason is in the store. */
static void
is_stopped(struct stand *stand)
{
    if (stand->runs == 0)
        return;
    unsigned run = choose(stand, stand->runs);
    char *id = memory_print("task/default/%s", stand->run_ids[run]);
    const struct object *object = objects_find(stand->objects, id);
    if (object != NULL) {
        struct object_edit *edit = object_edit_begin(stand->objects);
        json_t *document = json_deep_copy(object->document);
        json_object_set_new(document, "stoppedReason", json_string("enough"));
        object_edit_change(edit, id, document);
        commit(stand, edit);
        stand->is_run_stopped[run] = true;
    }
    free(id);
}

static struct fake_container *
any_container(struct stand *stand, const char *state)
{
    struct fake_engine *engine = stand->engines[choose(stand, ENGINES)];
    struct fake_container *found = NULL;
    unsigned seen = 0;

    for (size_t i = 0; i < engine->count; i++) {
        struct fake_container *one = &engine->containers[i];
        if (!one->is_removed && !one->is_foreign && strcmp(one->state, state) == 0 &&
            choose(stand, ++seen) == 0)
            found = one;
    }
    return found;
}

static void
somebody_meddles(struct stand *stand)
{
    struct fake_container *running = any_container(stand, "running");
    struct fake_container *ended = any_container(stand, "exited");

    switch (choose(stand, 6)) {
    case 0:
    case 1:
        if (running != NULL)
            fake_container_end(running, (int)choose(stand, 3));
        break;
    case 2:
        if (running != NULL)
            running->is_removed = true;
        break;
    case 3:
        if (ended != NULL)
            fake_container_start(ended);
        break;
    case 4:
        if (running != NULL)
            fake_engine_copy(stand->engines[choose(stand, ENGINES)], running);
        break;
    default:
        if (ended != NULL)
            ended->is_removed = true;
        break;
    }
}

static void
something_happens(struct stand *stand)
{
    struct fake_engine *engine = stand->engines[choose(stand, ENGINES)];

    switch (choose(stand, 16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        engine->next[choose(stand, DRIVER_ACTS)] =
            (enum fake_answer)(choose(stand, FAKE_SLOW) + 1);
        break;
    case 5:
        engine->is_down = !engine->is_down;
        if (!engine->is_down)
            driver_note_change(engine->driver);
        break;
    case 6:
        control_dies(stand);
        control_begins(stand);
        break;
    case 7:
        is_scaled(stand);
        break;
    case 8:
        is_deployed(stand);
        break;
    case 9:
        if (stand->runs < RUNS_MOST)
            is_run(stand);
        break;
    case 10:
        is_stopped(stand);
        break;
    case 11:
    case 12:
        somebody_meddles(stand);
        break;
    default:
        break;
    }
}

/* What came of it */

static const char *
label(const struct fake_container *container, const char *name)
{
    const char *text = json_string_value(json_object_get(container->labels, name));

    return text == NULL ? "" : text;
}

/* Those of that container of a task of the service, or (NULL) of a task that stands alone. */
static unsigned
count_running(const struct stand *stand, const char *of_service, const char *name)
{
    unsigned count = 0;

    for (size_t i = 0; i < ENGINES; i++)
        for (size_t j = 0; j < stand->engines[i]->count; j++) {
            const struct fake_container *one = &stand->engines[i]->containers[j];
            count += fake_container_runs(one) && !one->is_foreign &&
                     strcmp(label(one, "fairlead.service"), of_service) == 0 &&
                     (name == NULL ||
                      strcmp(label(one, "com.amazonaws.ecs.container-name"), name) == 0);
        }
    return count;
}

static bool
is_quiet(const struct stand *stand)
{
    const struct service *service =
        scheduler_find_service(stand->scheduler, "service/default/web");

    return count_running(stand, "default/web", "main") == stand->desired &&
           service_count(service, NULL).running == stand->desired && service->is_steady;
}

/* What the circuit breaker has ended stays so until somebody deploys again. */
static void
mend(struct stand *stand)
{
    json_t *document = service(stand);

    if (strcmp(service_document_text(service_document_primary(document), "rolloutState"),
               "FAILED") == 0)
        is_deployed(stand);
    json_decref(document);
}

static void
calm(struct stand *stand)
{
    for (size_t i = 0; i < ENGINES; i++) {
        stand->engines[i]->is_down = false;
        memset(stand->engines[i]->next, 0, sizeof(stand->engines[i]->next));
        driver_note_change(stand->engines[i]->driver);
    }
}

static void
check_containers(const struct stand *stand, uint64_t seed)
{
    for (size_t i = 0; i < ENGINES; i++)
        for (size_t j = 0; j < stand->engines[i]->count; j++) {
            const struct fake_container *one = &stand->engines[i]->containers[j];
            if (one->starts > 1)
                fail_msg("seed %llu: %s was started twice", (unsigned long long)seed,
                         one->name);
            if (one->is_foreign &&
                (one->stops > 0 || one->removals > 0 || strcmp(one->state, "running") != 0))
                fail_msg("seed %llu: %s was touched", (unsigned long long)seed, one->name);
        }
}

/* Who was stopped by a call does not run; what ended is gone after a while. */
static void
check_runs(const struct stand *stand, uint64_t seed)
{
    for (unsigned run = 0; run < stand->runs; run++)
        for (size_t i = 0; i < ENGINES; i++) {
            char *end = memory_print("-main-%.8s", stand->run_ids[run]);
            const struct fake_container *main = fake_engine_find(stand->engines[i], end);
            free(end);
            if (main != NULL && stand->is_run_stopped[run])
                fail_msg("seed %llu: %s was stopped, and is %s", (unsigned long long)seed,
                         main->name, main->state);
            if (main != NULL && !fake_container_runs(main))
                fail_msg("seed %llu: %s is left over, %s", (unsigned long long)seed, main->name,
                         main->state);
        }
}

static void
live(uint64_t seed)
{
    struct stand *stand;
    int step;

    set_up(&stand, seed);
    for (step = 0; step < STEPS; step++) {
        something_happens(stand);
        go_on(stand, choose(stand, 1500));
    }
    calm(stand);
    for (step = 0; step < QUIET_STEPS && (step < 60 || !is_quiet(stand)); step++) {
        mend(stand);
        go_on(stand, 1000);
    }
    if (!is_quiet(stand))
        fail_msg("seed %llu: %u of %lld run", (unsigned long long)seed,
                 count_running(stand, "default/web", "main"), stand->desired);
    check_containers(stand, seed);
    check_runs(stand, seed);
    tear_down(stand);
}

static void
whatever_happens_what_is_wanted_runs_in_the_end(void **state)
{
    const char *seeds = getenv("SEEDS"), *seed = getenv("SEED");
    unsigned long count = seeds == NULL ? SEEDS : strtoul(seeds, NULL, 10);

    (void)state;
    if (seed != NULL)
        live(strtoul(seed, NULL, 10));
    for (unsigned long one = 1; seed == NULL && one <= count; one++)
        live(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_what_is_wanted_runs_in_the_end),
    };

    return cmocka_run_group_tests_name("scheduler", tests, NULL, NULL);
}
