/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What needs somebody, and why: control knows, and is asked once a second while anybody looks.
 */
#ifndef FAIRLEAD_API_NEEDS_H
#define FAIRLEAD_API_NEEDS_H

#include <stdbool.h>

#include "api/control_calls.h"
#include "base/slice.h"

struct needs;

struct needs *needs_new(struct control_calls *calls);
void needs_free(struct needs **needs);

/* A JSON array, empty while nothing is known. Valid until the next turn. */
struct slice needs_json(const struct needs *needs);

/* How many things that are, also those beyond the array's. */
unsigned needs_count(const struct needs *needs);

bool needs_are_known(const struct needs *needs);

/* Asks control, unless it is being asked. */
void needs_ask(struct needs *needs);

/* Calls once, now or later, when what is known is of this second, or cannot be had. */
void needs_when_fresh(struct needs *needs, void (*on_fresh)(void *argument), void *argument);

#endif
