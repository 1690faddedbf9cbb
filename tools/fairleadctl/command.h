/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fairleadctl can do: one table row a command. A row says how the command is called, what
 * it asks of the admin socket, and how the answer is shown; usage and help come from it too.
 */
#ifndef FAIRLEADCTL_COMMAND_H
#define FAIRLEADCTL_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "admin_client.h"
#include "view.h"

enum exit_code {

#define EXIT_STATUS(id, status, meaning) EXIT_##id = (status),
#include "commands.def"
#undef EXIT_STATUS
};

enum parameter_kind {
    PARAMETER_WORD,     /* positional, needed */
    PARAMETER_MAYBE,    /* positional, may be left out */
    PARAMETER_OPTION,   /* option with a value */
    PARAMETER_REPEATED, /* option with a value, any number of times */
    PARAMETER_FLAG,     /* option without value */
};

/* Where the value goes: a query parameter of a GET, a member of a POST's body. */
struct parameter {
    const char *name;   /* "GROUP", or the option: "--zone" */
    const char *value;  /* an option's value as shown in help */
    const char *member; /* "" where the command's own code takes it */
    enum parameter_kind kind;
    const char *help;
};

/* As commands.def writes them. */
#define WORD(name, member, help)                                                               \
    {                                                                                          \
        name, NULL, member, PARAMETER_WORD, help                                               \
    }
#define MAYBE(name, member, help)                                                              \
    {                                                                                          \
        name, NULL, member, PARAMETER_MAYBE, help                                              \
    }
#define OPTION(name, value, member, help)                                                      \
    {                                                                                          \
        name, value, member, PARAMETER_OPTION, help                                            \
    }
#define REPEATED(name, value, member, help)                                                    \
    {                                                                                          \
        name, value, member, PARAMETER_REPEATED, help                                          \
    }
#define FLAG(name, member, help)                                                               \
    {                                                                                          \
        name, NULL, member, PARAMETER_FLAG, help                                               \
    }

enum { PARAMETERS_MAX = 8 };

struct command;

/* One run of fairleadctl; made and owned by main. */
struct session {
    struct admin_client *client;
    const struct command *command;
    json_t *values; /* by parameter name: text, true for a flag, an array for repeated ones */
    bool is_json;
    struct view_size size;
    FILE *out;            /* where answers are shown */
    double watch_seconds; /* between two drawings; 0: once */
};

struct command {
    const char *name;
    const char *help;
    const char *method;
    const char *path;
    bool is_listing;         /* shows what there is, and can do so again and again */
    const struct view *view; /* NULL: every member of the answer in a line of its own */
    enum exit_code (*run)(struct session *session);
    struct parameter parameters[PARAMETERS_MAX];
};

/* Ends with a row whose name is NULL. */
extern const struct command commands[];

/* By its name of one word or two, or beginnings that no other command has; *taken is how many
 * of the words that took. NULL: there is none, or there are several; command_find has told
 * which. */
const struct command *command_match(char **words, int count, int *taken);
const struct command *command_find(char **words, int count, int *taken);

/* Behind it nothing is an option, whatever it begins with. */
#define END_OF_OPTIONS "--"

/* Reads a command's arguments into session->values; on a wrong one says so and returns -1. */
int command_read_arguments(struct session *session, int count, char **arguments);

/* The text of a parameter that was given, or NULL. */
const char *session_value(const struct session *session, const char *name);

/* Whether a parameter or flag was given. */
bool session_has(const struct session *session, const char *name);

/* Sends one request; prints its error. EXIT_DONE: answer holds what came; always clear it. */
enum exit_code session_send(struct session *session, const struct admin_call *call,
                            struct admin_answer *answer);

/* Shows an answer: as is with --json, else through the view. */
void session_show(const struct session *session, const struct view *view,
                  const struct admin_answer *answer);

#endif
