/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that join several settings: names that must be unique or exist, settings that
 * exclude each other, ELBv2's bounds of conditions and actions. The checks walk the file's tree
 * and the structs read from it side by side, so that every error has its line.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_H

#include <libconfig.h>

#include "model/config.h"
#include "model/config_report.h"

struct config_check {
    struct config_report *report;
    const struct config *config;
    bool may_be_empty; /* no listener is no error */
};

/* Checks everything; root is the tree that config was read from, rules still in its order. */
void config_check(const struct config_check *check, const config_setting_t *root);

/* In config_check_rules.c: one listener's rules and default action. */
void config_check_rules(const struct config_check *check, const config_setting_t *place,
                        const struct config_listener *listener);

/* In config_check_counts.c: how much there is of everything. */
void config_check_counts(const struct config_check *check, const config_setting_t *root);

/* Reports a name of no target group, with the one that may have been meant. */
void config_check_group_name(const struct config_check *check, const config_setting_t *place,
                             const char *name);

/* The member of a group, an element of a list; NULL where the file has none. */
const config_setting_t *config_check_member(const config_setting_t *group, const char *name);
const config_setting_t *config_check_element(const config_setting_t *list, size_t index);

#endif
