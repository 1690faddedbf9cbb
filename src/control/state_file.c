/* SPDX-License-Identifier: Apache-2.0 */
/*
 * {"version": 1, "next_target_id": N, "tasks": {SOURCE: [...]}, "overrides": [...],
 * "key_uses": {ID: MICROSECONDS}, "targets": [...]}. Targets and overrides are remembered
 * before tasks are put back, so that those find their ids and health, or stay out.
 */
#include "control/state_file.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"
#include "base/short_child.h"
#include "control/registry/target_memories.h"
#include "model/task_text.h"

#define FORM_VERSION 1
/* After a change. A control that dies meanwhile does not know of it when it begins anew. */
#define SAVE_AFTER_MS 250
#define SAVE_AFTER_MOST_MS 3000
/* Of control's time, writing takes one part in so many. */
#define SAVE_SHARE 100
/* Ids that a process may have given out after its last save, and died. */
#define ID_SLACK 100000

struct state_file {
    struct loop *loop;
    char *directory, *path, *new_path;
    struct registry *registry;
    struct targets *targets;
    struct key_uses *key_uses;
    struct timer timer;
    struct watch child_watch;
    unsigned save_after_ms;
    pid_t commit_pid; /* has the disk keep what was written last; 0: none */
    bool has_warned;
    bool is_for_now;   /* what is written is for a control in this process */
    bool has_counters; /* what is read has the places of its counters */
};

static void on_time(void *argument);
static void end_commit(struct state_file *file, int how);

static void
on_child_signal(int number, short what, void *argument)
{
    (void)number;
    (void)what;
    end_commit(argument, WNOHANG);
}

struct state_file *
state_file_new(const struct state_file_parts *parts)
{
    struct state_file *file = memory_take(1, sizeof(*file));

    file->loop = parts->loop;
    file->directory = memory_copy_text(parts->directory);
    file->path = memory_print("%s/state.json", parts->directory);
    file->new_path = memory_print("%s/state.json.new", parts->directory);
    file->registry = parts->registry;
    file->targets = parts->targets;
    file->key_uses = parts->key_uses;
    file->save_after_ms = SAVE_AFTER_MS;
    timer_init(&file->timer, on_time, file);
    watch_signal(&file->child_watch, parts->loop, SIGCHLD, on_child_signal, file);
    return file;
}

void
state_file_free(struct state_file **file)
{
    if (*file == NULL)
        return;
    timer_close(&(*file)->timer, (*file)->loop);
    watch_close(&(*file)->child_watch);
    end_commit(*file, WNOHANG);
    free((*file)->directory);
    free((*file)->path);
    free((*file)->new_path);
    free(*file);
    *file = NULL;
}

static json_t *
tasks_to_json(struct registry *registry)
{
    json_t *sources = json_object();
    struct task_record *record = NULL;

    while ((record = registry_next_task(registry, record)) != NULL) {
        const char *source = record->task->source;
        json_t *array = json_object_get(sources, source);
        if (array == NULL) {
            array = json_array();
            json_object_set_new(sources, source, array);
        }
        json_array_append_new(array, task_to_json(record->task));
    }
    return sources;
}

static json_t *
override_to_json(const struct override *one)
{
    char text[ADDRESS_TEXT_SIZE];

    address_format(&one->address, text);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:i}", "kind", override_kind_word(one->kind), "group",
                  one->group, "address", text, "port", (int)one->address.port);
    if (one->zone != NULL)
        json_object_set_new(object, "zone", json_string(one->zone));
    if (one->source == NULL)
        return object;
    json_object_set_new(object, "source", json_string(one->source));
    json_object_set_new(object, "task", json_string(one->task_id));
    json_object_set_new(object, "generation", json_integer((json_int_t)one->generation));
    return object;
}

static json_t *
overrides_to_json(const struct overrides *overrides)
{
    const struct override *one = NULL;
    json_t *array = json_array();

    while ((one = overrides_next(overrides, one)) != NULL)
        json_array_append_new(array, override_to_json(one));
    return array;
}

static json_t *
key_uses_to_json(const struct key_uses *uses)
{
    const struct key_use *use;
    json_t *object = json_object();

    for (size_t i = 0; (use = key_uses_at(uses, i)) != NULL; i++)
        json_object_set_new(object, use->key_id, json_integer((json_int_t)use->wall_us));
    return object;
}

static void
write_json(FILE *out, json_t *value)
{
    json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(value);
}

static void
write_runtime(FILE *out, const struct registered_target *target)
{
    uint64_t ends_ms = target->passive.ejected_until_ms, now_ms = clock_ms();

    fprintf(out, ",\"row\":%u,\"ejected_ms\":%" PRIu64 ",\"ejections\":%u", target->counter_row,
            ends_ms == 0        ? 0
            : ends_ms <= now_ms ? 1
                                : ends_ms - now_ms,
            target->passive.ejections);
}

