/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of docs/fairlead.md, docs/fairleadctl.md and docs/labels.md, whose prose is
 * written by hand: each is printed anew behind the line that names it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../fairleadctl/usage.h"
#include "base/directories.h"
#include "print_reference.h"

#define LINE_SIZE 4096
/* What a terminal of 80 columns has room for in the manual. */
#define CODE_WIDTH 70
#define BEGINNING "<!-- printed: "
#define END "<!-- end -->\n"
#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

const struct command commands[] = {

#define COMMAND(name, help, method, path, is_listing, view, action, ...)                       \
    {name, help, method, path, is_listing, NULL, NULL, {__VA_ARGS__}},
#include "../fairleadctl/commands.def"
#undef COMMAND
    {0},
};

static const struct {
    const char *name, *says, *otherwise, *foreign;
} labels[] = {

#define DOCKER_LABEL(id, name, says, otherwise) {(name), (says), (otherwise), #id},
#include "control/docker/docker_labels.def"
#undef DOCKER_LABEL
};

static const struct {
    const char *name, *id;
} foreign_labels[] = {

#define DOCKER_FOREIGN_LABEL(id, name) {(name), #id},
#include "control/docker/docker_labels.def"
#undef DOCKER_FOREIGN_LABEL
};

static void
print_head(const char *first, const char *second)
{
    printf("| %s | %s |\n| --- | --- |\n", first, second);
}

/* Text within a table's cell. */
static void
print_cell(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

static void
print_options(void)
{
    print_head("Option", "Meaning");
#define PROGRAM_OPTION(letter, name, value, help)                                              \
    printf("| `-%c%s%s`, `--%s%s%s` | %s |\n", letter, (value) == NULL ? "" : " ",             \
           (value) == NULL ? "" : (value), name, (value) == NULL ? "" : " ",                   \
           (value) == NULL ? "" : (value), help);
#include "options.def"
#undef PROGRAM_OPTION
}

static void
print_signals(void)
{
    print_head("Signal", "Meaning");
#define CONTROL_SIGNAL(id, action, help) printf("| `SIG%s` | %s |\n", #id, help);
#include "control/signals.def"
#undef CONTROL_SIGNAL
}

/* Whether others set a label of that id, and which of these come first. */
static void
print_foreign(const char *id)
{
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(foreign_labels); i++)
        count += strcmp(foreign_labels[i].id, id) == 0;
    if (count > 1)
        printf("the first of ");
    for (size_t i = 0, at = 0; i < COUNT_OF(foreign_labels); i++) {
        if (strcmp(foreign_labels[i].id, id) == 0)
            printf("%s`%s`", at++ == 0 ? "" : ", ", foreign_labels[i].name);
    }
    if (count > 0)
        printf("%s; none: ", count > 1 ? " that the container has" : "");
}

static void
print_labels(void)
{
    puts("| Label | Says | Otherwise |\n| --- | --- | --- |");
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        printf("| `%s` | %s | ", labels[i].name, labels[i].says);
        print_foreign(labels[i].foreign);
        printf("%s |\n", labels[i].otherwise);
    }
}

static void
print_shared(void)
{
    print_head("Option", "Meaning");
#define SHARED(name, value, help)                                                              \
    printf("| `%s ", name);                                                                    \
    print_cell(value);                                                                         \
    printf("` | %s |\n", help);
#include "../fairleadctl/commands.def"
#undef SHARED
}

static void
print_exit_statuses(void)
{
    print_head("Status", "Meaning");
#define EXIT_STATUS(id, status, meaning) printf("| %d | %s |\n", status, meaning);
#include "../fairleadctl/commands.def"
#undef EXIT_STATUS
}

static void
print_parameters(const struct command *command)
{
    const struct parameter *parameter = command->parameters;

    print_head("Parameter", "Meaning");
    for (size_t i = 0; i < PARAMETERS_MAX && parameter[i].name != NULL; i++) {
        printf("| `");
        print_cell(parameter[i].name);
        printf("%s%s` | %s |\n", parameter[i].value == NULL ? "" : " ",
               parameter[i].value == NULL ? "" : parameter[i].value, parameter[i].help);
    }
}

static void
print_commands(void)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        printf("%s### %s\n\n", command == commands ? "" : "\n", command->name);
        usage_print(stdout, command, "    fairleadctl ", CODE_WIDTH);
        printf("\n%c%s%s.\n", toupper((unsigned char)*command->help), command->help + 1,
               command->is_listing ? "; takes `-o` and `--watch`" : "");
        if (command->parameters[0].name == NULL)
            continue;
        putchar('\n');
        print_parameters(command);
    }
}

static const struct {
    const char *name;
    void (*print)(void);
} tables[] = {
    {"commands", print_commands}, {"exit-statuses", print_exit_statuses},
    {"labels", print_labels},     {"options", print_options},
    {"shared", print_shared},     {"signals", print_signals},
};

/* False: there is no such table. */
static bool
print_table(const char *line)
{
    const char *name = line + strlen(BEGINNING);

    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        size_t length = strlen(tables[i].name);
        if (strncmp(name, tables[i].name, length) != 0 || name[length] != ' ')
            continue;
        tables[i].print();
        return true;
    }
    fprintf(stderr, "print_reference: no table for: %s", line);
    return false;
}

bool
print_with_tables(FILE *document)
{
    char line[LINE_SIZE];
    bool is_within = false;

    while (fgets(line, sizeof(line), document) != NULL) {
        is_within = is_within && strcmp(line, END) != 0;
        if (is_within)
            continue;
        fputs(line, stdout);
        is_within = strncmp(line, BEGINNING, strlen(BEGINNING)) == 0;
        if (is_within && !print_table(line))
            return false;
    }
    return !is_within;
}
