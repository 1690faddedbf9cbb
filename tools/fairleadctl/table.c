/* SPDX-License-Identifier: Apache-2.0 */
/* Paths into JSON, and tables whose columns fit. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output.h"

enum { COLUMNS_MAX = 16 };

/* Cells in row order; owned by the function that prints. */
struct table {
    size_t columns;
    size_t rows;
    char **cells;
};

static void
add_row(struct table *table)
{
    table->rows++;
    table->cells =
        memory_resize(table->cells, table->rows * table->columns, sizeof *table->cells);
}

/* Text that grows; "separator" goes between additions. */
static void
append(char **text, const char *separator, char *addition)
{
    if (**text == '\0') {
        free(*text);
        *text = addition;
        return;
    }
    char *joined = memory_print("%s%s%s", *text, separator, addition);
    free(*text);
    free(addition);
    *text = joined;
}

static char *
number_text(double number)
{
    return memory_print(number >= 100 ? "%.0f" : "%.3g", number);
}

/* A scalar as people read it; arrays are joined, objects stay JSON. */
static char *
value_text(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return memory_copy_text(json_string_value(value));
    case JSON_INTEGER:
        return memory_print("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return number_text(json_real_value(value));
    case JSON_TRUE:
        return memory_copy_text("yes");
    case JSON_FALSE:
        return memory_copy_text("no");
    case JSON_NULL:
        return memory_copy_text("");
    default:
        break;
    }
    if (json_is_object(value))
        return json_dumps(value, JSON_COMPACT);
    char *text = memory_copy_text("");
    size_t index;
    json_t *element;
    json_array_foreach ((json_t *)value, index, element)
        append(&text, ", ", value_text(element));
    return text;
}

static char *path_text(const json_t *value, const char *path, size_t length);

/* The rest of a path for every element of an array, joined. */
static char *
elements_text(const json_t *array, const char *path, size_t length)
{
    char *text = memory_copy_text("");
    size_t index;
    json_t *element;
    json_array_foreach ((json_t *)array, index, element) {
        char *one = path_text(element, path, length);
        if (one != NULL)
            append(&text, ", ", one);
    }
    return text;
}

/* NULL where the path leads nowhere. */
static char *
path_text(const json_t *value, const char *path, size_t length)
{
    while (length != 0 && value != NULL) {
        const char *dot = memchr(path, '.', length);
        size_t step = dot == NULL ? length : (size_t)(dot - path);
        size_t taken = dot == NULL ? length : step + 1;
        if (step == 2 && memcmp(path, "[]", 2) == 0)
            return elements_text(value, path + taken, length - taken);
        char *name = memory_copy_bytes(path, step);
        value = json_object_get(value, name);
        free(name);
        path += taken;
        length -= taken;
    }
    return value == NULL || json_is_null(value) ? NULL : value_text(value);
}

char *
view_text(const json_t *object, const char *path)
{
    while (*path != '\0') {
        size_t length = strcspn(path, "|");
        char *text = path_text(object, path, length);
        if (text != NULL)
            return text;
        path += length + (path[length] == '|');
    }
    return memory_copy_text("");
}

/* Columns count characters, not bytes: UTF-8 continuation bytes take no room. */
static size_t
width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void
print_cell(FILE *file, const char *text, size_t padding)
{
    output_text(file, text);
    fprintf(file, "%*s", (int)padding, "");
}

static void
print_table(FILE *file, const struct table *table)
{
    size_t widths[COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        size_t width = width_of(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        size_t column = i % table->columns;
        int is_last = column + 1 == table->columns;
        size_t padding = is_last ? 0 : widths[column] - width_of(table->cells[i]) + 2;
        print_cell(file, table->cells[i], padding);
        if (is_last)
            putc('\n', file);
    }
}

static void
table_clear(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cells[i]);
    free(table->cells);
}

/* Takes over the name. */
static void
add_member(struct table *table, char *name, const json_t *value)
{
    size_t index;
    json_t *element;
    const char *member;
    if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, member, element)
            add_member(table, memory_print("%s.%s", name, member), element);
        free(name);
    } else if (json_is_object(json_array_get(value, 0))) {
        json_array_foreach ((json_t *)value, index, element)
            add_member(table, memory_copy_text(name), element);
        free(name);
    } else {
        add_row(table);
        table->cells[table->rows * 2 - 2] = name;
        table->cells[table->rows * 2 - 1] = value_text(value);
    }
}

static void
print_members(FILE *file, const json_t *answer)
{
    struct table table = {.columns = 2};
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)answer, name, value)
        add_member(&table, memory_copy_text(name), value);
    print_table(file, &table);
    table_clear(&table);
}

static size_t
count_columns(const struct view *view)
{
    size_t count = 0;
    while (view->columns[count].title != NULL && count < COLUMNS_MAX)
        count++;
    return count;
}

void
view_print(FILE *file, const struct view *view, const json_t *answer)
{
    const json_t *list = view == NULL ? NULL : json_object_get(answer, view->list);
    if (!json_is_array(list)) {
        print_members(file, answer);
        return;
    }
    struct table table = {.columns = count_columns(view)};
    add_row(&table);
    for (size_t c = 0; c < table.columns; c++)
        table.cells[c] = memory_copy_text(view->columns[c].title);
    size_t index;
    json_t *row;
    json_array_foreach ((json_t *)list, index, row) {
        add_row(&table);
        for (size_t c = 0; c < table.columns; c++) {
            char *text = view_text(row, view->columns[c].path);
            table.cells[(table.rows - 1) * table.columns + c] = text;
        }
    }
    print_table(file, &table);
    table_clear(&table);
}
