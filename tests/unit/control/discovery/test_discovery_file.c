/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks from a folder: what is read, what is refused, and what stays when something is wrong.
 */
#include "../../unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/discovery/discovery.h"

#define MOST_TURNS 2000
#define RUNNING "\"service\": \"web\", \"host\": \"127.0.0.1\""

/* A provider on a folder of its own, and the last things that it said. */
struct stand {
    char folder[32];
    struct config_provider config;
    struct loop *loop;
    struct discovery *discovery;
    struct discovery_sink sink;
    char ids[512]; /* of the last set, in its order: "a b" */
    char host[48]; /* of the set's first task; "" none */
    char object[64], reason[256];
    unsigned sets, problems;
    size_t tasks;
};

static unsigned
on_full_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    struct stand *stand = argument;

    assert_string_equal(provider, "file");
    stand->sets++;
    *stand->ids = '\0';
    *stand->host = '\0';
    if (count > 0 && tasks[0]->host != NULL)
        snprintf(stand->host, sizeof(stand->host), "%s", tasks[0]->host);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(tasks[i]->source, "file");
        strcat(strcat(stand->ids, *stand->ids == '\0' ? "" : " "), tasks[i]->id);
        task_free(&tasks[i]);
    }
    free(tasks);
    return 0;
}

/* Of sets whose ids are too many to be kept. */
static unsigned
count_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    struct stand *stand = argument;

    (void)provider;
    stand->sets++;
    stand->tasks = count;
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
    return 0;
}

static void
on_problem(void *argument, const char *provider, const char *object, const char *reason)
{
    struct stand *stand = argument;

    (void)provider;
    stand->problems++;
    snprintf(stand->object, sizeof(stand->object), "%s", object);
    snprintf(stand->reason, sizeof(stand->reason), "%s", reason == NULL ? "well" : reason);
}

/* Under another name first: nobody reads half of it. */
static void
write_file(const struct stand *stand, const char *name, const char *text)
{
    char *path = memory_print("%s/%s", stand->folder, name);
    char *draft = memory_print("%s/.draft", stand->folder);
    FILE *file = fopen(draft, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(draft, path), 0);
    free(draft);
    free(path);
}

static void
remove_file(const struct stand *stand, const char *name)
{
    char *path = memory_print("%s/%s", stand->folder, name);

    assert_int_equal(unlink(path), 0);
    free(path);
}

static void
open_stand(struct stand *stand)
{
    *stand = (struct stand){.folder = "/tmp/fairlead-test-XXXXXX"};
    assert_non_null(mkdtemp(stand->folder));
    stand->config =
        (struct config_provider){.type = (char *)"file", .directory = stand->folder};
    stand->sink = (struct discovery_sink){
        .on_full_set = on_full_set, .on_problem = on_problem, .argument = stand};
    stand->loop = loop_new();
}

static void
start(struct stand *stand)
{
    stand->discovery = discovery_open(stand->loop, &stand->config, "file", &stand->sink);
}

static void
close_stand(struct stand *stand)
{
    DIR *directory = opendir(stand->folder);
    struct dirent *row;

    discovery_close(&stand->discovery);
    loop_free(&stand->loop);
    while (directory != NULL && (row = readdir(directory)) != NULL)
        if (*row->d_name != '.')
            remove_file(stand, row->d_name);
    if (directory != NULL)
        closedir(directory);
    rmdir(stand->folder);
}

static void
wait_for_sets(struct stand *stand, unsigned sets)
{
    for (int turn = 0; turn < MOST_TURNS && stand->sets < sets; turn++)
        loop_turn(stand->loop, 10);
    assert_int_equal(stand->sets, sets);
}

/* Whatever the number of sets: an editor's write may be seen in two steps. */
static void
wait_for_ids(struct stand *stand, const char *ids)
{
    for (int turn = 0; turn < MOST_TURNS && strcmp(stand->ids, ids) != 0; turn++)
        loop_turn(stand->loop, 10);
    assert_string_equal(stand->ids, ids);
}

static struct discovery_status
status_of(const struct stand *stand)
{
    struct discovery_status status = {0};

    discovery_read_status(stand->discovery, &status);
    return status;
}

static void
an_empty_folder_is_an_empty_set(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    start(&stand);
    assert_int_equal(stand.sets, 0); /* not before the opener is ready */
    wait_for_sets(&stand, 1);
    assert_string_equal(stand.ids, "");
    assert_true(status_of(&stand).is_connected);
    close_stand(&stand);
}

static void
reads_json_files_in_the_order_of_their_names(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    write_file(&stand, "b.json", "{\"id\": \"two\", " RUNNING "}");
    write_file(&stand, "a.json", "[{\"id\": \"one\", " RUNNING "}, {\"id\": \"more\"}]");
    write_file(&stand, "c.txt", "{\"id\": \"three\", " RUNNING "}");
    write_file(&stand, ".d.json", "{\"id\": \"four\", " RUNNING "}");
    start(&stand);
    wait_for_sets(&stand, 1);
    assert_string_equal(stand.ids, "one more two");
    assert_int_equal(stand.problems, 0);
    remove_file(&stand, ".d.json");
    close_stand(&stand);
}

