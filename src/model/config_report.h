/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a configuration, collected with the places in the file, so that people see
 * all of it at once and in the file's order.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_REPORT_H
#define FAIRLEAD_MODEL_CONFIG_REPORT_H

#include "model/config.h"
#include "model/config_source.h"
#include "model/config_tree.h"

struct config_report_entry {
    char *file;
    unsigned line;
    size_t sequence;
    char *text;
};

struct config_report {
    const struct config_source *source; /* knows where the tree's lines come from */
    const char *mark;                   /* before each reason, "warning: "; NULL: nothing */
    struct config_report_entry *entries;
    size_t count;
};

/* Adds "FILE:LINE: reason"; line 0: file is the place of an addition (config_additions.h), and
 * the line "PLACE: reason". */
void config_report_add_at(struct config_report *report, const char *file, unsigned line,
                          const char *reason);

/* Adds "FILE:LINE: PATH: reason" for a setting; only "FILE:LINE: reason" for the root. */
void config_report_add(struct config_report *report, const struct config_node *setting,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a member of a group, "a.b" below it; where it is not in the file, for the group
 * itself. */
void config_report_add_member(struct config_report *report, const struct config_node *group,
                              const char *member, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds what the parser says about a text that it cannot read. */
void config_report_add_syntax(struct config_report *report,
                              const struct config_tree_error *error);

/* Where a setting stands. */
struct config_source_line config_report_place(const struct config_report *report,
                                              const struct config_node *setting);

/* Gives the sorted lines to errors and empties the report; true when there were any. */
bool config_report_finish(struct config_report *report, struct config_errors *errors);

#endif
