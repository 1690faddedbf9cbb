/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of admin_commands.def. Private to admin*.c. */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_COMMAND_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_COMMAND_H

#include "control/admin/admin_call.h"

struct admin_command {
    const char *method, *path;
    enum admin_access access;
    void (*handler)(struct admin_call *call);
};

/* What a method and path ask for. */
struct admin_match {
    const struct admin_command *command; /* NULL: there is none */
    bool is_known_path;                  /* with this or another method */
    char word[ADMIN_WORD_SIZE];          /* what stood for the braces */
};

void admin_command_find(struct admin_match *match, const char *method, const char *path);

#endif
