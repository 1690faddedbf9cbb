/* SPDX-License-Identifier: Apache-2.0 */
/* The title of the process as ps shows it. */
#ifndef FAIRLEAD_BASE_TITLE_H
#define FAIRLEAD_BASE_TITLE_H

/* Notes where the arguments and the environment lie; the environment moves away. Call first. */
void title_init(int argc, char **argv);

/* Writes the title over the arguments; cut to the room that they took. */
void title_set(const char *title);

/* The short name that top and perf show; cut at 15 bytes. */
void title_set_command(const char *name);

#endif