/* Printed rather than made of JSON objects: with 10,000 targets those took 40 ms. */
static void
write_target(FILE *out, const struct registered_target *target, bool is_for_now)
{
    fprintf(out,
            "{\"id\":%" PRIu64 ",\"group\":\"%s\",\"address\":\"%s\",\"health\":%d,"
            "\"reason\":%d,\"http_code\":%u",
            target->id, target->group, target->name, (int)target->checked_health,
            (int)target->checked_reason, target->http_code);
    if (target->source != NULL) {
        fprintf(out, ",\"generation\":%" PRIu64 ",\"source\":", target->task_generation);
        write_json(out, json_string(target->source));
        fputs(",\"task\":", out);
        write_json(out, json_string(target->task_id));
    }
    if (is_for_now)
        write_runtime(out, target);
    fputc('}', out);
}

static void
write_targets(FILE *out, struct targets *targets, bool is_for_now)
{
    const struct registered_target *target;
    const char *comma = "";

    TAILQ_FOREACH (target, targets_live(targets), in_table) {
        fputs(comma, out);
        write_target(out, target, is_for_now);
        comma = ",";
    }
}

static void
write_state(FILE *out, const struct state_file *file)
{
    fprintf(out, "{\"version\":%d,\"next_target_id\":%" PRIu64 ",\"tasks\":", FORM_VERSION,
            targets_next_id(file->targets));
    write_json(out, tasks_to_json(file->registry));
    fputs(",\"overrides\":", out);
    write_json(out, overrides_to_json(registry_overrides(file->registry)));
    fputs(",\"key_uses\":", out);
    write_json(out, key_uses_to_json(file->key_uses));
    fputs(",\"targets\":[", out);
    write_targets(out, file->targets, file->is_for_now);
    fputs("]}", out);
}

static bool
write_file(const struct state_file *file)
{
    FILE *out = own_file_begin(file->new_path);

    if (out == NULL)
        return false;
    write_state(out, file);
    bool has_failed = ferror(out) != 0;
    return fclose(out) == 0 && !has_failed;
}

/* What is much is written less often. */
static bool
write_timed(struct state_file *file)
{
    uint64_t began_us = clock_precise_us();
    bool is_written = write_file(file);
    uint64_t after_ms = SAVE_SHARE * (clock_precise_us() - began_us) / 1000;

    file->save_after_ms = after_ms < SAVE_AFTER_MS        ? SAVE_AFTER_MS
                          : after_ms > SAVE_AFTER_MOST_MS ? SAVE_AFTER_MOST_MS
                                                          : (unsigned)after_ms;
    return is_written;
}

static void
note_result(struct state_file *file, bool is_saved, int error)
{
    if (!is_saved && !file->has_warned)
        log_warning("state directory %s: %s; a restart will begin without what is known now; "
                    "make it, and let this user write there",
                    file->directory, strerror(error));
    file->has_warned = !is_saved;
}

