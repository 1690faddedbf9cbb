/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service starts and stops. Cases are rows: tasks as text, one word each, and what is to
 * come of them. Then histories at random: whatever happens to tasks and instances, the bounds
 * hold at each step, and once nothing happens any more, the service becomes steady.
 *
 * A word is DEPLOYMENT LIFE HEALTH INSTANCE: n or o (new, old), s or r or x (STARTING, RUNNING,
 * STOPPING), + or ? or - (healthy, unknown, unhealthy), or ~ (unhealthy in its grace period),
 * and the instance's number. "nr+0" is a healthy task of the PRIMARY deployment on instance 0.
 */
#include "../../unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "control/scheduler/plan.h"

#define MOST_TASKS 64
#define MOST_INSTANCES 6

struct field {
    struct placement_instance instances[MOST_INSTANCES];
    size_t instance_count;
    struct plan_task tasks[MOST_TASKS];
    size_t task_count;
};

/* Two zones, by turns. */
static void
add_instances(struct field *field, size_t count)
{
    static const char *const names[MOST_INSTANCES] = {"i0", "i1", "i2", "i3", "i4", "i5"};
    static const char *const zones[] = {"a", "b"};

    for (size_t i = 0; i < count; i++) {
        json_t *attributes = json_pack("{s:s}", "ecs.availability-zone", zones[i % 2]);
        field->instances[i] = (struct placement_instance){.id = names[i],
                                                          .zone = zones[i % 2],
                                                          .attributes = attributes,
                                                          .is_active = true,
                                                          .is_connected = true,
                                                          .cpu_left = 100000,
                                                          .memory_left = 100000};
    }
    field->instance_count = count;
}

static void
clear_field(struct field *field)
{
    for (size_t i = 0; i < field->instance_count; i++) {
        json_decref((json_t *)field->instances[i].attributes);
        placement_instance_clear(&field->instances[i]);
    }
}

static struct plan_task
read_task(const char *word, uint64_t created_us)
{
    return (struct plan_task){
        .is_primary = word[0] == 'n',
        .life = word[1] == 's'   ? PLAN_STARTING
                : word[1] == 'r' ? PLAN_RUNNING
                                 : PLAN_STOPPING,
        .health = word[2] == '+'   ? PLAN_HEALTHY
                  : word[2] == '?' ? PLAN_HEALTH_UNKNOWN
                                   : PLAN_UNHEALTHY,
        .is_in_grace = word[2] == '~',
        .instance = (uint32_t)(word[3] - '0'),
        .created_us = created_us,
    };
}

static void
read_tasks(struct field *field, const char *words)
{
    for (const char *at = words; *at != '\0'; at += at[4] == '\0' ? 4 : 5) {
        field->tasks[field->task_count] = read_task(at, field->task_count + 1);
        field->task_count++;
    }
}

/* "3" starts, "o1 n2" stops by their places. */
struct row {
    unsigned desired, minimum, maximum;
    const char *tasks;
    size_t starts;
    const char *stops; /* places, by blanks, in their order */
    bool is_complete;
};

