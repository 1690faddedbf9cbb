/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for people: rows of cells, printed with each column as wide as its widest cell. A view
 * names the columns of a command's answer by JSON paths.
 */
#ifndef FAIRLEADCTL_TABLE_H
#define FAIRLEADCTL_TABLE_H

#include <stdio.h>

#include <jansson.h>

/*
 * path: members joined by dots ("Target.Id"); alternatives separated by '|', the first that
 * exists is shown. "[]" steps into every element of an array and joins them with ", ".
 */
struct view_column {
    const char *title;
    const char *path;
};

/* list: the member that holds the rows; columns end with a NULL title. */
struct view {
    const char *list;
    const struct view_column *columns;
};

/* Prints the rows of the answer, or all members of an object where view is NULL. */
void view_print(FILE *file, const struct view *view, const json_t *answer);

/* A value found by its path as text; "" where there is none. Give back with free(). */
char *view_text(const json_t *object, const char *path);

#endif