/* Looks whether the disk has kept what was written; how: 0 or WNOHANG. */
static void
end_commit(struct state_file *file, int how)
{
    int status = 0;

    if (file->commit_pid == 0 || waitpid(file->commit_pid, &status, how) == 0)
        return;
    file->commit_pid = 0;
    note_result(file, WIFEXITED(status) && WEXITSTATUS(status) == 0,
                WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
}

/* The disk may take its time: a child waits for it, and control does not. */
static void
begin_commit(struct state_file *file)
{
    file->commit_pid = short_child_fork(NULL, 0);
    if (file->commit_pid == 0)
        _exit(own_file_commit(file->new_path, file->path) == 0 ? 0 : errno);
    if (file->commit_pid != -1)
        return;
    file->commit_pid = 0;
    note_result(file, false, errno);
}

static void
on_time(void *argument)
{
    struct state_file *file = argument;

    end_commit(file, WNOHANG);
    if (file->commit_pid != 0)
        timer_set(&file->timer, file->loop, file->save_after_ms);
    else if (write_timed(file))
        begin_commit(file);
    else
        note_result(file, false, errno);
}

bool
state_file_save(struct state_file *file)
{
    timer_stop(&file->timer);
    end_commit(file, 0);
    bool is_saved = write_file(file) && own_file_commit(file->new_path, file->path) == 0;
    note_result(file, is_saved, errno);
    return is_saved;
}

void
state_file_note_change(struct state_file *file)
{
    if (!timer_is_set(&file->timer))
        timer_set(&file->timer, file->loop, file->save_after_ms);
}

static unsigned
number(const json_t *object, const char *member)
{
    json_int_t value = json_integer_value(json_object_get(object, member));

    return value < 0 ? 0 : (unsigned)value;
}

static const char *
text(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static void
remember_target(struct state_file *file, const json_t *object)
{
    struct target_memory memory = {
        .id = (uint64_t)json_integer_value(json_object_get(object, "id")),
        .group = text(object, "group"),
        .address = text(object, "address"),
        .source = text(object, "source"),
        .task_id = text(object, "task"),
        .task_generation = (uint64_t)json_integer_value(json_object_get(object, "generation")),
        .verdict = {.health = (enum target_health)number(object, "health"),
                    .reason = (enum target_reason)number(object, "reason"),
                    .http_code = number(object, "http_code")},
        .has_row = file->has_counters && json_object_get(object, "row") != NULL,
        .row = number(object, "row"),
        .ejected_ms = number(object, "ejected_ms"),
        .ejections = number(object, "ejections"),
    };

    if (memory.id == 0 || memory.group == NULL || memory.address == NULL ||
        memory.verdict.health > HEALTH_UNAVAILABLE ||
        memory.verdict.reason >= TARGET_REASON_COUNT)
        return;
    targets_remember(file->targets, &memory);
}

/* Of this kind where it does not say: earlier versions kept a list for each. */
static void
load_override(struct state_file *file, const json_t *object, enum override_kind kind)
{
    struct override_spec spec = {
        .kind = kind, .group = text(object, "group"), .zone = text(object, "zone")};
    const char *host = text(object, "address");
    const char *source = text(object, "source"), *task_id = text(object, "task");
    struct task *task = NULL;

    if ((text(object, "kind") != NULL &&
         !override_kind_parse(text(object, "kind"), &spec.kind)) ||
        spec.group == NULL || host == NULL ||
        !address_parse(&spec.address, host, (uint16_t)number(object, "port")))
        return;
    if (source != NULL && task_id != NULL)
        task = task_new(source, task_id,
                        (uint64_t)json_integer_value(json_object_get(object, "generation")));
    spec.task = task;
    registry_override(file->registry, &spec);
    task_free(&task);
}

static void
load_tasks(struct state_file *file, const char *source, json_t *array)
{
    char *form = json_dumps(array, JSON_COMPACT);
    char *error = NULL;
    size_t count = 0;
    struct task **tasks =
        form == NULL ? NULL : task_parse_json(form, strlen(form), source, &count, &error);

    for (size_t i = 0; i < count; i++)
        registry_put_stale_task(file->registry, tasks[i]);
    if (error != NULL)
        log_warning("%s: tasks of %s are left out: %s", file->path, source, error);
    free(error);
    free(tasks);
    free(form);
}

static void
load_all(struct state_file *file, json_t *state)
{
    size_t index;
    json_t *element;
    const char *source, *key_id;

    uint64_t next_id = (uint64_t)json_integer_value(json_object_get(state, "next_target_id"));

    targets_raise_next_id(file->targets, next_id + ID_SLACK);
    json_array_foreach (json_object_get(state, "targets"), index, element) {
        remember_target(file, element);
    }
    json_array_foreach (json_object_get(state, "overrides"), index, element) {
        load_override(file, element, OVERRIDE_REGISTERED);
    }
    json_array_foreach (json_object_get(state, "by_hand"), index, element) {
        load_override(file, element, OVERRIDE_REGISTERED);
    }
    json_array_foreach (json_object_get(state, "excluded"), index, element) {
        load_override(file, element, OVERRIDE_EXCLUDED);
    }
    json_object_foreach (json_object_get(state, "key_uses"), key_id, element) {
        key_uses_put(file->key_uses, key_id, (uint64_t)json_integer_value(element));
    }
    json_object_foreach (json_object_get(state, "tasks"), source, element) {
        load_tasks(file, source, element);
    }
}

/* NULL: *reason says why; what stands in the file is not told. */
static json_t *
read_json(const char *path, char **reason)
{
    const char *cause;
    json_error_t error;
    int fd = own_file_open(path, &cause);

    if (fd == -1) {
        *reason = errno == ENOENT ? NULL : memory_copy_text(cause);
        return NULL;
    }
    json_t *state = json_loadfd(fd, 0, &error);
    close(fd);
    if (state != NULL && number(state, "version") == FORM_VERSION)
        return state;
    *reason = state == NULL ? memory_print("no JSON in line %d", error.line)
                            : memory_copy_text("it is of another version");
    json_decref(state);
    return NULL;
}

bool
state_file_load(struct state_file *file)
{
    char *reason = NULL;
    json_t *state = read_json(file->path, &reason);

    if (state == NULL && reason != NULL)
        log_warning("%s cannot be used: %s; beginning without it", file->path, reason);
    bool is_good = state != NULL || reason == NULL;
    if (state != NULL)
        load_all(file, state);
    json_decref(state);
    free(reason);
    return is_good;
}

char *
state_file_text(struct state_file *file)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return NULL;
    file->is_for_now = true;
    write_state(out, file);
    file->is_for_now = false;
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void
state_file_take(struct state_file *file, json_t *state, bool has_same_counters)
{
    file->has_counters = has_same_counters;
    load_all(file, state);
    file->has_counters = false;
}