static const struct row rows[] = {
    /* nothing yet, scale out, scale in */
    {0, 100, 200, "", 0, "", true},
    {2, 100, 200, "", 2, "", false},
    {2, 100, 200, "ns?0", 1, "", false},
    {2, 100, 200, "ns?0 ns?1", 0, "", false},
    {2, 100, 200, "nr?0 nr?1", 0, "", false},
    {2, 100, 200, "nr+0 nr+1", 0, "", true},
    {2, 100, 200, "nr+0 nx+1", 1, "", false},
    {4, 100, 200, "nr+0 nr+1", 2, "", false},
    {2, 100, 200, "nr+0 nr+1 nr+0", 0, "2", false},
    {2, 100, 200, "nr+0 nr+1 nr+1", 0, "2", false},
    {1, 100, 200, "nr+0 nr+1 nr+1", 0, "2 1", false},
    {0, 100, 200, "nr+0 nr+1", 0, "0 1", false},
    {2, 100, 200, "nr+0 nr+1 ns?1", 0, "2", false},
    {1, 100, 200, "nr+0 ns?0", 0, "1", false},
    /* the young ones in the fuller zone first */
    {3, 100, 200, "nr+0 nr+0 nr+1 nr+0 nr+1", 0, "3 4", false},
    /* a roll of one: start one, then stop one */
    {1, 100, 200, "or+0", 1, "", false},
    {1, 100, 200, "or+0 ns?1", 0, "", false},
    {1, 100, 200, "or+0 nr?1", 0, "", false},
    {1, 100, 200, "or+0 nr+1", 0, "0", false},
    {1, 100, 200, "ox+0 nr+1", 0, "", true},
    /* of two, 150 and 50: three at most, one at least */
    {2, 50, 150, "or+0 or+1", 1, "0", false},
    {2, 50, 150, "or+1 ns?0", 1, "", false},
    {2, 50, 150, "or+1 nr+0 nr?1", 0, "0", false},
    /* in place: 100 and 50 */
    {3, 50, 100, "or+0 or+1 or+0", 0, "0", false},
    {3, 50, 100, "or+1 or+0", 1, "", false},
    {4, 50, 100, "or+0 or+1 or+0 or+1", 0, "0 1", false},
    /* no way */
    {2, 100, 100, "or+0 or+1", 0, "", false},
    /* what is not healthy goes before */
    {2, 100, 200, "or-0 or+1", 2, "0", false},
    {2, 100, 200, "os?0 or+1 or+0", 2, "0", false},
    {2, 100, 200, "or?0 or+1 or+0", 1, "0", false},
    /* after a restart nobody is known to be healthy: nobody is stopped for that */
    {2, 100, 200, "or?0 or?1 nr?0", 1, "", false},
    {2, 100, 200, "or?0 or?1 nr?0 nr?1", 0, "", false},
    {2, 100, 200, "nr?0 nr?1", 0, "", false},
    /* unhealthy ones are replaced, start first */
    {2, 100, 200, "nr-0 nr+1", 1, "", false},
    {2, 100, 200, "nr-0 nr+1 ns?0", 0, "", false},
    {2, 100, 200, "nr-0 nr+1 nr+0", 0, "0", false},
    {2, 100, 200, "nr~0 nr+1", 0, "", false},
    {2, 50, 100, "nr-0 nr+1", 0, "0", false},
    {2, 50, 100, "nr+1", 1, "", false},
    {1, 100, 100, "nr-0", 0, "0", false},
    /* an old deployment under an older one */
    {2, 100, 200, "or+0 or+1 os?0 os?1", 2, "2 3", false},
};

static void
check_row(size_t index, const struct row *row, const struct plan *plan)
{
    char stops[256] = "";
    size_t length = 0;

    for (size_t i = 0; i < plan->stop_count; i++)
        length += (size_t)snprintf(stops + length, sizeof(stops) - length, "%s%u",
                                   i == 0 ? "" : " ", plan->stops[i].task);
    if (plan->start_count != row->starts || strcmp(stops, row->stops) != 0 ||
        plan->is_complete != row->is_complete)
        fail_msg("row %zu (%u of %u/%u: %s): %zu starts, stops \"%s\", %s", index, row->desired,
                 row->minimum, row->maximum, row->tasks, plan->start_count, stops,
                 plan->is_complete ? "complete" : "not complete");
}

static void
follows_the_arithmetic_row_by_row(void **state)
{
    (void)state;
    struct placement_rules *rules = placement_rules_read(NULL, NULL, NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct field field = {.task_count = 0};
        struct plan plan;
        add_instances(&field, 4);
        read_tasks(&field, rows[i].tasks);
        const struct plan_service service = {.may_start = true,
                                             .desired = rows[i].desired,
                                             .minimum_percent = rows[i].minimum,
                                             .maximum_percent = rows[i].maximum,
                                             .rules = rules};
        plan_make(&plan, &service,
                  &(struct plan_field){field.tasks, field.task_count, field.instances,
                                       field.instance_count});
        check_row(i, &rows[i], &plan);
        plan_clear(&plan);
        clear_field(&field);
    }
    placement_rules_free(&rules);
}

/* One plan over a field. */
static struct plan
plan_over(struct field *field, struct plan_service service, const char *tasks)
{
    struct placement_rules *rules = placement_rules_read(NULL, NULL, NULL);
    struct plan plan;

    read_tasks(field, tasks);
    service.rules = rules;
    service.may_start = true;
    plan_make(&plan, &service,
              &(struct plan_field){field->tasks, field->task_count, field->instances,
                                   field->instance_count});
    placement_rules_free(&rules);
    return plan;
}

