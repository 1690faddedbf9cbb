/* SPDX-License-Identifier: Apache-2.0 */
/* Makes requests out of arguments, and sends them. */
#include "actions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "base/memory.h"
#include "json_text.h"
#include "output.h"
#include "place.h"
#include "resolve.h"

enum { EVENT_BYTES_MAX = 1 << 20, TARGETS_IN_ORDER = 1000 };

static void
add_to_query(const struct session *session, char **path, const char *member,
             const json_t *value)
{
    const char *text = json_is_true(value) ? "true" : json_string_value(value);
    char *escaped = admin_escape(session->client, text);
    const char *sign = strchr(*path, '?') == NULL ? "?" : "&";
    char *longer = memory_print("%s%s%s=%s", *path, sign, member, escaped);
    free(escaped);
    free(*path);
    *path = longer;
}

char *
action_path(const struct session *session)
{
    const struct parameter *parameter = session->command->parameters;
    char *path = memory_copy_text(session->command->path);
    for (size_t i = 0; i < PARAMETERS_MAX && parameter[i].name != NULL; i++) {
        const json_t *value = json_object_get(session->values, parameter[i].name);
        if (value == NULL || *parameter[i].member == '\0')
            continue;
        if (!json_is_array(value)) {
            add_to_query(session, &path, parameter[i].member, value);
            continue;
        }
        size_t index;
        json_t *one;
        json_array_foreach ((json_t *)value, index, one)
            add_to_query(session, &path, parameter[i].member, one);
    }
    return path;
}

/* Every given parameter as a member of one object. */
static json_t *
body_of_parameters(const struct session *session)
{
    const struct parameter *parameter = session->command->parameters;
    json_t *body = json_object();
    for (size_t i = 0; i < PARAMETERS_MAX && parameter[i].name != NULL; i++) {
        json_t *value = json_object_get(session->values, parameter[i].name);
        if (value != NULL && *parameter[i].member != '\0')
            json_object_set(body, parameter[i].member, value);
    }
    return body;
}

enum exit_code
action_send_parameters(struct session *session, struct admin_answer *answer)
{
    json_t *body = body_of_parameters(session);
    char *text = json_dumps(body, JSON_COMPACT);
    struct admin_call call = {
        .method = session->command->method, .path = session->command->path, .body = text};
    enum exit_code code = session_send(session, &call, answer);

    free(text);
    json_decref(body);
    return code;
}

/* Sends the row's request with a body (NULL: none) and shows the answer. */
static enum exit_code
send_and_show(struct session *session, const char *path, const char *body)
{
    struct admin_call call = {.method = session->command->method, .path = path, .body = body};
    struct admin_answer answer;
    enum exit_code code = session_send(session, &call, &answer);
    if (code == EXIT_DONE)
        session_show(session, session->command->view, &answer);
    admin_answer_clear(&answer);
    return code;
}

/* The answer to --wait comes when all is over. */
static enum exit_code
send_body(struct session *session, json_t *body)
{
    bool waits = json_object_get(session->values, "--wait") != NULL;
    char *path = memory_print("%s%s", session->command->path, waits ? "?wait=true" : "");
    char *text = json_dumps(body, JSON_COMPACT);
    enum exit_code code = send_and_show(session, path, text);
    free(path);
    free(text);
    json_decref(body);
    return code;
}

enum exit_code
action_show(struct session *session)
{
    if (strcmp(session->command->method, "POST") == 0)
        return send_body(session, body_of_parameters(session));
    char *path = action_path(session);
    enum exit_code code = send_and_show(session, path, NULL);
    free(path);
    return code;
}

enum exit_code
action_text(struct session *session)
{
    struct admin_answer answer;
    enum exit_code code = action_send_parameters(session, &answer);
    char *text = code == EXIT_DONE ? json_text(answer.json, "Text") : NULL;

    if (text != NULL && session->is_json)
        session_show(session, NULL, &answer);
    else if (text != NULL) {
        output_text(stdout, text);
        putchar('\n');
    }
    free(text);
    admin_answer_clear(&answer);
    return code;
}

