/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One configuration takes the place of another: all of it, or nothing. All parts of control are
 * real, but no child is started; the file is read by a child of the reader's own.
 */
#include "world.h"

#include <fcntl.h>
#include <unistd.h>

#include "control/object_orders.h"
#include "control/reload.h"
#include "ipc/counters.h"

#define MOST_TURNS 2000
#define WORKERS 1
/* @ stands for the stage's folder. */
#define LISTENER(name)                                                                         \
    "listeners = ( { name = \"" name "\"; unix = \"@/" name ".sock\";\n"                       \
    "  default_actions = ( { type = \"forward\"; target_group = \"web\"; } ); } );\n"
#define GROUP(attributes)                                                                      \
    "target_groups = ( { name = \"web\"; port = 80; attributes = { " attributes " };\n"        \
    "  health_check = { enabled = false; };\n"                                                 \
    "  targets = ( { id = \"127.0.0.1\"; port = 8081; } ); } );\n"
#define HEAD "state_dir = \"@/state\"; admin = { socket = \"@/admin.sock\"; };\n"
#define GOOD HEAD LISTENER("one") GROUP("")

struct stage {
    char folder[32], path[48];
    struct loop *loop;
    struct world *world; /* its clock and registry only */
    uint8_t key[64];
    struct reload_parts parts;
    struct counter_board *board;
    struct access_channels *access_channels, *failure_channels;
    struct problems *problems;
    struct task_events *task_events;
    struct objects *objects;
    struct object_orders *orders;
    struct reload *reload;
    unsigned publications, object_changes;
};

/* Who asks, and what became of it. */
struct asker {
    struct reload_order order; /* first: the order is the asker */
    unsigned answers;
    bool is_refused;
    char changes[128], first_error[256];
};

/* A change of objects, and what became of it. */
struct change {
    struct object_order order; /* first: the order is the change */
    const char *name, *path;   /* of the group that it makes, and of its check */
    bool is_shy;               /* it can be had only alone */
    unsigned turns, answers;
    char error[256]; /* "": it is in force */
};

static void
on_objects(void *argument)
{
    struct stage *stage = argument;

    stage->object_changes++;
}

static void
on_idle(void *argument)
{
    struct stage *stage = argument;

    object_orders_go_on(stage->orders);
}

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    const struct stage *stage = argument;

    return snapshot_compiler_build(stage->parts.compiler, generation, files);
}

static void
on_published(void *argument, uint64_t generation)
{
    struct stage *stage = argument;

    (void)generation;
    stage->publications++;
}

static uint64_t
in_flight(void *argument, const struct registered_target *target)
{
    (void)argument;
    (void)target;
    return 0;
}

static void
on_vacancy(void *argument)
{
    (void)argument;
}

static void
check_now(void *argument, uint64_t target_id)
{
    (void)argument;
    (void)target_id;
}

static void
write_config(const struct stage *stage, const char *text)
{
    FILE *file = fopen(stage->path, "w");

    assert_non_null(file);
    for (; *text != '\0'; text++)
        if (*text == '@')
            fputs(stage->folder, file);
        else
            fputc(*text, file);
    assert_int_equal(fclose(file), 0);
}

