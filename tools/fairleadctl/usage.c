/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what stands in commands.def. */
#include "usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/directories.h"
#include "base/memory.h"
#include "output.h"

enum { SHARED_WIDTH = 18 };

static const struct {
    const char *name, *value, *help;
} shared[] = {

#define SHARED(name, value, help) {(name), (value), (help)},
#include "commands.def"
#undef SHARED
};

static const struct {
    int status;
    const char *meaning;
} exit_statuses[] = {

#define EXIT_STATUS(id, status, meaning) {(status), (meaning)},
#include "commands.def"
#undef EXIT_STATUS
};

static bool
is_last(const struct command *command, const struct parameter *parameter)
{
    return parameter == command->parameters + PARAMETERS_MAX || parameter->name == NULL;
}

/* "[--state STATE]": the caller's. */
static char *
parameter_usage(const struct parameter *parameter)
{
    const char *name = parameter->name, *value = parameter->value;

    switch (parameter->kind) {
    case PARAMETER_WORD:
        return memory_copy_text(name);
    case PARAMETER_MAYBE:
    case PARAMETER_FLAG:
        return memory_print("[%s]", name);
    case PARAMETER_OPTION:
        return memory_print("[%s %s]", name, value);
    case PARAMETER_REPEATED:
        return memory_print("[%s %s]...", name, value);
    }
    return memory_copy_text("");
}

void
usage_print(FILE *file, const struct command *command, const char *head, size_t width)
{
    size_t indent = strlen(head), at = indent + strlen(command->name);

    fprintf(file, "%s%s", head, command->name);
    for (const struct parameter *parameter = command->parameters; !is_last(command, parameter);
         parameter++) {
        char *text = parameter_usage(parameter);
        bool fits = at + 1 + strlen(text) <= width;
        if (!fits)
            fprintf(file, "\n%*s", (int)indent, "");
        fprintf(file, "%s%s", fits ? " " : "", text);
        at = (fits ? at + 1 : indent) + strlen(text);
        free(text);
    }
    putc('\n', file);
}

/* What is said of a name, beside it and, where that is long, below. */
static void
print_named(FILE *file, const char *name, const char *value, size_t width, const char *help)
{
    const char *separator = value == NULL ? "" : " ";
    char *both = memory_print("%s%s%s", name, separator, value == NULL ? "" : value);
    char *head = memory_print("  %-*s  ", (int)width, both);

    output_paragraph(file, head, help, USAGE_WIDTH);
    free(head);
    free(both);
}

static size_t
widest(const struct command *command)
{
    size_t width = 0;

    for (const struct parameter *parameter = command->parameters; !is_last(command, parameter);
         parameter++) {
        const char *value = parameter->value;
        size_t length = strlen(parameter->name) + (value == NULL ? 0 : 1 + strlen(value));
        width = length > width ? length : width;
    }
    return command->is_listing && width < SHARED_WIDTH ? SHARED_WIDTH : width;
}

void
usage_print_command(FILE *file, const struct command *command)
{
    const struct parameter *parameter = command->parameters;
    size_t width = widest(command);

    usage_print(file, command, "usage: fairleadctl ", USAGE_WIDTH);
    fprintf(file, "\n%s\n", command->help);
    if (width > 0)
        putc('\n', file);
    for (; !is_last(command, parameter); parameter++)
        print_named(file, parameter->name, parameter->value, width, parameter->help);
    for (size_t i = 1; command->is_listing && i < sizeof(shared) / sizeof(*shared); i++)
        print_named(file, shared[i].name, shared[i].value, width, shared[i].help);
}

void
usage_print_all(FILE *file)
{
    size_t width = 0;
    const char *separator = " ";

    fputs("usage: fairleadctl [-s SOCKET] [-o wide|json] [--watch [SECONDS]] COMMAND ...\n\n",
          file);
    for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++)
        print_named(file, shared[i].name, shared[i].value, SHARED_WIDTH, shared[i].help);
    putc('\n', file);
    for (const struct command *command = commands; command->name != NULL; command++)
        width = strlen(command->name) > width ? strlen(command->name) : width;
    for (const struct command *command = commands; command->name != NULL; command++)
        print_named(file, command->name, NULL, width, command->help);
    fputs("\nfairleadctl help COMMAND tells more. Beginnings of commands will do.\n"
          "exit status:",
          file);
    for (size_t i = 0; i < sizeof(exit_statuses) / sizeof(*exit_statuses); i++) {
        fprintf(file, "%s%d %s", separator, exit_statuses[i].status, exit_statuses[i].meaning);
        separator = ", ";
    }
    putc('\n', file);
}