static void
sees_files_come_change_and_go(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    start(&stand);
    wait_for_sets(&stand, 1);
    write_file(&stand, "a.json", "{\"id\": \"one\"}");
    wait_for_ids(&stand, "one");
    write_file(&stand, "a.json", "{\"id\": \"other\"}");
    wait_for_ids(&stand, "other");
    remove_file(&stand, "a.json");
    wait_for_ids(&stand, "");
    assert_true(status_of(&stand).missed_events == 0);
    close_stand(&stand);
}

static void
a_bad_file_keeps_its_last_good_content_and_is_reported_once(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    write_file(&stand, "a.json", "{\"id\": \"one\"}");
    start(&stand);
    wait_for_ids(&stand, "one");
    write_file(&stand, "a.json", "{\"id\": ");
    wait_for_sets(&stand, 2);
    assert_string_equal(stand.ids, "one");
    assert_string_equal(stand.object, "a.json");
    assert_non_null(strstr(stand.reason, "not JSON"));
    write_file(&stand, "b.json", "{\"id\": \"two\"}");
    wait_for_ids(&stand, "one two");
    assert_int_equal(stand.problems, 1);
    write_file(&stand, "a.json", "{\"id\": \"mended\"}");
    wait_for_ids(&stand, "mended two");
    assert_string_equal(stand.reason, "well");
    close_stand(&stand);
}

static void
of_two_equal_ids_the_first_file_wins(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    write_file(&stand, "a.json", "{\"id\": \"same\"}");
    write_file(&stand, "b.json", "[{\"id\": \"same\"}, {\"id\": \"own\"}]");
    start(&stand);
    wait_for_ids(&stand, "same own");
    assert_string_equal(stand.object, "b.json");
    assert_non_null(strstr(stand.reason, "same is given before"));
    remove_file(&stand, "a.json");
    wait_for_ids(&stand, "same own");
    for (int turn = 0; turn < MOST_TURNS && strcmp(stand.reason, "well") != 0; turn++)
        loop_turn(stand.loop, 10);
    assert_string_equal(stand.reason, "well");
    close_stand(&stand);
}

