/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quarantine: objects of providers (containers, files, events) that cannot be used, each
 * with its reason and since when. One bad object changes nothing for the others.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_PROBLEMS_H
#define FAIRLEAD_CONTROL_DISCOVERY_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct problems;

struct problem {
    const char *source; /* provider's name, or "configuration" */
    const char *object;
    const char *reason;
    uint64_t since_wall_us;
};

struct problems *problems_new(void);
void problems_free(struct problems **problems);

/* Sets or replaces the reason; NULL: the object is well again. True when that is news. */
bool problems_set(struct problems *problems, const char *source, const char *object,
                  const char *reason);

/* Forgets all of one source (it was removed from the configuration). */
void problems_forget(struct problems *problems, const char *source);

/* One about a container or task by its name, its id or the beginning of that: objects are
 * called "NAME (ID)", with a word in front. Borrowed until the next change. */
bool problems_find(const struct problems *problems, const char *word, struct problem *found);

size_t problems_count(const struct problems *problems);

/* Calls visit for each, oldest first. */
void problems_each(const struct problems *problems,
                   void (*visit)(void *argument, const struct problem *problem),
                   void *argument);

#endif