static void
open_parts(struct stage *stage)
{
    static const struct publisher_callbacks publisher_callbacks = {build, on_published};
    static const struct children_callbacks children_callbacks = {0};
    struct reload_parts *parts = &stage->parts;
    struct world *world = stage->world;

    *parts = (struct reload_parts){
        .config_path = stage->path,
        .stickiness_key = stage->key,
        .counters = counter_board_own(stage->board),
        .events = world->events,
        .targets = world->targets,
        .registry = world->registry,
        .drain = drain_new(stage->loop, world->targets, in_flight, stage),
        .vacancies = vacancies_new(&(struct vacancies_parts){
            stage->loop, world->numbers, world->targets, check_now, on_vacancy, stage}),
        .passive = passive_health_new(stage->loop, world->targets, check_now, stage),
        .sockets = listener_sockets_new(WORKERS, world->numbers),
        .observer_fds = observer_fds_new(),
        .certificates = certificate_store_new(),
        .ticket_keys = ticket_keys_new(stage->loop, NULL, NULL),
        .publisher = publisher_new(stage->loop, &publisher_callbacks, stage),
    };
    parts->readers =
        config_readers_new(stage->loop, certificate_store_files(parts->certificates),
                           objects_additions(stage->objects));
    parts->on_idle = on_idle;
    parts->on_idle_argument = stage;
    stage->orders = object_orders_new(&(struct object_orders_parts){
        stage->loop, stage->objects, parts->readers, on_objects, stage});
    parts->providers = providers_new(&(struct provider_parts){
        stage->loop, world->registry, stage->problems, world->events, parts->counters});
    parts->rollout = rollout_new(
        &(struct rollout_parts){stage->loop, world->registry, world->waits, parts->providers});
    parts->scheduler = scheduler_new(
        &(struct scheduler_parts){stage->loop, stage->objects, stage->orders, world->registry,
                                  parts->providers, world->events});
    parts->challenges = challenges_new(stage->loop, NULL, NULL);
    parts->rates = group_rates_new(stage->loop, stage->board, world->numbers);
    parts->compiler = snapshot_compiler_new(&(struct snapshot_compiler_parts){
        world->numbers, parts->sockets, world->targets, parts->vacancies, parts->challenges});
    parts->children =
        children_new(&(struct children_parts){.loop = stage->loop,
                                              .board = stage->board,
                                              .sockets = parts->sockets,
                                              .access_channels = stage->access_channels,
                                              .failure_channels = stage->failure_channels,
                                              .observer_fds = parts->observer_fds,
                                              .certificates = parts->certificates,
                                              .ticket_keys = parts->ticket_keys,
                                              .publisher = parts->publisher},
                     WORKERS, &children_callbacks, stage);
    parts->renewal = renewal_new(&(struct renewal_parts){
        stage->loop, parts->readers, parts->certificates, parts->children, parts->providers,
        world->events, counter_board_own(stage->board)});
}

/* The first configuration goes the way that it goes when control starts. */
static void
apply_first(struct stage *stage)
{
    struct config_errors errors = {0};
    struct config_source source;
    struct config *config = config_load_text(stage->path, NULL, NULL, &source, &errors);

    if (config == NULL)
        fail_msg("%s", errors.lines[0]);
    stage->parts.admin = admin_new(&(struct admin_parts){.config = config,
                                                         .config_path = stage->path,
                                                         .loop = stage->loop,
                                                         .events = stage->world->events});
    assert_non_null(stage->parts.admin);
    assert_true(listener_sockets_prepare(stage->parts.sockets, config, &errors));
    assert_true(observer_fds_prepare(stage->parts.observer_fds, config, &errors));
    stage->reload = reload_new(&stage->parts);
    object_orders_set_reload(stage->orders, stage->reload);
    reload_begin(stage->reload, config, &source);
    config_errors_clear(&errors);
}

