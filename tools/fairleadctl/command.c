/* SPDX-License-Identifier: Apache-2.0 */
/* Commands by name, their arguments, and what every action does with a request. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output.h"

const struct command *
command_find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static bool
is_option(const struct parameter *parameter)
{
    return parameter->name[0] == '-';
}

void
command_print_usage(FILE *file, const struct command *command)
{
    fprintf(file, "%s", command->name);
    const struct parameter *parameter = command->parameters;
    for (; parameter < command->parameters + PARAMETERS_MAX && parameter->name; parameter++) {
        const char *name = parameter->name;
        switch (parameter->kind) {
        case PARAMETER_WORD:
            fprintf(file, " %s", name);
            break;
        case PARAMETER_MAYBE:
        case PARAMETER_FLAG:
            fprintf(file, " [%s]", name);
            break;
        case PARAMETER_OPTION:
            fprintf(file, " [%s %s]", name, parameter->value);
            break;
        case PARAMETER_REPEATED:
            fprintf(file, " [%s %s]...", name, parameter->value);
            break;
        }
    }
    putc('\n', file);
}

static int
complain(const struct session *session, const char *problem, const char *argument)
{
    output_error("%s: %s %s", session->command->name, problem, argument);
    fputs("usage: fairleadctl ", stderr);
    command_print_usage(stderr, session->command);
    return -1;
}

/* The option of that name, or (name NULL) the next positional parameter without a value. */
static const struct parameter *
find_parameter(const struct session *session, const char *name)
{
    const struct parameter *parameter = session->command->parameters;
    for (size_t i = 0; i < PARAMETERS_MAX && parameter[i].name != NULL; i++) {
        if (name != NULL && strcmp(parameter[i].name, name) == 0)
            return &parameter[i];
        if (name == NULL && !is_option(&parameter[i]) &&
            json_object_get(session->values, parameter[i].name) == NULL)
            return &parameter[i];
    }
    return NULL;
}

static void
set_value(const struct session *session, const struct parameter *parameter, const char *value)
{
    if (parameter->kind == PARAMETER_FLAG) {
        json_object_set_new(session->values, parameter->name, json_true());
    } else if (parameter->kind == PARAMETER_REPEATED) {
        json_t *list = json_object_get(session->values, parameter->name);
        if (list == NULL) {
            list = json_array();
            json_object_set_new(session->values, parameter->name, list);
        }
        json_array_append_new(list, json_string(value));
    } else {
        json_object_set_new(session->values, parameter->name, json_string(value));
    }
}

int
command_read_arguments(struct session *session, int count, char **arguments)
{
    for (int i = 0; i < count; i++) {
        bool looks_like_option = arguments[i][0] == '-' && arguments[i][1] != '\0';
        const struct parameter *parameter =
            find_parameter(session, looks_like_option ? arguments[i] : NULL);
        if (parameter == NULL)
            return complain(session, "does not take", arguments[i]);
        bool has_value = looks_like_option && parameter->kind != PARAMETER_FLAG;
        if (has_value && ++i == count)
            return complain(session, "a value is missing after", parameter->name);
        set_value(session, parameter, arguments[i]);
    }
    const struct parameter *missing = find_parameter(session, NULL);
    if (missing != NULL && missing->kind == PARAMETER_WORD)
        return complain(session, "missing", missing->name);
    return 0;
}

const char *
session_value(const struct session *session, const char *name)
{
    return json_string_value(json_object_get(session->values, name));
}

/* The daemon's reason, and all its details (a refused configuration has one a line). */
static void
print_refusal(const struct admin_answer *answer)
{
    const json_t *error = json_object_get(answer->json, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    if (message == NULL)
        output_error("refused with status %ld: %s", answer->status, answer->text);
    else
        output_error("%s (%s)", message, code == NULL ? "no code" : code);
    size_t index;
    json_t *detail;
    json_array_foreach (json_object_get(error, "details"), index, detail) {
        output_text(stderr, json_string_value(detail));
        putc('\n', stderr);
    }
}

enum exit_code
session_send(struct session *session, const struct admin_call *call,
             struct admin_answer *answer)
{
    if (admin_client_send(session->client, call, answer) == -1) {
        output_error("%s", answer->error);
        return EXIT_NO_DAEMON;
    }
    if (answer->status < 300)
        return EXIT_DONE;
    if (session->is_json)
        output_json(stdout, answer->text);
    print_refusal(answer);
    return EXIT_REFUSED;
}

void
session_show(const struct session *session, const struct view *view,
             const struct admin_answer *answer)
{
    if (answer->json == NULL)
        output_lines(stdout, answer->text);
    else if (session->is_json)
        output_json(stdout, answer->text);
    else
        view_print(stdout, view, answer->json);
}