enum exit_code
action_target(struct session *session)
{
    const char *address = session_value(session, "ADDRESS:PORT");
    json_t *target = place_read(address);
    if (target == NULL) {
        output_error("%s is not ADDRESS:PORT", address);
        return EXIT_USAGE;
    }
    json_t *body = json_pack("{s:s, s:[O]}", "TargetGroupName", session_value(session, "GROUP"),
                             "Targets", target);
    json_t *zone = json_object_get(session->values, "--zone");
    if (zone != NULL)
        json_object_set(target, "AvailabilityZone", zone);
    json_decref(target);
    return send_body(session, body);
}

/* All of a file, or of stdin for "-"; NULL after a message. */
static char *
read_all(const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "r");

    if (file == NULL) {
        output_error("%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = memory_take(EVENT_BYTES_MAX + 1, 1);
    size_t length = fread(text, 1, EVENT_BYTES_MAX + 1, file);
    fclose(file);
    if (length <= EVENT_BYTES_MAX)
        return text;
    output_error("%s is larger than 1 MiB", path);
    free(text);
    return NULL;
}

enum exit_code
action_task_event(struct session *session)
{
    const char *path = session_value(session, "FILE|-");
    char *event = read_all(path == NULL ? "-" : path);
    if (event == NULL)
        return EXIT_REFUSED;
    enum exit_code code = send_and_show(session, session->command->path, event);
    free(event);
    return code;
}

/* Sends a body, which it takes over, and tells what became of a configuration. */
static enum exit_code
send_configuration(struct session *session, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    struct admin_call call = {
        .method = session->command->method, .path = session->command->path, .body = text};
    struct admin_answer answer;
    enum exit_code code = session_send(session, &call, &answer);
    size_t index;
    json_t *line;

    if (code == EXIT_DONE && session->is_json) {
        session_show(session, NULL, &answer);
    } else if (code == EXIT_DONE) {
        json_array_foreach (json_object_get(answer.json, "Warnings"), index, line) {
            output_error_detail(json_string_value(line));
        }
        char *sentence = json_text(answer.json, "Text");
        printf("%s\n", sentence);
        free(sentence);
    }
    admin_answer_clear(&answer);
    free(text);
    json_decref(body);
    return code;
}

enum exit_code
action_reload(struct session *session)
{
    return send_configuration(session, body_of_parameters(session));
}

enum exit_code
action_check(struct session *session)
{
    const char *path = session_value(session, "FILE");
    char *full = realpath(path, NULL);
    if (full == NULL) {
        output_error("%s: %s", path, strerror(errno));
        return EXIT_REFUSED;
    }
    enum exit_code code = send_configuration(session, json_pack("{s:s}", "Path", full));
    free(full);
    return code;
}

/* The copy is control's to write, which stands in another folder. */
enum exit_code
action_backup(struct session *session)
{
    const char *path = session_value(session, "FILE");
    char *here = *path == '/' ? NULL : getcwd(NULL, 0);
    json_t *body = here == NULL ? json_pack("{s:s}", "Path", path)
                                : json_pack("{s:s++}", "Path", here, "/", path);
    enum exit_code code = send_configuration(session, body);
    free(here);
    return code;
}

/* One step in one line: its time, then its words. */
static void
print_step(const json_t *step)
{
    char *time = json_text(step, "Time");
    char *text = json_text(step, "Text|error.message");
    output_text(stdout, time);
    output_text(stdout, *time == '\0' ? "" : "  ");
    output_text(stdout, text);
    putchar('\n');
    free(time);
    free(text);
}

/* What a stream of JSON lines has told so far. */
struct steps {
    bool is_json;
    bool has_failed;
};

static int
on_step(const char *line, void *argument)
{
    struct steps *steps = argument;
    json_t *step = json_loads(line, 0, NULL);
    const char *result = json_string_value(json_object_get(step, "Result"));
    if (json_object_get(step, "error") != NULL ||
        (result != NULL && strcmp(result, "failed") == 0))
        steps->has_failed = true;
    if (steps->is_json || step == NULL)
        output_json(stdout, line);
    else
        print_step(step);
    fflush(stdout);
    json_decref(step);
    return ferror(stdout);
}

static enum exit_code
follow(struct session *session, const char *path, const char *body)
{
    struct steps steps = {.is_json = session->is_json};
    struct admin_call call = {.method = session->command->method,
                              .path = path,
                              .body = body,
                              .on_line = on_step,
                              .argument = &steps};
    struct admin_answer answer;
    enum exit_code code = session_send(session, &call, &answer);
    if (code == EXIT_DONE)
        session_show(session, NULL, &answer);
    admin_answer_clear(&answer);
    return code == EXIT_DONE && steps.has_failed ? EXIT_REFUSED : code;
}

enum exit_code
action_steps(struct session *session)
{
    json_t *body = body_of_parameters(session);
    char *text = json_dumps(body, JSON_COMPACT);
    enum exit_code code = follow(session, session->command->path, text);
    free(text);
    json_decref(body);
    return code;
}

static enum exit_code
order_targets(struct session *session, const char *group, json_t *targets)
{
    return send_body(session,
                     json_pack("{s:s, s:O}", "TargetGroupName", group, "Targets", targets));
}

/* The targets of a group among the rows, as many in an order as the daemon takes. */
static enum exit_code
order_group(struct session *session, const char *group, const json_t *rows)
{
    enum exit_code code = EXIT_DONE;
    json_t *targets = json_array(), *row;
    size_t index;

    json_array_foreach ((json_t *)rows, index, row) {
        if (strcmp(json_word(row, "TargetGroupName"), group) != 0)
            continue;
        json_array_append(targets, json_object_get(row, "Target"));
        if (json_array_size(targets) == TARGETS_IN_ORDER && code == EXIT_DONE) {
            code = order_targets(session, group, targets);
            json_array_clear(targets);
        }
    }
    if (code == EXIT_DONE && json_array_size(targets) != 0)
        code = order_targets(session, group, targets);
    json_decref(targets);
    return code;
}

enum exit_code
action_hold(struct session *session)
{
    enum exit_code code = EXIT_DONE;
    json_t *rows, *row;
    size_t index;
    const char *last = "";

    if (session_value(session, "ADDRESS:PORT") != NULL)
        return action_target(session);
    rows = resolve_targets(session, session_value(session, "GROUP"), &code);
    /* Rows of a group stand together. */
    json_array_foreach (rows, index, row) {
        const char *group = json_word(row, "TargetGroupName");
        if (code == EXIT_DONE && strcmp(group, last) != 0)
            code = order_group(session, group, rows);
        last = group;
    }
    json_decref(rows);
    return code;
}

/* Stops one container; progress goes to stdout. */
static enum exit_code
stop_one(struct session *session, const char *container)
{
    json_t *body = body_of_parameters(session);

    json_object_set_new(body, "Container", json_string(container));
    char *text = json_dumps(body, JSON_COMPACT);
    enum exit_code code = follow(session, session->command->path, text);
    free(text);
    json_decref(body);
    return code;
}

enum exit_code
action_stop(struct session *session)
{
    const char *word = session_value(session, "CONTAINER");
    enum exit_code code = EXIT_DONE;
    json_t *stopped = json_object(), *all = json_array(), *row;
    size_t index;

    /* What is no address and no group is the daemon's to find: it knows containers without
     * targets, too. */
    code = answer_collect_all(session, all);
    json_array_foreach (all, index, row) {
        const char *task = json_word(row, "Task");
        if (code != EXIT_DONE || *task == '\0' || json_object_get(stopped, task) != NULL ||
            !resolve_is_place(row, word))
            continue;
        json_object_set_new(stopped, task, json_true());
        code = stop_one(session, task);
    }
    if (code == EXIT_DONE && json_object_size(stopped) == 0)
        code = stop_one(session, word);
    json_decref(stopped);
    json_decref(all);
    return code;
}
