/* SPDX-License-Identifier: Apache-2.0 */
/* A row says which list of the daemon has the names of a parameter. */
#include "complete.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/memory.h"
#include "json_text.h"
#include "output.h"
#include "place.h"

/* Where the words for a positional parameter come from. */
static const struct {
    const char *parameter, *path, *list, *member;
} sources[] = {
    {"GROUP", "/v1/target-groups", "TargetGroups", "TargetGroupName"},
    {"LISTENER", "/v1/listeners", "Listeners", "ListenerName"},
    {"SERVICE", "/v1/services", "Services", "ServiceName"},
    {"CONTAINER", "/v1/tasks", "Tasks", "Name"},
    {"ID", "/v1/tasks", "Tasks", "Id"},
    {"PATH", "/v1/configuration", "Settings", "Path"},
    {"NAME", "/v1/keys", "Keys", "Name"},
};

static void
print_word(FILE *file, const char *word)
{
    if (*word == '\0')
        return;
    output_text(file, word);
    putc('\n', file);
}

/* What a command makes has no name that is there: command NULL, or one that makes nothing. */
static bool
is_new(const struct command *command, const char *path)
{
    return command != NULL && strcmp(command->method, "POST") == 0 &&
           strcmp(command->path, path) == 0;
}

static void
print_names(struct session *session, const struct command *command, const char *parameter)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        struct admin_call call = {.method = "GET", .path = sources[i].path};
        struct admin_answer answer = {0};
        size_t index;
        json_t *row;
        if (strcmp(parameter, sources[i].parameter) != 0 || is_new(command, sources[i].path))
            continue;
        if (admin_client_send(session->client, &call, &answer) == 0)
            json_array_foreach (json_object_get(answer.json, sources[i].list), index, row)
                print_word(session->out, json_word(row, sources[i].member));
        admin_answer_clear(&answer);
    }
}

/* ADDRESS:PORT of all targets: what drain, ready and deregister take. */
static void
print_addresses(struct session *session)
{
    json_t *rows = json_array(), *row;
    size_t index;

    if (answer_collect_all(session, rows) == EXIT_DONE)
        json_array_foreach (rows, index, row) {
            char *address = place_text(row);
            print_word(session->out, address);
            free(address);
        }
    json_decref(rows);
}

static void
print_of_command(struct session *session, const struct command *command, const char *word)
{
    bool is_option = word != NULL && strncmp(word, ":-", 2) == 0;

    for (size_t i = 0; i < PARAMETERS_MAX && command->parameters[i].name != NULL; i++) {
        const char *name = command->parameters[i].name;
        if (name[0] == '-' && is_option)
            print_word(session->out, name);
        else if (name[0] != '-' && !is_option && strcmp(name, "ADDRESS:PORT") == 0)
            print_addresses(session);
        else if (name[0] != '-' && !is_option)
            print_names(session, command, name);
    }
    if (is_option && command->is_listing)
        fputs("-o\n--watch\n--json\n", session->out);
}

static void
print_commands(FILE *file)
{
    const char *last = "";

    for (const struct command *command = commands; command->name != NULL; command++) {
        size_t length = strcspn(command->name, " ");
        if (strncmp(last, command->name, length) == 0 && last[length] == ' ')
            continue;
        char *first = memory_copy_bytes(command->name, length);
        print_word(file, first);
        free(first);
        last = command->name;
    }
}

/* What follows the words of a line: the second word of a command's name, or its parameters. Of
 * two words the second may be the first parameter already. */
static void
print_behind(struct session *session, const char *words, const char *word)
{
    size_t first = strcspn(words, " ");

    for (const struct command *command = commands; command->name != NULL; command++) {
        size_t length = strlen(command->name);
        bool is_it = strcmp(command->name, words) == 0 ||
                     (length == first && strncmp(command->name, words, first) == 0);
        if (is_it)
            print_of_command(session, command, word);
        else if (words[first] == '\0' && length > first && command->name[first] == ' ' &&
                 strncmp(command->name, words, first) == 0)
            print_word(session->out, command->name + first + 1);
    }
}

enum exit_code
complete_words(struct session *session)
{
    const char *what = session_value(session, "WHAT"), *word = session_value(session, "WORD");

    if (strcmp(what, "commands") == 0)
        print_commands(session->out);
    else if (strcmp(what, "groups") == 0)
        print_names(session, NULL, "GROUP");
    else
        print_behind(session, what, word);
    return EXIT_DONE;
}
