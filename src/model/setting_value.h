/* SPDX-License-Identifier: Apache-2.0 */
/* One value of the configuration: from the text in the file to the member of its struct. */
#ifndef FAIRLEAD_MODEL_SETTING_VALUE_H
#define FAIRLEAD_MODEL_SETTING_VALUE_H

#include <stdbool.h>

#include "model/settings.h"

/* What a value may be written as. */
enum {
    WRITTEN_AS_NUMBER = 1 << 0,
    WRITTEN_AS_TEXT = 1 << 1,
    WRITTEN_AS_BOOL = 1 << 2,
};

unsigned setting_kind_forms(enum setting_kind kind);

/* "a number", "on or off": what a value of the kind is, for messages. */
const char *setting_kind_title(enum setting_kind kind);

/*
 * Reads the text into the setting's member of object (the struct of its scope), which keeps its
 * old value when false is returned; then *reason, the caller's, says what is wrong with it.
 */
bool setting_value_read(const struct setting *setting, const char *text, void *object,
                        char **reason);

/* The value of a setting that is no list, as a file would write it; new memory. NULL: it is a
 * text that there is not. */
char *setting_value_text(const struct setting *setting, const void *object);

/* The same setting of two objects. */
bool setting_values_are_equal(const struct setting *setting, const void *one,
                              const void *other);
void setting_value_copy(const struct setting *setting, const void *from, void *object);
void setting_values_swap(const struct setting *setting, void *one, void *other);

/* Whether the kind's member is a char * that the config owns. */
bool setting_kind_owns_text(enum setting_kind kind);

/* The member of an object. */
static inline void *
setting_member(const struct setting *setting, void *object)
{
    return (char *)object + setting->offset;
}

#endif
