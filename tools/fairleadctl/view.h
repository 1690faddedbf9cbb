/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists for people: a view names the columns of a command's answer by JSON paths
 * (json_text.h), and grid.h makes them fit.
 */
#ifndef FAIRLEADCTL_VIEW_H
#define FAIRLEADCTL_VIEW_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

enum view_kind {
    VIEW_PLAIN,
    VIEW_TEXT,  /* may be cut where the terminal is narrow */
    VIEW_WRAP,  /* of the last column: goes on below there */
    VIEW_ID,    /* of a container: its first 12 digits, all of it where there is room */
    VIEW_SINCE, /* a time, as how long ago it was */
    VIEW_SPAN,  /* seconds, as how long that is */
    VIEW_COUNT, /* nothing where it is 0 */
    VIEW_FLAG   /* nothing where it is not so */
};

struct view_column {
    const char *title;
    const char *path;
    char *(*words)(const json_t *row); /* in place of a path; to be given back with free() */
    enum view_kind kind;
    bool is_wide; /* shown with -o wide only */
};

/* list: the member that holds the rows; columns end with a NULL title. */
struct view {
    const char *list;
    const char *when_empty; /* a sentence in place of no rows; NULL: none */
    const struct view_column *columns;
};

/* How much to show, and where. */
struct view_size {
    unsigned width; /* 0: as wide as it gets */
    bool is_wide;
};

/* Prints the rows of the answer, or all members of an object where view is NULL. */
void view_print(FILE *file, const struct view *view, const json_t *answer,
                const struct view_size *size);

/* A container's id in 12 digits; other texts as they are. Give back with free(). */
char *view_short_id(const char *text);

#endif
