/* SPDX-License-Identifier: Apache-2.0 */
/* Names, values and places stand in columns; what is longer than its column goes on below. */
#include "config_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config_tree.h"
#include "json_text.h"
#include "output.h"
#include "terminal.h"
#include "text_width.h"
#include "text_wrap.h"
#include "when.h"

enum { INDENT = 2, GAP = 2, NAME_MOST = 44, PLACE_MOST = 30, VALUE_LEAST = 10, NAME_LEAST = 8 };

struct columns {
    size_t name, value, place; /* widths; value 0: as wide as it gets */
};

struct screen {
    FILE *file;
    const char *main_file;
    unsigned width; /* 0: as wide as it gets */
    struct columns columns;
};

/* As a file writes it; "none" where there is nothing. */
static char *
value_words(const json_t *value)
{
    if (json_is_boolean(value))
        return memory_copy_text(json_is_true(value) ? "true" : "false");
    if (value == NULL || json_is_null(value) ||
        (json_is_array(value) && json_array_size(value) == 0))
        return memory_copy_text("none");
    char *text = json_value_text(value);
    if (*text != '\0')
        return text;
    free(text);
    return memory_copy_text("\"\"");
}

static char *
value_text(const json_t *row)
{
    const json_t *later = json_object_get(row, "AfterRestart");
    char *text = value_words(json_object_get(row, "Value"));

    if (later == NULL)
        return text;
    char *then = value_words(later);
    char *both = memory_print("%s (%s after a restart)", text, then);
    free(text);
    free(then);
    return both;
}

/* Shown relative to the main file's folder, as @include would name it. */
static const char *
short_file(const struct screen *screen, const char *file)
{
    const char *slash = strrchr(screen->main_file, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - screen->main_file) + 1;

    return strncmp(file, screen->main_file, length) == 0 ? file + length : file;
}

/* "idle_timeout" of "load_balancer.attributes.idle_timeout.timeout_seconds". */
static char *
last_group(const char *path)
{
    const char *end = strrchr(path, '.'), *start = end == NULL ? path : end;

    while (start > path && start[-1] != '.')
        start--;
    return end == NULL ? memory_copy_text(path)
                       : memory_copy_bytes(start, (size_t)(end - start));
}

static char *
place_text(const struct screen *screen, const json_t *row)
{
    const char *file = json_word(row, "File"), *followed = json_word(row, "Follows");

    if (*file != '\0' && json_is_null(json_object_get(row, "Line")))
        return memory_copy_text("API"); /* its path says which object it is */
    if (*file != '\0')
        return memory_print("%s:%.0f", short_file(screen, file), json_number(row, "Line"));
    if (*followed == '\0')
        return memory_copy_text(row == NULL ? "" : "default");
    char *group = last_group(followed);
    char *text = memory_print("as %s", group);
    free(group);
    return text;
}

static void
grow(size_t *width, size_t own, size_t most)
{
    own = own > most ? most : own;
    *width = own > *width ? own : *width;
}

/* Groups and elements take no part: they have no value, and may reach over its column. */
static void
measure(struct screen *screen, const struct config_node *node, size_t indent)
{
    for (size_t i = 0; i < node->child_count; i++) {
        const struct config_node *child = node->children[i];
        char *place = place_text(screen, child->row);
        grow(&screen->columns.place, text_width(place), PLACE_MOST);
        free(place);
        if (child->child_count == 0 && !json_is_set(child->row, "IsElement"))
            grow(&screen->columns.name, indent + text_width(child->label), NAME_MOST);
        measure(screen, child, indent + INDENT);
    }
}

static void
lay_out(struct screen *screen)
{
    size_t width = screen->width;
    struct columns *columns = &screen->columns;
    size_t others = columns->name + GAP + GAP + columns->place;

    columns->value = width == 0                     ? 0
                     : width > others + VALUE_LEAST ? width - others
                                                    : VALUE_LEAST;
}

/* Fills up to a column; on a line of its own where that has been passed. */
static void
pad(FILE *file, size_t used, size_t column)
{
    if (used + GAP > column + GAP)
        fprintf(file, "\n%*s", (int)(column + GAP), "");
    else
        fprintf(file, "%*s", (int)(column + GAP - used), "");
}

/* Returns where it ends. A long one goes on below. */
static size_t
print_name(const struct screen *screen, const struct config_node *node, size_t indent)
{
    size_t room = screen->width > indent + NAME_LEAST ? screen->width - indent : NAME_LEAST;
    char **lines = text_wrap(node->label, screen->width == 0 ? 0 : room);
    size_t end = indent;

    for (size_t i = 0; lines[i] != NULL; i++) {
        fprintf(screen->file, "%s%*s", i == 0 ? "" : "\n", (int)indent, "");
        output_text(screen->file, lines[i]);
        end = indent + text_width(lines[i]);
    }
    text_wrap_free(&lines);
    return end;
}

