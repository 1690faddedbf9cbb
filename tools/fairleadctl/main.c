/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fairleadctl: asks a running fairlead over its admin socket, and prints what it answers. Reads
 * the options that all commands share; command_table.c has the commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directories.h"
#include "command.h"
#include "output.h"

static const char default_socket[] = DIRECTORY_RUN "/admin.sock";

static void
print_help(FILE *file)
{
    fprintf(file,
            "usage: fairleadctl [-s SOCKET] [--json] COMMAND\n\n"
            "  -s SOCKET  admin socket (default: $FAIRLEAD_SOCKET or %s)\n"
            "  --json     print the answer as it comes, for scripts\n\n",
            default_socket);
    for (const struct command *command = commands; command->name != NULL; command++) {
        fprintf(file, "  ");
        command_print_usage(file, command);
        fprintf(file, "      %s\n", command->help);
    }
    fprintf(file, "\nexit status: 0 done, 1 refused or not found, 2 usage, 3 no daemon\n");
}

static const char *
socket_from_environment(void)
{
    const char *path = getenv("FAIRLEAD_SOCKET");
    return path == NULL || *path == '\0' ? default_socket : path;
}

/* Options before the command; returns the index of the command, or -1 for a wrong option. */
static int
read_options(int argc, char **argv, const char **socket_path, bool *is_json)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--json") == 0)
            *is_json = true;
        else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
            *socket_path = argv[++i];
        else
            return -1;
    }
    return i;
}

static enum exit_code
run_command(struct session *session, const char *socket_path, int count, char **arguments)
{
    enum exit_code code = EXIT_USAGE;
    session->values = json_object();
    session->client = admin_client_new(socket_path);
    if (command_read_arguments(session, count, arguments) == 0)
        code = session->command->run(session);
    admin_client_free(&session->client);
    json_decref(session->values);
    return code;
}

int
main(int argc, char **argv)
{
    struct session session = {0};
    const char *socket_path = socket_from_environment();
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("fairleadctl %s\n", PACKAGE_VERSION);
        return EXIT_DONE;
    }
    int at = read_options(argc, argv, &socket_path, &session.is_json);
    if (at == -1 || at == argc) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    session.command = command_find(argv[at]);
    if (session.command == NULL) {
        output_error("no command \"%s\"; fairleadctl --help lists them", argv[at]);
        return EXIT_USAGE;
    }
    enum exit_code code = run_command(&session, socket_path, argc - at - 1, argv + at + 1);
    if (fflush(stdout) != 0 && code == EXIT_DONE)
        code = EXIT_REFUSED;
    return (int)code;
}