static void
what_is_no_regular_file_is_refused(void **state)
{
    struct stand stand;
    char *path;
    (void)state;

    open_stand(&stand);
    path = memory_print("%s/pipe.json", stand.folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
    start(&stand);
    wait_for_sets(&stand, 1);
    assert_string_equal(stand.object, "pipe.json");
    assert_non_null(strstr(stand.reason, "no regular file"));
    close_stand(&stand);
}

/* Tasks are not gone because nobody can look. */
static void
a_folder_that_goes_removes_nothing(void **state)
{
    struct stand stand;
    char *away;
    (void)state;

    open_stand(&stand);
    write_file(&stand, "a.json", "{\"id\": \"one\"}");
    start(&stand);
    wait_for_ids(&stand, "one");
    away = memory_print("%s.away", stand.folder);
    assert_int_equal(rename(stand.folder, away), 0);
    for (int turn = 0; turn < MOST_TURNS && status_of(&stand).is_connected; turn++)
        loop_turn(stand.loop, 10);
    assert_false(status_of(&stand).is_connected);
    assert_non_null(strstr(status_of(&stand).error, "keeping what is known"));
    assert_string_equal(stand.ids, "one");
    assert_int_equal(rename(away, stand.folder), 0);
    free(away);
    close_stand(&stand);
}

#define BOUND(ip)                                                                              \
    "\"bindings\": [{\"container_port\": 80, \"host_ip\": \"" ip "\", \"host_port\": 8080, "   \
    "\"protocol\": \"tcp\"}]"

/* Opens a stand with one file, until its set has come. */
static void
start_with(struct stand *stand, const char *host, const char *text)
{
    open_stand(stand);
    stand->config.host = (char *)(uintptr_t)host;
    write_file(stand, "a.json", text);
    start(stand);
    wait_for_sets(stand, 1);
}

static void
a_task_without_a_host_lives_where_the_setting_says(void **state)
{
    struct stand stand;
    (void)state;

    start_with(&stand, "10.0.0.9", "{\"id\": \"one\", " BOUND("0.0.0.0") "}");
    assert_string_equal(stand.host, "10.0.0.9");
    assert_int_equal(stand.problems, 0);
    close_stand(&stand);
    start_with(&stand, "10.0.0.9",
               "{\"id\": \"one\", \"host\": \"10.0.0.7\", " BOUND("0.0.0.0") "}");
    assert_string_equal(stand.host, "10.0.0.7");
    close_stand(&stand);
}

static void
a_task_that_cannot_be_dialled_is_handed_over_with_its_host_as_it_is(void **state)
{
    struct stand stand;
    (void)state;

    /* Why it is no target is told once, by whoever joins it with its service (misfit.h). */
    start_with(&stand, NULL, "{\"id\": \"one\", " BOUND("0.0.0.0") "}");
    assert_string_equal(stand.ids, "one");
    assert_string_equal(stand.host, "");
    assert_int_equal(stand.problems, 0);
    close_stand(&stand);
    start_with(&stand, "10.0.0.9", "{\"id\": \"one\", \"host\": \"web1\", " BOUND("::") "}");
    assert_string_equal(stand.host, "web1");
    assert_int_equal(stand.problems, 0);
    close_stand(&stand);
}

static void
tells_nothing_of_what_a_file_holds(void **state)
{
    struct stand stand;
    (void)state;

    start_with(&stand, NULL, "root:secret:19000:0:99999:7:::\n");
    assert_non_null(strstr(stand.reason, "not JSON: line 1"));
    assert_null(strstr(stand.reason, "root"));
    close_stand(&stand);
    start_with(&stand, NULL, "{\"id\": secret}\n");
    assert_non_null(strstr(stand.reason, "not JSON: line 1"));
    assert_null(strstr(stand.reason, "secret"));
    close_stand(&stand);
}

static void
link_file(const struct stand *stand, const char *to, const char *name)
{
    char *path = memory_print("%s/%s", stand->folder, name);

    assert_int_equal(symlink(to, path), 0);
    free(path);
}

static void
a_link_that_leads_nowhere_is_a_problem(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    link_file(&stand, "not-yet", "a.json");
    start(&stand);
    wait_for_sets(&stand, 1);
    assert_string_equal(stand.object, "a.json");
    assert_string_equal(stand.reason, "is a link that leads nowhere: correct or remove it");
    write_file(&stand, "not-yet", "{\"id\": \"one\", " RUNNING "}");
    wait_for_sets(&stand, 2);
    assert_string_equal(stand.ids, "one");
    assert_string_equal(stand.reason, "well");
    /* What was good stays. */
    remove_file(&stand, "not-yet");
    wait_for_sets(&stand, 3);
    assert_string_equal(stand.ids, "one");
    assert_string_equal(stand.reason, "is a link that leads nowhere: correct or remove it");
    remove_file(&stand, "a.json");
    wait_for_sets(&stand, 4);
    assert_string_equal(stand.ids, "");
    assert_string_equal(stand.reason, "well");
    close_stand(&stand);
}

static void
a_link_to_itself_is_a_problem(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    link_file(&stand, "a.json", "a.json");
    start(&stand);
    wait_for_sets(&stand, 1);
    assert_string_equal(stand.reason, "is a link that leads nowhere: correct or remove it");
    remove_file(&stand, "a.json");
    wait_for_sets(&stand, 2);
    close_stand(&stand);
}

static void
files_beyond_the_limit_are_a_problem(void **state)
{
    struct stand stand;
    char name[32], text[64];
    (void)state;

    open_stand(&stand);
    stand.sink.on_full_set = count_set;
    for (int i = 0; i < 10002; i++) {
        snprintf(name, sizeof(name), "%05d.json", i);
        snprintf(text, sizeof(text), "{\"id\": \"task-%d\"}", i);
        write_file(&stand, name, text);
    }
    start(&stand);
    wait_for_sets(&stand, 1);
    assert_int_equal(stand.tasks, 10000);
    assert_string_equal(stand.object, stand.folder);
    assert_non_null(strstr(stand.reason, "has 2 files more than the 10000"));
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "%05d.json", i);
        remove_file(&stand, name);
    }
    for (int turn = 0; turn < MOST_TURNS && strcmp(stand.reason, "well") != 0; turn++)
        loop_turn(stand.loop, 10);
    assert_string_equal(stand.reason, "well");
    close_stand(&stand);
}

static void
cannot_stop_things(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand);
    start(&stand);
    assert_null(discovery_driver(stand.discovery));
    close_stand(&stand);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_folder_is_an_empty_set),
        cmocka_unit_test(reads_json_files_in_the_order_of_their_names),
        cmocka_unit_test(sees_files_come_change_and_go),
        cmocka_unit_test(a_bad_file_keeps_its_last_good_content_and_is_reported_once),
        cmocka_unit_test(of_two_equal_ids_the_first_file_wins),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(a_folder_that_goes_removes_nothing),
        cmocka_unit_test(cannot_stop_things),
        cmocka_unit_test(a_task_without_a_host_lives_where_the_setting_says),
        cmocka_unit_test(a_task_that_cannot_be_dialled_is_handed_over_with_its_host_as_it_is),
        cmocka_unit_test(tells_nothing_of_what_a_file_holds),
        cmocka_unit_test(a_link_that_leads_nowhere_is_a_problem),
        cmocka_unit_test(a_link_to_itself_is_a_problem),
        cmocka_unit_test(files_beyond_the_limit_are_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