static void
spreads_over_zones_then_instances(void **state)
{
    (void)state;
    struct field field = {.task_count = 0};
    const struct plan_service four = {
        .desired = 4, .minimum_percent = 100, .maximum_percent = 200};

    add_instances(&field, 4);
    struct plan plan = plan_over(&field, four, "");
    assert_int_equal(plan.start_count, 4);
    unsigned seen = 0;
    for (size_t i = 0; i < 4; i++)
        seen |= 1U << plan.starts[i];
    assert_int_equal(seen, 0xf);
    plan_clear(&plan);
    clear_field(&field);
}

static void
a_draining_instance_loses_its_tasks_when_others_are_there(void **state)
{
    (void)state;
    const struct plan_service two = {
        .desired = 2, .minimum_percent = 100, .maximum_percent = 200};
    struct field field = {.task_count = 0};

    add_instances(&field, 2);
    field.instances[0].is_active = false;
    struct plan plan = plan_over(&field, two, "nr+0 nr+1");
    assert_int_equal(plan.start_count, 1);
    assert_int_equal(plan.starts[0], 1);
    assert_int_equal(plan.stop_count, 0);
    plan_clear(&plan);
    field.task_count = 0;
    plan = plan_over(&field, two, "nr+0 nr+1 nr+1");
    assert_int_equal(plan.stop_count, 1);
    assert_int_equal(plan.stops[0].task, 0);
    assert_int_equal(plan.stops[0].reason, PLAN_INSTANCE_DRAINING);
    plan_clear(&plan);
    field.task_count = 0;
    plan = plan_over(&field, two, "ns?0 nr+1");
    assert_int_equal(plan.stop_count, 1);
    assert_int_equal(plan.start_count, 1);
    plan_clear(&plan);
    clear_field(&field);
}

static void
tasks_of_a_lost_instance_count_as_gone_and_are_too_many_when_it_is_back(void **state)
{
    (void)state;
    const struct plan_service two = {
        .desired = 2, .minimum_percent = 100, .maximum_percent = 200};
    struct field field = {.task_count = 0};

    add_instances(&field, 2);
    field.instances[0].is_connected = false;
    struct plan plan = plan_over(&field, two, "nr+0 nr+1");
    assert_int_equal(plan.start_count, 0);
    plan_clear(&plan);
    field.task_count = 0;
    field.instances[0].is_lost = true;
    plan = plan_over(&field, two, "nr+0 nr+1");
    assert_int_equal(plan.start_count, 1);
    assert_int_equal(plan.stop_count, 0);
    plan_clear(&plan);
    field.task_count = 0;
    field.instances[0].is_lost = false;
    field.instances[0].is_connected = true;
    plan = plan_over(&field, two, "nr+0 nr+1 nr+1");
    assert_int_equal(plan.stop_count, 1);
    assert_int_equal(plan.stops[0].task, 2);
    plan_clear(&plan);
    clear_field(&field);
}

static void
a_daemon_is_once_on_each_active_instance(void **state)
{
    (void)state;
    const struct plan_service daemon = {
        .is_daemon = true, .minimum_percent = 0, .maximum_percent = 100};
    struct field field = {.task_count = 0};

    add_instances(&field, 3);
    struct plan plan = plan_over(&field, daemon, "nr+1");
    assert_int_equal(plan.desired, 3);
    assert_int_equal(plan.start_count, 2);
    plan_clear(&plan);
    field.task_count = 0;
    plan = plan_over(&field, daemon, "nr+0 nr+1 nr+2 nr+2");
    assert_int_equal(plan.stop_count, 1);
    assert_int_equal(plan.stops[0].task, 3);
    plan_clear(&plan);
    field.task_count = 0;
    plan = plan_over(&field, daemon, "or+0 or+1 or+2");
    assert_int_equal(plan.stop_count, 3);
    plan_clear(&plan);
    field.task_count = 0;
    field.instances[1].is_active = false;
    plan = plan_over(&field, daemon, "nr+0 nr+1 nr+2");
    assert_int_equal(plan.desired, 2);
    assert_int_equal(plan.stop_count, 1);
    assert_int_equal(plan.stops[0].task, 1);
    plan_clear(&plan);
    clear_field(&field);
}

