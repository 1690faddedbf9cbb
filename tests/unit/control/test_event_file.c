/* SPDX-License-Identifier: Apache-2.0 */
/* Events that outlive their process, and what files are not believed. */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/event_file.h"

static char directory[64];

struct life {
    struct loop *loop;
    struct event_log *events;
    struct event_file *file;
};

static struct life
begin(void)
{
    struct life life = {.loop = loop_new(), .events = event_log_new(100)};

    life.file = event_file_open(life.loop, life.events, directory);
    return life;
}

static void
end(struct life *life)
{
    event_file_close(&life->file);
    event_log_free(&life->events);
    loop_free(&life->loop);
}

static int
make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof(directory), "/tmp/fairlead-test-XXXXXX");
    return mkdtemp(directory) == NULL ? -1 : 0;
}

static char *
path_of(const char *name)
{
    return memory_print("%s/%s", directory, name);
}

static int
remove_directory(void **state)
{
    static const char *const names[] = {"events.jsonl", "events.jsonl.1", "victim"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *path = path_of(names[i]);
        unlink(path);
        free(path);
    }
    return rmdir(directory);
}

static void
goes_on_after_a_restart(void **state)
{
    struct life before = begin();

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        event_log_add(before.events, EVENT_TARGET_GONE, "web \"a\"\n", "message %u", i);
    end(&before);
    struct life after = begin();
    assert_int_equal(event_log_last_sequence(after.events), 3);
    const struct log_entry *entry = event_log_next(after.events, 1);
    assert_int_equal(entry->kind, EVENT_TARGET_GONE);
    assert_string_equal(entry->subject, "web \"a\"?");
    assert_string_equal(entry->message, "message 1");
    assert_true(entry->wall_us > 0);
    event_log_add(after.events, EVENT_STARTED, "fairlead", "again");
    assert_int_equal(event_log_last_sequence(after.events), 4);
    end(&after);
}

static void
append_to(const char *name, const char *text)
{
    char *path = path_of(name);
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(path);
}

static void
passes_over_what_is_torn_or_strange(void **state)
{
    struct life life = begin();

    (void)state;
    event_log_add(life.events, EVENT_STARTED, "fairlead", "first");
    end(&life);
    append_to("events.jsonl",
              "[]\n{\"Sequence\":7,\"WallUs\":1,\"Kind\":\"NOSUCH\",\"Subject\":"
              "\"a\",\"Message\":\"b\"}\n\n{\"Sequence\":2,\"WallUs\":1,\"Ki");
    life = begin();
    assert_int_equal(event_log_last_sequence(life.events), 1);
    event_log_add(life.events, EVENT_STARTED, "fairlead", "second");
    end(&life);
    life = begin();
    assert_int_equal(event_log_last_sequence(life.events), 2);
    assert_string_equal(event_log_next(life.events, 1)->message, "second");
    end(&life);
}

static void
lost_numbers_are_passed_over(void **state)
{
    static const char line[] = "{\"Sequence\":%u,\"WallUs\":1,\"Kind\":\"STARTED\",\"Subject\":"
                               "\"a\",\"Message\":\"b\"}\n";
    char text[256];
    static const unsigned numbers[] = {5, 9, 8, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        snprintf(text, sizeof(text), line, numbers[i]);
        append_to("events.jsonl", text);
    }
    struct life life = begin();
    assert_int_equal(event_log_last_sequence(life.events), 1000);
    assert_int_equal(event_log_next(life.events, 0)->sequence, 1000);
    assert_null(event_log_next(life.events, 1000));
    end(&life);
}

static off_t
size_of(const char *name)
{
    struct stat status;
    char *path = path_of(name);
    int result = stat(path, &status);

    free(path);
    return result == -1 ? -1 : status.st_size;
}

static void
stays_bounded(void **state)
{
    static char message[400];
    struct life life = begin();

    (void)state;
    memset(message, 'm', sizeof(message) - 1);
    for (unsigned i = 0; i < 3 * EVENT_FILE_BYTES / sizeof(message); i++)
        event_log_add(life.events, EVENT_STARTED, "fairlead", "%s", message);
    uint64_t last = event_log_last_sequence(life.events);
    end(&life);
    assert_in_range(size_of("events.jsonl.1"), EVENT_FILE_BYTES, EVENT_FILE_BYTES + 128 * 1024);
    assert_in_range(size_of("events.jsonl"), 1, EVENT_FILE_BYTES);
    life = begin();
    assert_int_equal(event_log_last_sequence(life.events), last);
    assert_non_null(event_log_next(life.events, last - 100));
    end(&life);
}

static void
follows_no_link(void **state)
{
    char *victim = path_of("victim"), *path = path_of("events.jsonl");

    (void)state;
    append_to("victim", "kept");
    assert_int_equal(symlink(victim, path), 0);
    struct life life = begin();
    event_log_add(life.events, EVENT_STARTED, "fairlead", "first");
    end(&life);
    assert_int_equal(size_of("victim"), 4);
    free(victim);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(goes_on_after_a_restart, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(passes_over_what_is_torn_or_strange, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(lost_numbers_are_passed_over, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(stays_bounded, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(follows_no_link, make_directory, remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
