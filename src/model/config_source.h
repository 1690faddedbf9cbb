/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a configuration: the main file with what its @include lines name put in their
 * place, and where each line came from. libconfig could include by itself, but knows only one
 * folder, refuses absolute names where one is set, and ends the program over a folder. What
 * libconfig would let pass is found on the way (config_scan.h).
 */
#ifndef FAIRLEAD_MODEL_CONFIG_SOURCE_H
#define FAIRLEAD_MODEL_CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config_source_line {
    size_t file; /* index in files */
    unsigned number;
};

struct config_source {
    char *text;
    char **files;
    size_t file_count;
    struct config_source_line *lines; /* one for each line of text */
    size_t line_count;
};

/* Told of each file that cannot be used, with the place of its @include; the main file's place
 * is its line 1. */
typedef void config_source_problem(void *argument, const char *file, unsigned line,
                                   const char *reason);

/* All files together: more is no configuration that somebody wrote. */
#define CONFIG_SOURCE_MOST_BYTES (16 * 1024 * 1024)
#define CONFIG_SOURCE_MOST_FILES 1000

/* Reads the file and all that it includes, regular files only; config_source_clear gives the
 * memory back. */
void config_source_read(struct config_source *source, const char *path,
                        config_source_problem *on_problem, void *argument);
void config_source_clear(struct config_source *source);

/* For another process of this program: as bytes at the end of a stream, and out of them again.
 * False: they are not what was written, and the source is empty. */
void config_source_write(const struct config_source *source, FILE *out);
bool config_source_take(struct config_source *source, const char *bytes, size_t length);

/* Where a line of the text (from 1) comes from, and the name of that file with, in *line, the
 * number there. */
struct config_source_line config_source_line(const struct config_source *source, unsigned line);
const char *config_source_place(const struct config_source *source, unsigned *line);

#endif