static void
tells_why_there_is_no_place(void **state)
{
    (void)state;
    struct plan_service two = {.desired = 2, .minimum_percent = 100, .maximum_percent = 200};
    struct field field = {.task_count = 0};

    struct plan plan = plan_over(&field, two, "");
    assert_int_equal(plan.unplaced, 2);
    assert_int_equal(plan.failure.obstacle, PLACEMENT_NO_INSTANCES);
    plan_clear(&plan);
    add_instances(&field, 2);
    two.needs.memory_mib = 60000;
    two.desired = 3;
    plan = plan_over(&field, two, "");
    assert_int_equal(plan.start_count, 2);
    assert_int_equal(plan.unplaced, 1);
    assert_int_equal(plan.failure.obstacle, PLACEMENT_MEMORY);
    plan_clear(&plan);
    clear_field(&field);
}

/* ---- histories ---- */

static uint64_t
draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

struct history {
    struct field field;
    struct plan_service service;
    uint64_t seed, now_us;
    bool is_stuck; /* the percents leave no way */
};

static unsigned
count_healthy(const struct field *field)
{
    unsigned count = 0;

    for (size_t i = 0; i < field->task_count; i++)
        count += field->tasks[i].life == PLAN_RUNNING && field->tasks[i].health == PLAN_HEALTHY;
    return count;
}

static unsigned
count_alive(const struct field *field)
{
    unsigned count = 0;

    for (size_t i = 0; i < field->task_count; i++)
        count += field->tasks[i].life != PLAN_STOPPING;
    return count;
}

static void
drop_task(struct field *field, size_t index)
{
    field->tasks[index] = field->tasks[--field->task_count];
}

/* Tasks go on by themselves. */
static void
let_time_pass(struct history *history)
{
    struct field *field = &history->field;

    for (size_t i = 0; i < field->task_count; i++) {
        struct plan_task *task = &field->tasks[i];
        unsigned chance = (unsigned)(draw(&history->seed) % 4);
        if (task->life == PLAN_STOPPING && chance < 2)
            drop_task(field, i--);
        else if (task->life == PLAN_STARTING && chance < 2)
            task->life = PLAN_RUNNING;
        else if (task->life == PLAN_RUNNING && task->health == PLAN_HEALTH_UNKNOWN &&
                 chance < 2)
            task->health = PLAN_HEALTHY;
    }
}

/* Somebody, or bad luck, does something. */
static void
disturb(struct history *history)
{
    struct field *field = &history->field;
    uint64_t what = draw(&history->seed) % 12;
    size_t task = field->task_count == 0 ? 0 : draw(&history->seed) % field->task_count;
    size_t instance = draw(&history->seed) % field->instance_count;

    if (what == 0)
        history->service.desired = (unsigned)(draw(&history->seed) % 8);
    else if (what == 1)
        for (size_t i = 0; i < field->task_count; i++)
            field->tasks[i].is_primary = false;
    else if (what == 2 && field->task_count > 0)
        drop_task(field, task);
    else if (what == 3 && field->task_count > 0 && field->tasks[task].life == PLAN_RUNNING)
        field->tasks[task].health = PLAN_UNHEALTHY;
    else if (what == 4)
        field->instances[instance].is_active = !field->instances[instance].is_active;
}

static void
apply(struct history *history, const struct plan *plan)
{
    struct field *field = &history->field;

    for (size_t i = 0; i < plan->stop_count; i++)
        field->tasks[plan->stops[i].task].life = PLAN_STOPPING;
    for (size_t i = 0; i < plan->start_count && field->task_count < MOST_TASKS; i++)
        field->tasks[field->task_count++] = (struct plan_task){
            .is_primary = true, .instance = plan->starts[i], .created_us = ++history->now_us};
}

