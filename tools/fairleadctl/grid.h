/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells in rows and columns that fit a terminal: numbers stand right, empty columns vanish, and
 * where the width is not enough the columns that may be cut give way, widest first; when that
 * is not enough, the others do, too.
 */
#ifndef FAIRLEADCTL_GRID_H
#define FAIRLEADCTL_GRID_H

#include <stdbool.h>
#include <stdio.h>

enum { GRID_COLUMNS_MAX = 20 };

struct grid;

struct grid *grid_new(size_t columns);
void grid_free(struct grid **grid);

/* The title of a column; columns with none have no line of titles. May be cut: to a few
 * characters and an ellipsis. */
void grid_set_title(struct grid *grid, size_t column, const char *title, bool may_be_cut);

/* What is too long for the last column goes on below instead of being cut. */
void grid_wrap_last(struct grid *grid);

/* Begins a row whose cells are empty. */
void grid_add_row(struct grid *grid);

/* Of the row begun last; takes the text over (NULL: empty). */
void grid_set(struct grid *grid, size_t column, char *text);

/* Prints with so many blanks before each line; width 0: as wide as the cells are. */
void grid_print(FILE *file, const struct grid *grid, unsigned indent, unsigned width);

#endif
