/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting, placing and sorting the errors of a configuration. */
#include "model/config_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"

/* The way to a setting, "target_groups[0].health_check.path"; of an addition, from that on. New
 * memory. */
static char *
path_of(const struct config_node *node)
{
    if (node->parent == NULL || node->is_addition)
        return memory_copy_text("");
    char *way = path_of(node->parent);
    char *path;
    if (node->name == NULL)
        path = memory_print("%s[%u]", way, node->index);
    else
        path = memory_print("%s%s%s", way, *way == '\0' ? "" : ".", node->name);
    free(way);
    return path;
}

void
config_report_add_at(struct config_report *report, const char *file, unsigned line,
                     const char *reason)
{
    report->entries =
        memory_resize(report->entries, report->count + 1, sizeof(*report->entries));
    report->entries[report->count] = (struct config_report_entry){
        .file = memory_copy_text(file),
        .line = line,
        .sequence = report->count,
        .text = memory_copy_text(reason),
    };
    report->count++;
}

/* member "" speaks of the setting itself. Takes the reason over. */
static void
add(struct config_report *report, const struct config_node *setting, const char *member,
    char *reason)
{
    char *path = path_of(setting);
    const char *dot = *path == '\0' || *member == '\0' ? "" : ".";
    const char *colon = *path == '\0' && *member == '\0' ? "" : ": ";
    char *text = memory_print("%s%s%s%s%s%s", report->mark == NULL ? "" : report->mark, path,
                              dot, member, colon, reason);
    unsigned line = config_node_line(setting);
    const char *file = config_source_place(report->source, &line);

    config_report_add_at(report, file, line, text);
    free(text);
    free(path);
    free(reason);
}

__attribute__((format(printf, 1, 0))) static char *
print_reason(const char *format, va_list arguments)
{
    char *reason = NULL;

    CHECK(vasprintf(&reason, format, arguments) != -1);
    return reason;
}

void
config_report_add(struct config_report *report, const struct config_node *setting,
                  const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *reason = print_reason(format, arguments);
    va_end(arguments);
    add(report, setting, "", reason);
}

void
config_report_add_member(struct config_report *report, const struct config_node *group,
                         const char *member, const char *format, ...)
{
    const struct config_node *found = config_node_find(group, member);
    va_list arguments;

    va_start(arguments, format);
    char *reason = print_reason(format, arguments);
    va_end(arguments);
    if (found != NULL)
        add(report, found, "", reason);
    else
        add(report, group, member, reason);
}

void
config_report_add_syntax(struct config_report *report, const struct config_tree_error *error)
{
    unsigned line = error->line;
    const char *file = config_source_place(report->source, &line);

    config_report_add_at(report, file, line, error->text);
}

struct config_source_line
config_report_place(const struct config_report *report, const struct config_node *setting)
{
    return config_source_line(report->source, config_node_line(setting));
}

/* By file and line; those of one line as they were found. */
static int
compare_entries(const void *one, const void *other)
{
    const struct config_report_entry *left = one;
    const struct config_report_entry *right = other;
    int by_file = strcmp(left->file, right->file);

    if (by_file != 0)
        return by_file;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->sequence < right->sequence ? -1 : 1;
}

bool
config_report_finish(struct config_report *report, struct config_errors *errors)
{
    *errors = (struct config_errors){.count = report->count};
    if (report->count == 0)
        return false;
    qsort(report->entries, report->count, sizeof(*report->entries), compare_entries);
    errors->lines = memory_take(report->count, sizeof(*errors->lines));
    for (size_t i = 0; i < report->count; i++) {
        struct config_report_entry *entry = &report->entries[i];
        errors->lines[i] =
            entry->line == 0 ? memory_print("%s: %s", entry->file, entry->text)
                             : memory_print("%s:%u: %s", entry->file, entry->line, entry->text);
        text_make_printable(errors->lines[i]);
        free(entry->file);
        free(entry->text);
    }
    free(report->entries);
    report->entries = NULL;
    report->count = 0;
    return true;
}
