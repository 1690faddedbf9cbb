/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to grids. */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid.h"
#include "json_text.h"
#include "output.h"
#include "when.h"

enum { SHORT_ID_DIGITS = 12, LONG_ID_DIGITS = 64 };

char *
view_short_id(const char *text)
{
    size_t length = strlen(text);

    if (length != LONG_ID_DIGITS || strspn(text, "0123456789abcdef") != length)
        return memory_copy_text(text);
    return memory_copy_bytes(text, SHORT_ID_DIGITS);
}

/* Takes over the name. */
static void
add_member(struct grid *grid, char *name, const json_t *value)
{
    size_t index;
    json_t *element;
    const char *member;

    if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, member, element)
            add_member(grid, memory_print("%s.%s", name, member), element);
        free(name);
    } else if (json_is_object(json_array_get(value, 0))) {
        json_array_foreach ((json_t *)value, index, element)
            add_member(grid, memory_copy_text(name), element);
        free(name);
    } else {
        grid_add_row(grid);
        grid_set(grid, 0, name);
        grid_set(grid, 1, json_value_text(value));
    }
}

static void
print_members(FILE *file, const json_t *answer)
{
    struct grid *grid = grid_new(2);
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)answer, name, value)
        add_member(grid, memory_copy_text(name), value);
    grid_print(file, grid, 0, 0);
    grid_free(&grid);
}

static char *
column_text(const struct view_column *column, const json_t *row, bool is_wide)
{
    char *text = column->words != NULL ? column->words(row) : json_text(row, column->path);
    char *shown = NULL;

    if ((column->kind == VIEW_COUNT && strcmp(text, "0") == 0) ||
        (column->kind == VIEW_FLAG && strcmp(text, "no") == 0))
        shown = memory_copy_text("");
    else if (column->kind == VIEW_SINCE)
        shown = when_since(text);
    else if (column->kind == VIEW_SPAN && *text != '\0')
        shown = when_span(strtod(text, NULL));
    else if (column->kind == VIEW_ID && !is_wide)
        shown = view_short_id(text);
    if (shown == NULL)
        return text;
    free(text);
    return shown;
}

static void
print_rows(FILE *file, const struct view *view, const json_t *list,
           const struct view_size *size)
{
    const struct view_column *shown[GRID_COLUMNS_MAX];
    size_t count = 0, index;
    json_t *row;

    for (size_t i = 0; view->columns[i].title != NULL && count < GRID_COLUMNS_MAX; i++)
        if (!view->columns[i].is_wide || size->is_wide)
            shown[count++] = &view->columns[i];
    struct grid *grid = grid_new(count);
    for (size_t i = 0; i < count; i++)
        grid_set_title(grid, i, shown[i]->title,
                       shown[i]->kind == VIEW_TEXT || shown[i]->kind == VIEW_WRAP ||
                           shown[i]->kind == VIEW_ID);
    if (count > 0 && shown[count - 1]->kind == VIEW_WRAP)
        grid_wrap_last(grid);
    json_array_foreach ((json_t *)list, index, row) {
        grid_add_row(grid);
        for (size_t i = 0; i < count; i++)
            grid_set(grid, i, column_text(shown[i], row, size->is_wide));
    }
    grid_print(file, grid, 0, size->is_wide ? 0 : size->width);
    grid_free(&grid);
}

void
view_print(FILE *file, const struct view *view, const json_t *answer,
           const struct view_size *size)
{
    const json_t *list = view == NULL ? NULL : json_object_get(answer, view->list);
    const char *note = json_string_value(json_object_get(answer, "Text"));

    /* What holds for all rows: why a task is no target at all. */
    if (json_is_array(list) && note != NULL) {
        output_text(file, note);
        putc('\n', file);
    }
    if (note != NULL && json_object_size(answer) == 1) {
        output_text(file, note);
        putc('\n', file);
    } else if (!json_is_array(list)) {
        print_members(file, answer);
    } else if (json_array_size(list) == 0 && view->when_empty != NULL) {
        output_text(file, view->when_empty);
        putc('\n', file);
    } else {
        print_rows(file, view, list, size);
    }
}
