/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that join several settings: names that must be unique or exist, settings that
 * exclude each other, ELBv2's bounds of conditions and actions. The checks walk the file's tree
 * and the structs read from it side by side, so that every error has its line.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_H

#include "model/config_check_places.h"

/* Checks everything; root is the tree that config was read from, rules still in its order. */
void config_check(const struct config_check *check, const struct config_node *root);

#endif
