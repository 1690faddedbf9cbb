/* SPDX-License-Identifier: Apache-2.0 */
/* The layout is decided from all cells before the first line is printed. */
#include "grid.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "output.h"
#include "text_width.h"
#include "text_wrap.h"

enum { GAP = 2, LEAST_WIDTH = 8, LEAST_WRAPPED = 24 };

struct column {
    const char *title;
    bool may_be_cut;
};

struct grid {
    size_t columns, rows;
    bool wraps; /* the last column */
    struct column column[GRID_COLUMNS_MAX];
    char **cells;
};

/* How each column is shown. */
struct layout {
    size_t width[GRID_COLUMNS_MAX]; /* 0: not at all */
    bool is_right[GRID_COLUMNS_MAX];
    size_t last; /* the last column that is shown */
};

struct grid *
grid_new(size_t columns)
{
    struct grid *grid = memory_take(1, sizeof(*grid));

    grid->columns = columns < GRID_COLUMNS_MAX ? columns : GRID_COLUMNS_MAX;
    return grid;
}

void
grid_free(struct grid **grid)
{
    for (size_t i = 0; i < (*grid)->rows * (*grid)->columns; i++)
        free((*grid)->cells[i]);
    free((void *)(*grid)->cells);
    free(*grid);
    *grid = NULL;
}

void
grid_set_title(struct grid *grid, size_t column, const char *title, bool may_be_cut)
{
    grid->column[column] = (struct column){title, may_be_cut};
}

void
grid_wrap_last(struct grid *grid)
{
    grid->wraps = true;
}

void
grid_add_row(struct grid *grid)
{
    grid->rows++;
    grid->cells = (char **)memory_resize((void *)grid->cells, grid->rows * grid->columns,
                                         sizeof(*grid->cells));
    for (size_t i = (grid->rows - 1) * grid->columns; i < grid->rows * grid->columns; i++)
        grid->cells[i] = NULL;
}

void
grid_set(struct grid *grid, size_t column, char *text)
{
    grid->cells[(grid->rows - 1) * grid->columns + column] = text;
}

static const char *
cell(const struct grid *grid, size_t row, size_t column)
{
    const char *text = grid->cells[row * grid->columns + column];

    return text == NULL ? "" : text;
}

static bool
is_number(const char *text)
{
    return *text == '\0' || text[strspn(text, "0123456789.,")] == '\0';
}

static void
measure(const struct grid *grid, struct layout *layout, size_t column)
{
    const char *title = grid->column[column].title;
    size_t width = 0;

    layout->is_right[column] = true;
    for (size_t row = 0; row < grid->rows; row++) {
        const char *text = cell(grid, row, column);
        size_t own = text_width(text);
        width = own > width ? own : width;
        layout->is_right[column] = layout->is_right[column] && is_number(text);
    }
    if (width > 0 && title != NULL && text_width(title) > width)
        width = text_width(title);
    layout->width[column] = width;
}

static size_t
total(const struct grid *grid, const struct layout *layout)
{
    size_t sum = 0;

    for (size_t c = 0; c < grid->columns; c++)
        sum += layout->width[c] == 0 ? 0 : layout->width[c] + (c == layout->last ? 0 : GAP);
    return sum;
}

static size_t
least_width(const struct grid *grid, const struct layout *layout, size_t column)
{
    return grid->wraps && column == layout->last ? LEAST_WRAPPED : LEAST_WIDTH;
}

/* Takes a character from the widest column that may be cut, or of all whose cells are no
 * numbers. False: none can. */
static bool
cut_one(const struct grid *grid, struct layout *layout, bool of_all)
{
    size_t widest = grid->columns;

    for (size_t c = 0; c < grid->columns; c++)
        if ((grid->column[c].may_be_cut || (of_all && !layout->is_right[c])) &&
            layout->width[c] > least_width(grid, layout, c) &&
            (widest == grid->columns || layout->width[c] >= layout->width[widest]))
            widest = c;
    if (widest == grid->columns)
        return false;
    layout->width[widest]--;
    return true;
}

static struct layout
lay_out(const struct grid *grid, unsigned width)
{
    struct layout layout = {0};

    for (size_t c = 0; c < grid->columns; c++) {
        measure(grid, &layout, c);
        if (layout.width[c] != 0)
            layout.last = c;
    }
    while (width != 0 && total(grid, &layout) > width &&
           (cut_one(grid, &layout, false) || cut_one(grid, &layout, true)))
        continue;
    return layout;
}

static void
print_cell(FILE *file, const struct layout *layout, size_t column, const char *text,
           bool is_last)
{
    char *fitting = text_cut(text, layout->width[column]);
    int padding = (int)(layout->width[column] - text_width(fitting));

    if (layout->is_right[column]) {
        fprintf(file, "%*s", padding, "");
        output_text(file, fitting);
    } else {
        output_text(file, fitting);
        if (!is_last)
            fprintf(file, "%*s", padding, "");
    }
    if (!is_last)
        fprintf(file, "%*s", GAP, "");
    free(fitting);
}

/* What follows the first line of a text in the last column. */
static void
print_below(FILE *file, const struct layout *layout, unsigned indent, char *const *lines)
{
    size_t start = indent;

    for (size_t c = 0; c < layout->last; c++)
        start += layout->width[c] == 0 ? 0 : layout->width[c] + GAP;
    for (; *lines != NULL; lines++) {
        fprintf(file, "%*s", (int)start, "");
        output_text(file, *lines);
        putc('\n', file);
    }
}

static void
print_row(FILE *file, const struct grid *grid, const struct layout *layout, unsigned indent,
          size_t row)
{
    size_t last = 0;

    for (size_t c = 0; c < grid->columns; c++)
        if (*cell(grid, row, c) != '\0')
            last = c;
    bool wraps = grid->wraps && last == layout->last;
    char **lines = text_wrap(cell(grid, row, last), wraps ? layout->width[last] : 0);
    fprintf(file, "%*s", (int)indent, "");
    for (size_t c = 0; c <= last; c++)
        if (layout->width[c] != 0)
            print_cell(file, layout, c, c == last ? lines[0] : cell(grid, row, c), c == last);
    putc('\n', file);
    print_below(file, layout, indent, lines + 1);
    text_wrap_free(&lines);
}

static void
print_titles(FILE *file, const struct grid *grid, const struct layout *layout, unsigned indent)
{
    bool has_titles = false;

    for (size_t c = 0; c < grid->columns; c++)
        has_titles = has_titles || grid->column[c].title != NULL;
    if (!has_titles)
        return;
    fprintf(file, "%*s", (int)indent, "");
    for (size_t c = 0; c < grid->columns; c++) {
        const char *title = grid->column[c].title;
        if (layout->width[c] != 0)
            print_cell(file, layout, c, title == NULL ? "" : title, c == layout->last);
    }
    putc('\n', file);
}

void
grid_print(FILE *file, const struct grid *grid, unsigned indent, unsigned width)
{
    struct layout layout = lay_out(grid, width > indent ? width - indent : width);

    print_titles(file, grid, &layout, indent);
    for (size_t row = 0; row < grid->rows; row++)
        print_row(file, grid, &layout, indent, row);
}