static struct stage *
begin(void)
{
    struct stage *stage = memory_take(1, sizeof(*stage));

    snprintf(stage->folder, sizeof(stage->folder), "/tmp/fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    snprintf(stage->path, sizeof(stage->path), "%s/conf", stage->folder);
    stage->world = world_new();
    stage->world->waits = target_waits_new();
    stage->loop = loop_new();
    stage->board = counter_board_new(WORKERS);
    stage->access_channels = access_channels_new(WORKERS);
    stage->failure_channels = access_channels_new(WORKERS);
    stage->problems = problems_new();
    stage->objects = objects_new();
    assert_true(objects_load(stage->objects, stage->folder, NULL));
    open_parts(stage);
    write_config(stage, GOOD);
    apply_first(stage);
    return stage;
}

static void
remove_files(const struct stage *stage)
{
    char *command = memory_print("%s/", stage->folder);
    static const char *const names[] = {"conf",     "admin.sock", "one.sock",
                                        "two.sock", "log",        "objects.sqlite"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *path = memory_print("%s%s", command, names[i]);
        unlink(path);
        free(path);
    }
    free(command);
    rmdir(stage->folder);
}

static void
end(struct stage *stage)
{
    struct reload_parts *parts = &stage->parts;

    admin_free(&parts->admin);
    scheduler_free(&parts->scheduler);
    object_orders_free(&stage->orders);
    renewal_free(&parts->renewal);
    challenges_free(&parts->challenges);
    config_readers_free(&parts->readers);
    providers_free(&parts->providers);
    rollout_free(&parts->rollout);
    children_free(&parts->children);
    observer_fds_free(&parts->observer_fds);
    certificate_store_free(&parts->certificates);
    ticket_keys_free(&parts->ticket_keys);
    listener_sockets_free(&parts->sockets);
    passive_health_free(&parts->passive);
    drain_free(&parts->drain);
    vacancies_free(&parts->vacancies);
    publisher_free(&parts->publisher);
    snapshot_compiler_free(&parts->compiler);
    group_rates_free(&parts->rates);
    access_channels_free(&stage->access_channels);
    access_channels_free(&stage->failure_channels);
    target_waits_free(&stage->world->waits);
    world_free(stage->world);
    reload_free(&stage->reload); /* behind all that works by its configuration */
    problems_free(&stage->problems);
    objects_free(&stage->objects);
    counter_board_free(&stage->board);
    loop_free(&stage->loop);
    remove_files(stage);
    free(stage);
}

static void
on_done(struct reload_order *order, const struct reload_outcome *outcome)
{
    struct asker *asker = (struct asker *)(void *)order;

    asker->answers++;
    asker->is_refused = outcome->errors->count > 0;
    snprintf(asker->changes, sizeof(asker->changes), "%s", outcome->changes);
    if (asker->is_refused)
        snprintf(asker->first_error, sizeof(asker->first_error), "%s",
                 outcome->errors->lines[0]);
}

static void
ask(struct stage *stage, struct asker *asker, bool is_forced)
{
    *asker = (struct asker){.order = {.is_forced = is_forced, .on_done = on_done}};
    reload_request(stage->reload, &asker->order);
}

static void
wait_for(struct stage *stage, const struct asker *asker)
{
    for (int turn = 0; turn < MOST_TURNS && asker->answers == 0; turn++)
        loop_turn(stage->loop, 10);
    assert_int_equal(asker->answers, 1);
}

/* Writes a configuration and goes over to it, or not. */
static struct asker
reload(struct stage *stage, const char *text, bool is_forced)
{
    struct asker asker;

    write_config(stage, text);
    ask(stage, &asker, is_forced);
    wait_for(stage, &asker);
    return asker;
}

static uint64_t
count_of(const struct stage *stage, enum counter counter)
{
    return counter_board_total(stage->board, counter);
}

static bool
exists(const struct stage *stage, const char *name)
{
    char *path = memory_print("%s/%s", stage->folder, name);
    bool is_there = access(path, F_OK) == 0;

    free(path);
    return is_there;
}

static void
everything_follows_a_good_configuration(void **state)
{
    struct stage *stage = begin();
    (void)state;

    struct asker asker = reload(
        stage, HEAD LISTENER("two") GROUP("deregistration_delay = { timeout_seconds = 7; };"),
        false);
    assert_false(asker.is_refused);
    assert_true(*asker.changes != '\0');
    assert_string_equal(reload_config(stage->reload)->listeners[0].name, "two");
    assert_int_equal(reload_config(stage->reload)->target_groups[0].deregistration_delay_ms,
                     7000);
    assert_true(exists(stage, "two.sock"));
    assert_int_equal(stage->publications, 2);
    assert_true(count_of(stage, COUNTER_RELOADS_OK) == 1);
    end(stage);
}

/* One row a kind of mistake: nothing of the file is taken over, and the first line says why. */
static void
a_bad_file_changes_nothing(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"listeners = (", "syntax"},
        {HEAD LISTENER("two") GROUP("") "wokers = 2;\n", "wokers"},
        {HEAD LISTENER("two") GROUP("deregistration_delay = { timeout_seconds = -1; };"),
         "range"},
        {HEAD GROUP("") "listeners = ( { name = \"two\"; unix = \"@/conf/two.sock\";\n"
                        "  default_actions = ( { type = \"forward\"; target_group = \"web\"; } "
                        "); } );\n",
         "conf/two.sock"},
        {HEAD LISTENER("two") GROUP("") "access_log = { path = \"@\"; };\n", "access_log"},
        {HEAD GROUP(""), "listeners: there is none"},
        {HEAD GROUP("") "listeners = ( );\n", "--force"},
    };

    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct stage *stage = begin();
        const struct config *before = reload_config(stage->reload);
        struct asker asker = reload(stage, rows[i].text, false);
        assert_true(asker.is_refused);
        assert_non_null(strstr(asker.first_error, rows[i].error));
        assert_ptr_equal(reload_config(stage->reload), before);
        assert_true(exists(stage, "one.sock"));
        assert_false(exists(stage, "two.sock"));
        assert_int_equal(stage->publications, 1);
        assert_true(count_of(stage, COUNTER_RELOADS_REFUSED) == 1);
        assert_true(count_of(stage, COUNTER_RELOADS_OK) == 0);
        end(stage);
    }
}