static void
print_value(const struct screen *screen, const struct config_node *node, const char *place)
{
    const struct columns *columns = &screen->columns;
    char *value = value_text(node->row);
    char **lines = text_wrap(value, columns->value);

    for (size_t i = 0; lines[i] != NULL; i++) {
        if (i > 0)
            fprintf(screen->file, "\n%*s", (int)(columns->name + GAP), "");
        output_text(screen->file, lines[i]);
        if (i > 0)
            continue;
        size_t used = text_width(lines[i]);
        size_t width = columns->value > used ? columns->value - used : 0;
        fprintf(screen->file, "%*s", (int)(width + GAP), "");
        output_text(screen->file, place);
    }
    text_wrap_free(&lines);
    free(value);
}

static void
print_heading(const struct screen *screen, const struct config_node *node, size_t indent,
              const char *place)
{
    const struct columns *columns = &screen->columns;

    terminal_tone(screen->file, TONE_STRONG);
    size_t end = print_name(screen, node, indent);
    terminal_tone(screen->file, TONE_PLAIN);
    if (*place == '\0')
        return;
    pad(screen->file, end, columns->name + GAP + columns->value);
    output_text(screen->file, place);
}

static void
print_setting(const struct screen *screen, const struct config_node *node, size_t indent,
              const char *place)
{
    bool is_default = json_is_set(node->row, "IsDefault");

    terminal_tone(screen->file, is_default ? TONE_DIM : TONE_PLAIN);
    size_t end = print_name(screen, node, indent);
    pad(screen->file, end, screen->columns.name);
    print_value(screen, node, place);
    terminal_tone(screen->file, TONE_PLAIN);
}

static void
print_nodes(const struct screen *screen, const struct config_node *node, size_t indent)
{
    for (size_t i = 0; i < node->child_count; i++) {
        const struct config_node *child = node->children[i];
        char *place = place_text(screen, child->row);
        if (child->row == NULL || json_is_set(child->row, "IsElement"))
            print_heading(screen, child, indent, place);
        else
            print_setting(screen, child, indent, place);
        putc('\n', screen->file);
        free(place);
        print_nodes(screen, child, indent + INDENT);
    }
}

static void
print_head(FILE *file, const json_t *answer, unsigned width)
{
    char *age = when_since(json_word(answer, "ConfiguredAt"));
    char *text =
        memory_print("configuration from %s%s%s%s", json_word(answer, "ConfigurationFile"),
                     *age == '\0' ? "" : ", read ", age, *age == '\0' ? "" : " ago");

    output_paragraph(file, "", text, width);
    free(text);
    free(age);
}

void
config_screen_print(FILE *file, const json_t *answer, unsigned width)
{
    const json_t *rows = json_object_get(answer, "Settings");
    struct config_node *root = config_tree_new(rows);
    struct screen screen = {
        .file = file, .main_file = json_word(answer, "ConfigurationFile"), .width = width};

    print_head(file, answer, width);
    measure(&screen, root, 0);
    lay_out(&screen);
    print_nodes(&screen, root, 0);
    config_tree_free(&root);
}

/* "changed  limits.fields  fairlead.conf:3", and below it from what to what. */
static void
print_change(const struct screen *screen, const json_t *row, unsigned width)
{
    const char *change = json_word(row, "Change");
    bool is_removed = strcmp(change, "removed") == 0;
    char *place = is_removed ? memory_copy_text("") : place_text(screen, row);
    char *head = memory_print("  %-7s  ", change);
    char *text =
        memory_print(*place == '\0' ? "%s%s" : "%s (%s)", json_word(row, "Path"), place);

    output_paragraph(screen->file, head, text, width);
    free(head);
    free(text);
    free(place);
    if (json_is_set(row, "IsElement"))
        return;
    char *now = value_words(json_object_get(row, "Running"));
    char *then = value_words(json_object_get(row, "InFile"));
    char *values =
        memory_print("%s -> %s%s", now, then,
                     json_is_set(row, "NeedsRestart") ? ", only with a restart" : "");
    output_paragraph(screen->file, "           ", values, width);
    free(values);
    free(then);
    free(now);
}

static void
print_refusals(FILE *file, const json_t *refusals, unsigned width)
{
    size_t index;
    json_t *line;

    json_array_foreach ((json_t *)refusals, index, line) {
        terminal_tone(file, TONE_BAD);
        output_paragraph(file, "  ! ", json_string_value(line), width);
        terminal_tone(file, TONE_PLAIN);
    }
}

void
config_screen_print_difference(FILE *file, const json_t *answer, unsigned width)
{
    const json_t *changes = json_object_get(answer, "Changes");
    struct screen screen = {.file = file, .main_file = json_word(answer, "ConfigurationFile")};
    double count = json_number(answer, "Count");
    size_t index;
    json_t *row;

    char *head =
        memory_print("a reload of %s: %s", screen.main_file, json_word(answer, "Text"));
    output_paragraph(file, "", head, width);
    free(head);
    print_refusals(file, json_object_get(answer, "Refusals"), width);
    json_array_foreach ((json_t *)changes, index, row)
        print_change(&screen, row, width);
    if (count > (double)json_array_size(changes))
        fprintf(file, "  and %.0f more\n", count - (double)json_array_size(changes));
}
