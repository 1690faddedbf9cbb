/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of a task definition share. Private to task_definition*.c. */
#ifndef FAIRLEAD_MODEL_TASK_DEFINITION_CHECK_H
#define FAIRLEAD_MODEL_TASK_DEFINITION_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "model/host_reach.h"

struct definition_check {
    const json_t *definition;
    const json_t *containers; /* the definition's */
    const struct config_value *allow;
    size_t allow_count;
    const json_t *container; /* that is being checked */
    const char *name;        /* its */
    json_t *seen;            /* ports and names of mappings so far */
    char *fault;             /* the first, to free(); NULL: none */
};

/* A check is true, or has noted a fault. */
typedef bool definition_checker(struct definition_check *check);

/* All of them in turn, until one finds something. */
bool definition_check_all(struct definition_check *check, definition_checker *const *checkers,
                          size_t count);

/* The same for each container. */
bool definition_check_containers(struct definition_check *check, definition_checker *checker);

/* Notes the first fault, where a container is being checked behind its name. False. */
bool definition_fail(struct definition_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What stands at a way of names ("healthCheck.interval"); NULL: nothing. */
const json_t *definition_at(const json_t *from, const char *way);
const char *definition_text(const json_t *from, const char *way);

/* "bridge" where it says none. */
const char *definition_network(const struct definition_check *check);

/* 1 to most characters: letters, digits, and those of the others. */
bool definition_is_word(const char *text, size_t most, const char *others);
/* Absolute, without what has a meaning for engines (":"). */
bool definition_is_path(const char *text);

/* How many containers there are, and the place of the one of that name (as many: there is
 * none). The name ends at its length. */
size_t definition_count(const struct definition_check *check);
size_t definition_find(const struct definition_check *check, const char *name, size_t length);

/* task_definition_container.c, _ports.c, _relations.c, _volumes.c, _reach.c */
definition_checker definition_check_container, definition_check_ports,
    definition_check_relations, definition_check_volumes, definition_check_reach;

#endif