static void
by_force_every_listener_may_go(void **state)
{
    struct stage *stage = begin();
    (void)state;

    struct asker asker = reload(stage, HEAD GROUP(""), true);
    assert_true(asker.is_refused); /* as at a start: it may have been cut */
    asker = reload(stage, HEAD GROUP("") "listeners = ( );\n", true);
    assert_false(asker.is_refused);
    assert_int_equal(reload_config(stage->reload)->listener_count, 0);
    end(stage);
}

/* The second and third ask while the file is being read for the first. */
static void
orders_that_come_meanwhile_share_one_more_reading(void **state)
{
    struct stage *stage = begin();
    struct asker first, second, third;
    (void)state;

    ask(stage, &first, false);
    ask(stage, &second, false);
    ask(stage, &third, false);
    wait_for(stage, &first);
    wait_for(stage, &second);
    wait_for(stage, &third);
    assert_true(count_of(stage, COUNTER_RELOADS_OK) == 2);
    end(stage);
}

static void
one_that_withdraws_is_not_answered(void **state)
{
    struct stage *stage = begin();
    struct asker gone, stays;
    (void)state;

    ask(stage, &gone, false);
    ask(stage, &stays, false);
    reload_withdraw(stage->reload, &gone.order);
    wait_for(stage, &stays);
    assert_int_equal(gone.answers, 0);
    end(stage);
}

static void
nothing_is_taken_over_once_control_stops(void **state)
{
    struct stage *stage = begin();
    struct asker asker;
    (void)state;

    write_config(stage, HEAD LISTENER("two") GROUP(""));
    ask(stage, &asker, false);
    reload_stop(stage->reload);
    reload_withdraw(stage->reload, &asker.order);
    for (int turn = 0; turn < 5; turn++)
        loop_turn(stage->loop, 10);
    assert_string_equal(reload_config(stage->reload)->listeners[0].name, "one");
    assert_false(exists(stage, "two.sock"));
    end(stage);
}

static void
what_changes_only_with_a_restart_is_told(void **state)
{
    struct stage *stage = begin();
    (void)state;

    struct asker asker = reload(stage, "workers = 3;\n" GOOD, false);
    assert_false(asker.is_refused);
    assert_int_equal(reload_config(stage->reload)->warnings.count, 1);
    assert_non_null(strstr(reload_config(stage->reload)->warnings.lines[0], "workers"));
    end(stage);
}

/* As with the ALB: only targets that come later ramp. */
static void
slow_start_switched_on_ramps_nobody_who_serves_already(void **state)
{
    struct stage *stage = begin();
    struct registered_target *target = find_target(stage->world, "web", 8081);
    (void)state;

    assert_non_null(target);
    target->healthy_since_ms = 1;
    struct asker asker = reload(
        stage, HEAD LISTENER("one") GROUP("slow_start = { duration_seconds = 60; };"), false);
    assert_false(asker.is_refused);
    assert_true(target->healthy_since_ms == 0);
    end(stage);
}

static enum object_turn
on_turn(struct object_order *order, struct object_edit *edit)
{
    static unsigned made; /* ids are never used twice */
    struct change *change = (struct change *)(void *)order;

    change->turns++;
    if (change->is_shy && object_edit_changes(edit) > 0)
        return OBJECT_TURN_CROWDED;
    char *id = memory_print("targetgroup/%s/%u", change->name, made++);
    object_edit_create(edit, OBJECT_TARGET_GROUP, id, "anna",
                       json_pack("{s:{s:s, s:{s:s}}}", "settings", "name", change->name,
                                 "health_check", "path", change->path));
    free(id);
    return OBJECT_TURN_CHANGES;
}

static void
on_change_done(struct object_order *order, const struct objects_outcome *outcome)
{
    struct change *change = (struct change *)(void *)order;

    change->answers++;
    if (outcome->errors->count > 0)
        snprintf(change->error, sizeof(change->error), "%s", outcome->errors->lines[0]);
    assert_null(outcome->reason);
}

