/* SPDX-License-Identifier: Apache-2.0 */
/* How fairleadctl and its commands are called, in words; print_fairleadctl.c has the same for
 * the manual. */
#ifndef FAIRLEADCTL_USAGE_H
#define FAIRLEADCTL_USAGE_H

#include <stdio.h>

#include "command.h"

enum { USAGE_WIDTH = 80 }; /* of lines in a terminal */

/* "targets [GROUP] [--state STATE]" behind the head, in lines of that width. */
void usage_print(FILE *file, const struct command *command, const char *head, size_t width);

/* Usage of one command, what it does, and its parameters. */
void usage_print_command(FILE *file, const struct command *command);

/* Usage of all: shared options, commands, exit status. */
void usage_print_all(FILE *file);

#endif
