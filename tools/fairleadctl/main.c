/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fairleadctl: asks a running fairlead over its admin socket, and prints what it answers. Takes
 * the options that all commands share out of the arguments, wherever they stand;
 * command_table.c has the commands.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directories.h"
#include "command.h"
#include "number.h"
#include "output.h"
#include "screen.h"
#include "terminal.h"
#include "usage.h"

static const char default_socket[] = DIRECTORY_RUN "/admin.sock";

#define DEFAULT_WATCH_SECONDS 2
#define LEAST_WATCH_SECONDS 0.1
#define MOST_WATCH_SECONDS 86400

/* What is left of the arguments, and what the shared options said. */
struct arguments {
    const char *socket_path;
    char **words;
    int count;
    bool wants_help, wants_version;
};

static const char *
socket_from_environment(void)
{
    const char *path = getenv("FAIRLEAD_SOCKET");

    return path == NULL || *path == '\0' ? default_socket : path;
}

static bool
read_output(struct session *session, const char *form)
{
    session->is_json = session->is_json || strcmp(form, "json") == 0;
    session->size.is_wide = session->size.is_wide || strcmp(form, "wide") == 0;
    if (strcmp(form, "json") == 0 || strcmp(form, "wide") == 0 || strcmp(form, "table") == 0)
        return true;
    output_error("-o takes wide, json or table, not %s", form);
    return false;
}

/* "--watch" and what follows it where that is a number. Returns how many words that took. */
static int
read_watch(struct session *session, char **words, int count)
{
    const char *rest, *text = words[0][7] == '=' ? words[0] + 8 : count > 1 ? words[1] : "";
    double seconds = number_read(text, &rest);
    bool is_number = rest != text && *rest == '\0' && seconds > 0;

    session->watch_seconds = is_number ? seconds : DEFAULT_WATCH_SECONDS;
    if (session->watch_seconds < LEAST_WATCH_SECONDS)
        session->watch_seconds = LEAST_WATCH_SECONDS;
    if (session->watch_seconds > MOST_WATCH_SECONDS)
        session->watch_seconds = MOST_WATCH_SECONDS;
    return is_number && words[0][7] != '=' ? 2 : 1;
}

/* Takes a shared option; returns how many words it took, 0: it is none, -1: it is wrong. */
static int
take_option(struct session *session, struct arguments *arguments, char **words, int count)
{
    const char *word = words[0];
    bool needs_value = strcmp(word, "-s") == 0 || strcmp(word, "-o") == 0;

    if (needs_value && count == 1) {
        output_error("a value is missing after %s", word);
        return -1;
    }
    if (strcmp(word, "-s") == 0)
        arguments->socket_path = words[1];
    else if (strcmp(word, "-o") == 0)
        return read_output(session, words[1]) ? 2 : -1;
    else if (strcmp(word, "--json") == 0)
        session->is_json = true;
    else if (strncmp(word, "--watch", 7) == 0 && (word[7] == '\0' || word[7] == '='))
        return read_watch(session, words, count);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        arguments->wants_help = true;
    else if (strcmp(word, "--version") == 0)
        arguments->wants_version = true;
    else
        return 0;
    return needs_value ? 2 : 1;
}

/* The value of a command's own option may look like a shared one: -H '-o: x'. */
static bool
takes_value(const struct arguments *arguments, const char *word)
{
    int taken;
    const struct command *command =
        arguments->count == 0 ? NULL
                              : command_match(arguments->words, arguments->count, &taken);

    for (size_t i = 0; command != NULL && i < PARAMETERS_MAX; i++) {
        const struct parameter *parameter = &command->parameters[i];
        if (parameter->name != NULL && parameter->value != NULL &&
            strcmp(parameter->name, word) == 0)
            return true;
    }
    return false;
}

/* -1 after a message. */
static int
split_arguments(struct session *session, struct arguments *arguments, int argc, char **argv)
{
    arguments->socket_path = socket_from_environment();
    arguments->words = argv + 1; /* what is left moves to the front */
    bool has_options = true;

    for (int i = 1; i < argc;) {
        has_options = has_options && strcmp(argv[i], END_OF_OPTIONS) != 0;
        if (!has_options) {
            arguments->words[arguments->count++] = argv[i++];
            continue;
        }
        if (takes_value(arguments, argv[i]) && i + 1 < argc) {
            arguments->words[arguments->count++] = argv[i++];
            arguments->words[arguments->count++] = argv[i++];
            continue;
        }
        int taken = take_option(session, arguments, argv + i, argc - i);
        if (taken < 0)
            return -1;
        if (taken == 0)
            arguments->words[arguments->count++] = argv[i];
        i += taken == 0 ? 1 : taken;
    }
    return 0;
}

static enum exit_code
draw(struct session *session, void *argument)
{
    (void)argument;
    return session->command->run(session);
}

static enum exit_code
watch(struct session *session)
{
    const struct screen screen = {.draw = draw, .seconds = session->watch_seconds};
    enum exit_code code = EXIT_USAGE;

    if (!screen_watch(session, &screen, &code))
        output_error("--watch needs a terminal");
    return code;
}

static enum exit_code
run_command(struct session *session, const struct arguments *arguments, int taken)
{
    enum exit_code code = EXIT_USAGE;

    session->values = json_object();
    session->client = admin_client_new(arguments->socket_path);
    if (session->watch_seconds > 0 && !session->command->is_listing)
        output_error("%s is no listing; --watch is for those", session->command->name);
    else if (command_read_arguments(session, arguments->count - taken,
                                    arguments->words + taken) == 0)
        code = session->watch_seconds > 0 ? watch(session) : session->command->run(session);
    admin_client_free(&session->client);
    json_decref(session->values);
    return code;
}

static enum exit_code
help(char **words, int count)
{
    int taken;
    const struct command *command = count == 0 ? NULL : command_find(words, count, &taken);

    if (count > 0 && command == NULL)
        return EXIT_USAGE;
    if (command == NULL)
        usage_print_all(stdout);
    else
        usage_print_command(stdout, command);
    return EXIT_DONE;
}

static enum exit_code
run(struct session *session, const struct arguments *arguments)
{
    char **words = arguments->words;
    int count = arguments->count, taken;

    if (arguments->wants_version) {
        printf("fairleadctl %s\n", PACKAGE_VERSION);
        return EXIT_DONE;
    }
    if (arguments->wants_help)
        return help(words, count);
    if (count > 0 && strcmp(words[0], "help") == 0)
        return help(words + 1, count - 1);
    if (count == 0) {
        usage_print_all(stderr);
        return EXIT_USAGE;
    }
    session->command = command_find(words, count, &taken);
    return session->command == NULL ? EXIT_USAGE : run_command(session, arguments, taken);
}

int
main(int argc, char **argv)
{
    struct session session = {.out = stdout};
    struct arguments arguments = {0};

    setlocale(LC_CTYPE, "");
    session.size.width = terminal_width();
    if (split_arguments(&session, &arguments, argc, argv) == -1)
        return EXIT_USAGE;
    enum exit_code code = run(&session, &arguments);
    if (fflush(stdout) != 0 && code == EXIT_DONE)
        code = EXIT_REFUSED;
    return code;
}