static void
order_all(struct stage *stage, struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        changes[i].order = (struct object_order){.on_turn = on_turn, .on_done = on_change_done};
        object_orders_add(stage->orders, &changes[i].order);
    }
}

static void
wait_for_all(struct stage *stage, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int turn = 0; turn < MOST_TURNS && changes[i].answers == 0; turn++)
            loop_turn(stage->loop, 10);
        assert_int_equal(changes[i].answers, 1);
    }
}

static bool
has_group(const struct stage *stage, const char *name)
{
    return config_find_group(reload_config(stage->reload), name) != NULL;
}

static void
changes_of_objects_that_come_together_are_one(void **state)
{
    struct stage *stage = begin();
    struct change changes[] = {{.name = "a", .path = "/"}, {.name = "b", .path = "/"}};
    (void)state;

    order_all(stage, changes, 2);
    wait_for_all(stage, changes, 2);
    assert_true(has_group(stage, "a") && has_group(stage, "b") && has_group(stage, "web"));
    assert_int_equal(stage->publications, 2);
    assert_int_equal(stage->object_changes, 1);
    assert_int_equal(objects_count(stage->objects), 2);
    end(stage);
}

/* A bad one, and one that has the name of another, which comes first. */
static void
one_that_cannot_be_had_leaves_the_others(void **state)
{
    struct stage *stage = begin();
    struct change changes[] = {{.name = "a", .path = "/"},
                               {.name = "b", .path = "no"},
                               {.name = "a", .path = "/"},
                               {.name = "c", .path = "/"}};
    (void)state;

    order_all(stage, changes, 4);
    wait_for_all(stage, changes, 4);
    assert_string_equal(changes[0].error, "");
    assert_non_null(strstr(changes[1].error, "health_check.path"));
    assert_non_null(strstr(changes[2].error, "is the name of another target group"));
    assert_string_equal(changes[3].error, "");
    assert_true(has_group(stage, "a") && !has_group(stage, "b") && has_group(stage, "c"));
    end(stage);
}

static void
one_that_is_crowded_has_a_turn_alone(void **state)
{
    struct stage *stage = begin();
    struct change changes[] = {{.name = "a", .path = "/"},
                               {.name = "b", .path = "/", .is_shy = true},
                               {.name = "c", .path = "/"}};
    (void)state;

    order_all(stage, changes, 3);
    wait_for_all(stage, changes, 3);
    assert_int_equal(changes[0].turns, 1);
    assert_int_equal(changes[1].turns, 2);
    assert_int_equal(changes[2].turns, 1);
    assert_true(has_group(stage, "a") && has_group(stage, "b") && has_group(stage, "c"));
    end(stage);
}

/* The file is judged with what is there when its reading began. */
static void
objects_wait_while_a_file_is_read(void **state)
{
    struct stage *stage = begin();
    struct change change = {.name = "a", .path = "/"};
    struct asker asker;
    (void)state;

    write_config(stage, HEAD LISTENER("two") GROUP(""));
    ask(stage, &asker, false);
    order_all(stage, &change, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(change.turns, 0);
    wait_for(stage, &asker);
    wait_for_all(stage, &change, 1);
    assert_true(has_group(stage, "a"));
    assert_string_equal(reload_config(stage->reload)->listeners[0].name, "two");
    asker = reload(stage, GOOD, false);
    assert_false(asker.is_refused);
    assert_true(has_group(stage, "a"));
    end(stage);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_follows_a_good_configuration),
        cmocka_unit_test(a_bad_file_changes_nothing),
        cmocka_unit_test(by_force_every_listener_may_go),
        cmocka_unit_test(orders_that_come_meanwhile_share_one_more_reading),
        cmocka_unit_test(one_that_withdraws_is_not_answered),
        cmocka_unit_test(nothing_is_taken_over_once_control_stops),
        cmocka_unit_test(what_changes_only_with_a_restart_is_told),
        cmocka_unit_test(slow_start_switched_on_ramps_nobody_who_serves_already),
        cmocka_unit_test(changes_of_objects_that_come_together_are_one),
        cmocka_unit_test(one_that_cannot_be_had_leaves_the_others),
        cmocka_unit_test(one_that_is_crowded_has_a_turn_alone),
        cmocka_unit_test(objects_wait_while_a_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
