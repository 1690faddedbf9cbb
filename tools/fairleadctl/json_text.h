/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of the daemon's answers as text. A path is members joined by dots ("Target.Id");
 * alternatives stand between '|', the first that exists is taken. "[]" steps into every element
 * of an array and joins them with ", ".
 */
#ifndef FAIRLEADCTL_JSON_TEXT_H
#define FAIRLEADCTL_JSON_TEXT_H

#include <stdbool.h>

#include <jansson.h>

/* A value found by its path as text; "" where there is none. Give back with free(). */
char *json_text(const json_t *object, const char *path);

/* A value as people read it: arrays are joined, objects stay JSON. Give back with free(). */
char *json_value_text(const json_t *value);

/* The first text of a list of so many, and how many more there are. Give back with free(). */
char *json_first_and_more(const json_t *list, double count);

/* Members: 0, false, "" where there is none. The text belongs to the object. */
double json_number(const json_t *object, const char *name);
bool json_is_set(const json_t *object, const char *name);
const char *json_word(const json_t *object, const char *name);

#endif
