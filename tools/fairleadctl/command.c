/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of commands, and what every action does with a request. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output.h"
#include "usage.h"

static bool
is_option(const struct parameter *parameter)
{
    return parameter->name[0] == '-';
}

static int
complain(const struct session *session, const char *problem, const char *argument)
{
    output_error("%s: %s %s", session->command->name, problem, argument);
    usage_print(stderr, session->command, "usage: fairleadctl ", USAGE_WIDTH);
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

/* Queries can carry any bytes, JSON cannot. */
static bool
can_be_sent(const struct session *session, const char *value)
{
    json_t *text = json_string(value);
    bool is_utf8 = text != NULL;

    json_decref(text);
    return is_utf8 || strcmp(session->command->method, "GET") == 0;
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
        json_array_append_new(list, json_string_nocheck(value));
    } else {
        json_object_set_new(session->values, parameter->name, json_string_nocheck(value));
    }
}

int
command_read_arguments(struct session *session, int count, char **arguments)
{
    bool has_options = true;

    for (int i = 0; i < count; i++) {
        if (has_options && strcmp(arguments[i], END_OF_OPTIONS) == 0) {
            has_options = false;
            continue;
        }
        bool looks_like_option =
            has_options && arguments[i][0] == '-' && arguments[i][1] != '\0';
        const struct parameter *parameter =
            find_parameter(session, looks_like_option ? arguments[i] : NULL);
        if (parameter == NULL)
            return complain(session, "does not take", arguments[i]);
        bool has_value = looks_like_option && parameter->kind != PARAMETER_FLAG;
        if (has_value && ++i == count)
            return complain(session, "a value is missing after", parameter->name);
        if (!can_be_sent(session, arguments[i]))
            return complain(session, "what is no UTF-8 cannot be sent:", arguments[i]);
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

bool
session_has(const struct session *session, const char *name)
{
    return json_object_get(session->values, name) != NULL;
}

/* The daemon names members of bodies; people gave options and words. Give back with free(). */
static char *
in_users_words(const struct command *command, const char *message)
{
    char *text = memory_copy_text(message);

    for (size_t i = 0; i < PARAMETERS_MAX && command->parameters[i].name != NULL; i++) {
        const struct parameter *parameter = &command->parameters[i];
        size_t length = strlen(parameter->member);
        char *at = length == 0 ? NULL : strstr(text, parameter->member);
        if (at == NULL || (at != text && at[-1] != ' ') || strchr(" ,;:", at[length]) == NULL)
            continue;
        char *changed =
            memory_print("%.*s%s%s", (int)(at - text), text, parameter->name, at + length);
        free(text);
        text = changed;
    }
    return text;
}

static void
print_reason(const struct command *command, const char *message, const char *code)
{
    char *words = in_users_words(command, message);

    output_error("%s (%s)", words, code == NULL ? "no code" : code);
    free(words);
}

/* The daemon's reason, and all its details (a refused configuration has one a line). */
static void
print_refusal(const struct session *session, const struct admin_answer *answer)
{
    const json_t *error = json_object_get(answer->json, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    if (message == NULL)
        output_error("refused with status %ld: %s", answer->status, answer->text);
    else
        print_reason(session->command, message, code);
    size_t index;
    json_t *detail;
    json_array_foreach (json_object_get(error, "details"), index, detail) {
        output_error_detail(json_string_value(detail));
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
        output_json(session->out, answer->text);
    print_refusal(session, answer);
    return EXIT_REFUSED;
}

void
session_show(const struct session *session, const struct view *view,
             const struct admin_answer *answer)
{
    if (answer->json == NULL)
        output_lines(session->out, answer->text);
    else if (session->is_json)
        output_json(session->out, answer->text);
    else
        view_print(session->out, view, answer->json, &session->size);
}
