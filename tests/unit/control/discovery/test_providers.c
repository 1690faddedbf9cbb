/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sources run, over one configuration after another. Their folders hold nothing, and the
 * engine's socket does not exist: what they report is not the point here.
 */
#include "../world.h"

#include "control/discovery/providers.h"

#define FILE_PROVIDER(folder)                                                                  \
    (struct config_provider)                                                                   \
    {                                                                                          \
        .type = (char *)"file", .directory = (char *)(folder), .resync_seconds = 30            \
    }
#define DOCKER_PROVIDER                                                                        \
    (struct config_provider)                                                                   \
    {                                                                                          \
        .type = (char *)"docker", .endpoint = (char *)"unix:///nonexistent/docker.sock",       \
        .resync_seconds = 30                                                                   \
    }
#define PUSH_PROVIDER                                                                          \
    (struct config_provider)                                                                   \
    {                                                                                          \
        .type = (char *)"push"                                                                 \
    }
#define MOST 4

struct sources {
    struct world *world;
    struct loop *loop;
    struct problems *problems;
    struct counters *counters;
    struct providers *providers;
    struct config config;
    struct config_provider rows[MOST];
};

static void
begin(struct sources *sources)
{
    *sources = (struct sources){.world = world_new(), .loop = loop_new()};
    sources->problems = problems_new();
    sources->counters = memory_take(1, sizeof(*sources->counters));
    sources->providers = providers_new(&(struct provider_parts){
        .loop = sources->loop,
        .registry = sources->world->registry,
        .problems = sources->problems,
        .events = sources->world->events,
        .counters = sources->counters,
    });
}

static void
end(struct sources *sources)
{
    providers_free(&sources->providers);
    problems_free(&sources->problems);
    free(sources->counters);
    world_free(sources->world);
    loop_free(&sources->loop);
}

/* Goes over to a configuration of these; the rows before are overwritten, as a reload does. */
static void
configure(struct sources *sources, const struct config_provider *rows, size_t count)
{
    memset(sources->rows, 0, sizeof(sources->rows));
    memcpy(sources->rows, rows, count * sizeof(*rows));
    sources->config = (struct config){.providers = sources->rows, .provider_count = count};
    providers_set_config(sources->providers, &sources->config);
}

static void
put_task(struct sources *sources, const char *source, const char *id)
{
    struct task *task = make_task(id, 1, "srvweb", 32768);

    free(task->source);
    task->source = memory_copy_text(source);
    registry_put_task(sources->world->registry, task);
}

static void
assert_names(const struct sources *sources, const char *names)
{
    char text[128] = "";
    size_t count;
    const char *const *name = providers_names(sources->providers, &count);

    for (size_t i = 0; i < count; i++) {
        strcat(strcat(text, i == 0 ? "" : " "), name[i]);
        assert_ptr_equal(providers_at(sources->providers, i),
                         providers_find(sources->providers, name[i]));
    }
    assert_string_equal(text, names);
    assert_null(providers_at(sources->providers, count));
}

static void
names_them_by_type_and_number(void **state)
{
    struct sources sources;
    const struct config_provider rows[] = {FILE_PROVIDER("/a"), DOCKER_PROVIDER, PUSH_PROVIDER,
                                           FILE_PROVIDER("/b")};
    (void)state;

    begin(&sources);
    assert_names(&sources, "");
    configure(&sources, rows, 4);
    assert_names(&sources, "file docker file-2");
    assert_null(providers_find(sources.providers, "push"));
    configure(&sources, rows, 0);
    assert_names(&sources, "");
    end(&sources);
}

static void
keeps_those_that_a_reload_does_not_change(void **state)
{
    struct sources sources;
    const struct config_provider before[] = {FILE_PROVIDER("/a"), FILE_PROVIDER("/b")};
    const struct config_provider after[] = {FILE_PROVIDER("/a"), FILE_PROVIDER("/c"),
                                            DOCKER_PROVIDER};
    (void)state;

    begin(&sources);
    configure(&sources, before, 2);
    const struct discovery *first = providers_at(sources.providers, 0);
    configure(&sources, after, 3);
    assert_names(&sources, "file file-2 docker");
    assert_ptr_equal(providers_at(sources.providers, 0), first);
    assert_string_equal(discovery_config(providers_at(sources.providers, 1))->directory, "/c");
    end(&sources);
}

static void
every_setting_of_a_provider_opens_it_anew(void **state)
{
    struct config_provider changed[4];
    (void)state;

    for (size_t i = 0; i < 4; i++)
        changed[i] = FILE_PROVIDER("/a");
    changed[0].directory = (char *)"/b";
    changed[1].host = (char *)"127.0.0.2";
    changed[2].resync_seconds = 31;
    changed[3].endpoint = (char *)"unix:///x";
    for (size_t i = 0; i < 4; i++) {
        struct sources sources;
        const struct config_provider before = FILE_PROVIDER("/a");
        begin(&sources);
        configure(&sources, &before, 1);
        configure(&sources, &changed[i], 1);
        const struct config_provider *now =
            discovery_config(providers_at(sources.providers, 0));
        assert_int_equal(now->resync_seconds, changed[i].resync_seconds);
        assert_string_equal(now->directory, changed[i].directory);
        end(&sources);
    }
}

