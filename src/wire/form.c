/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/form.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/percent.h"

/* How many pairs there are at most. */
static size_t
count_pairs(struct slice text)
{
    size_t count = 1;

    for (size_t i = 0; i < text.length; i++)
        count += text.at[i] == '&';
    return count;
}

/* The decoded text at *end with its NUL, behind which *end is moved; NULL: it holds one. */
static const char *
take_text(char **end, struct slice encoded)
{
    char *text = *end;
    size_t length = percent_decode(text, encoded, true);

    text[length] = '\0';
    *end = text + length + 1;
    return memchr(text, '\0', length) == NULL ? text : NULL;
}

static const char *
read_pairs(struct form *form, struct slice text, size_t most)
{
    char *end = form->memory;
    struct slice encoded;

    while (slice_next(&text, '&', &encoded)) {
        size_t equals = slice_find(encoded, '=');
        size_t value = equals < encoded.length ? equals + 1 : equals;
        struct form_pair *pair = &form->pairs[form->count];

        if (encoded.length == 0)
            continue;
        if (form->count == most)
            return "has too many members";
        pair->name = take_text(&end, slice_make(encoded.at, equals));
        pair->value = take_text(&end, slice_make(encoded.at + value, encoded.length - value));
        if (pair->name == NULL || pair->value == NULL)
            return "has a byte 0";
        form->count++;
    }
    return NULL;
}

bool
form_read(struct form *form, struct slice text, size_t most, const char **error)
{
    size_t pairs = count_pairs(text);

    /* Each has a NUL behind its name and its value. */
    form->memory = memory_take(text.length + 2 * pairs, 1);
    form->pairs = memory_take(pairs < most ? pairs : most, sizeof(*form->pairs));
    form->count = 0;
    *error = read_pairs(form, text, most);
    if (*error != NULL)
        form_clear(form);
    return *error == NULL;
}

void
form_clear(struct form *form)
{
    free(form->pairs);
    free(form->memory);
    *form = (struct form){0};
}

const char *
form_value(const struct form *form, const char *name, size_t n)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->pairs[i].name, name) == 0 && n-- == 0)
            return form->pairs[i].value;
    return NULL;
}