static bool
plan_once(struct history *history)
{
    const struct plan_service *service = &history->service;
    struct field *field = &history->field;
    unsigned healthy = count_healthy(field), alive = count_alive(field);
    unsigned least = (service->desired * service->minimum_percent + 99) / 100;
    unsigned most = service->desired * service->maximum_percent / 100;
    struct plan plan;

    for (size_t i = 0; i < field->instance_count; i++)
        field->instances[i].own = 0;
    plan_make(&plan, service,
              &(struct plan_field){field->tasks, field->task_count, field->instances,
                                   field->instance_count});
    apply(history, &plan);
    /* Of what is healthy so many are left as must be, or as there were. */
    unsigned floor = healthy < least ? healthy : least;
    if (count_healthy(field) < floor)
        fail_msg("%u healthy ones are left of %u: %u of %u/%u", count_healthy(field), healthy,
                 service->desired, service->minimum_percent, service->maximum_percent);
    /* More than the upper bound only what was there. */
    unsigned ceiling = alive > most ? alive : most;
    if (count_alive(field) > ceiling)
        fail_msg("%u tasks after %u: %u of %u/%u", count_alive(field), alive, service->desired,
                 service->minimum_percent, service->maximum_percent);
    bool is_complete = plan.is_complete;
    history->is_stuck = plan.cannot_roll;
    plan_clear(&plan);
    return is_complete;
}

static void
live(uint64_t seed)
{
    static const unsigned percents[][2] = {
        {100, 200}, {50, 150}, {0, 100}, {50, 100}, {75, 130}};
    const unsigned *pair = percents[seed % 5];
    struct history history = {.seed = seed * 2654435761U + 1};

    add_instances(&history.field, 4);
    history.service = (struct plan_service){.may_start = true,
                                            .rebalances_zones = seed % 2 == 0,
                                            .desired = (unsigned)(seed % 7),
                                            .minimum_percent = pair[0],
                                            .maximum_percent = pair[1]};
    struct placement_rules *rules = placement_rules_read(NULL, NULL, NULL);
    history.service.rules = rules;
    for (unsigned i = 0; i < 60; i++) {
        disturb(&history);
        plan_once(&history);
        let_time_pass(&history);
    }
    for (size_t i = 0; i < history.field.instance_count; i++)
        history.field.instances[i].is_active = true;
    bool is_complete = false;
    for (unsigned i = 0; i < 400 && !is_complete; i++) {
        is_complete = plan_once(&history);
        let_time_pass(&history);
    }
    if (!is_complete && !history.is_stuck)
        fail_msg("seed %llu never becomes steady: %u of %u/%u", (unsigned long long)seed,
                 history.service.desired, pair[0], pair[1]);
    placement_rules_free(&rules);
    clear_field(&history.field);
}

static void
keeps_the_bounds_and_ends_steady_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++)
        live(seed);
}

/* As a look at everything does it: each service in the middle of a roll. The bound is ten times
 * what is asked of a build for use, for builds that look after themselves. */
static void
plans_a_thousand_services_of_ten_tasks_quickly(void **state)
{
    (void)state;
    struct placement_rules *rules = placement_rules_read(NULL, NULL, NULL);
    const struct plan_service ten = {.may_start = true,
                                     .desired = 10,
                                     .minimum_percent = 100,
                                     .maximum_percent = 200,
                                     .rules = rules};
    struct field field = {.task_count = 0};
    clock_t began;

    add_instances(&field, MOST_INSTANCES);
    read_tasks(&field, "or+0 or+1 or+2 or+3 or+4 nr+5 nr+0 nr+1 nr+2 ns?3");
    began = clock();
    for (unsigned i = 0; i < 1000; i++) {
        struct plan plan;
        for (size_t j = 0; j < field.instance_count; j++)
            field.instances[j].own = 0;
        plan_make(&plan, &ten,
                  &(struct plan_field){field.tasks, field.task_count, field.instances,
                                       field.instance_count});
        plan_clear(&plan);
    }
    double ms = 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC;
    printf("1,000 services of 10 tasks: %.1f ms\n", ms);
    assert_true(ms < 500);
    placement_rules_free(&rules);
    clear_field(&field);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_arithmetic_row_by_row),
        cmocka_unit_test(spreads_over_zones_then_instances),
        cmocka_unit_test(a_draining_instance_loses_its_tasks_when_others_are_there),
        cmocka_unit_test(
            tasks_of_a_lost_instance_count_as_gone_and_are_too_many_when_it_is_back),
        cmocka_unit_test(a_daemon_is_once_on_each_active_instance),
        cmocka_unit_test(tells_why_there_is_no_place),
        cmocka_unit_test(plans_a_thousand_services_of_ten_tasks_quickly),
        cmocka_unit_test(keeps_the_bounds_and_ends_steady_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