static void
tasks_go_with_their_provider_and_with_no_other(void **state)
{
    struct sources sources;
    const struct config_provider both[] = {FILE_PROVIDER("/a"), DOCKER_PROVIDER};
    const struct config_provider moved = FILE_PROVIDER("/b");
    (void)state;

    begin(&sources);
    configure(&sources, both, 2);
    put_task(&sources, "file", "f");
    put_task(&sources, "docker", "d");
    put_task(&sources, PROVIDERS_PUSH, "p");
    put_task(&sources, "docker-2", "old"); /* of the state file, say */
    providers_report_problem(sources.providers, "docker", "web-1", "is broken");
    configure(&sources, &moved, 1);
    struct registry *registry = sources.world->registry;
    assert_non_null(registry_find(registry, "file", "f"));
    assert_null(registry_find(registry, "docker", "d"));
    assert_null(registry_find(registry, "docker-2", "old"));
    assert_non_null(registry_find(registry, PROVIDERS_PUSH, "p"));
    assert_int_equal(problems_count(sources.problems), 0);
    end(&sources);
}

static void
only_docker_can_stop(void **state)
{
    struct sources sources;
    const struct config_provider rows[] = {FILE_PROVIDER("/a"), DOCKER_PROVIDER};

    static const struct {
        const char *name;
        bool can_stop;
    } cases[] = {{"file", false}, {"docker", true}, {"docker-2", false}, {"ecs", false}};

    (void)state;

    begin(&sources);
    configure(&sources, rows, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(providers_can_stop(sources.providers, cases[i].name),
                         cases[i].can_stop);
    end(&sources);
}

static void
problems_are_counted_and_told_once(void **state)
{
    struct sources sources;
    (void)state;

    begin(&sources);
    uint64_t before = event_log_last_sequence(sources.world->events);
    for (int i = 0; i < 2; i++)
        providers_report_problem(sources.providers, "file", "a.json", "not JSON");
    assert_true(event_log_last_sequence(sources.world->events) == before + 1);
    assert_true(sources.counters->values[COUNTER_PROBLEMS] == 1);
    providers_report_problem(sources.providers, "file", "a.json", NULL);
    assert_true(event_log_last_sequence(sources.world->events) == before + 2);
    assert_true(sources.counters->values[COUNTER_PROBLEMS] == 0);
    end(&sources);
}

/* The observer's word of the only target, whose task is of that source. */
static enum target_membership
check(struct sources *sources, enum probe_outcome outcome)
{
    struct registered_target *target = find_target(sources->world, "web", 32768);
    const struct target_verdict verdict = {.health = outcome == PROBE_PASSED ? HEALTH_HEALTHY
                                                                             : HEALTH_UNHEALTHY,
                                           .last_check = {.outcome = outcome}};

    targets_set_health(sources->world->targets, target, &verdict);
    providers_note_verdict(sources->providers, target);
    return target->membership;
}

/* The engine cannot be asked: its socket does not exist. */
static void
a_port_that_refuses_speaks_for_a_provider_that_is_away(void **state)
{
    const struct config_provider row = DOCKER_PROVIDER;
    struct sources sources;
    (void)state;

    begin(&sources);
    configure(&sources, &row, 1);
    put_task(&sources, "docker", "a");
    assert_true(providers_is_away(sources.providers, find_target(sources.world, "web", 32768)));
    assert_int_equal(check(&sources, PROBE_TIMED_OUT), MEMBERSHIP_REGISTERING);
    assert_int_equal(check(&sources, PROBE_REFUSED), MEMBERSHIP_STOPPING);
    assert_int_equal(check(&sources, PROBE_REFUSED), MEMBERSHIP_STOPPING);
    assert_int_equal(check(&sources, PROBE_PASSED), MEMBERSHIP_REGISTERING);
    assert_int_equal(check(&sources, PROBE_UNREACHABLE), MEMBERSHIP_STOPPING);
    /* The provider is back and says that it runs. */
    put_task(&sources, "docker", "a");
    assert_int_equal(find_target(sources.world, "web", 32768)->membership,
                     MEMBERSHIP_REGISTERING);
    end(&sources);
}

static void
a_port_that_refuses_says_nothing_where_nobody_is_away(void **state)
{
    struct sources sources;
    (void)state;

    begin(&sources);
    put_task(&sources, PROVIDERS_PUSH, "a");
    assert_false(
        providers_is_away(sources.providers, find_target(sources.world, "web", 32768)));
    assert_int_equal(check(&sources, PROBE_REFUSED), MEMBERSHIP_REGISTERING);
    end(&sources);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_them_by_type_and_number),
        cmocka_unit_test(keeps_those_that_a_reload_does_not_change),
        cmocka_unit_test(every_setting_of_a_provider_opens_it_anew),
        cmocka_unit_test(tasks_go_with_their_provider_and_with_no_other),
        cmocka_unit_test(only_docker_can_stop),
        cmocka_unit_test(problems_are_counted_and_told_once),
        cmocka_unit_test(a_port_that_refuses_speaks_for_a_provider_that_is_away),
        cmocka_unit_test(a_port_that_refuses_says_nothing_where_nobody_is_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
