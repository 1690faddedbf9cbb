/* SPDX-License-Identifier: Apache-2.0 */
#include "model/host_reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ANY "*"

enum value_kind { VALUE_NONE, VALUE_NAME, VALUE_PATH };

static const struct {
    const char *word;
    enum value_kind value;
} kinds[HOST_REACH_COUNT] = {

#define HOST_REACH(id, word, value, permits) [HOST_REACH_##id] = {word, VALUE_##value},
#include "model/host_reach.def"
#undef HOST_REACH
};

char *
host_reach_entry(enum host_reach reach, const char *value)
{
    return kinds[reach].value == VALUE_NONE ? memory_copy_text(kinds[reach].word)
                                            : memory_print("%s:%s", kinds[reach].word, value);
}

/* Where the path's next step begins; its length, 0 at the end. */
static size_t
next_step(const char **path)
{
    while (**path == '/')
        (*path)++;
    return strcspn(*path, "/");
}

static bool
is_plain_path(const char *path)
{
    size_t length;

    if (*path != '/')
        return false;
    for (; (length = next_step(&path)) > 0; path += length)
        if (length <= 2 && strncmp(path, "..", length) == 0)
            return false;
    return true;
}

/* Step by step: "/srv" has "/srv/a", but not "/srvold". */
static bool
is_below(const char *path, const char *top)
{
    size_t length;

    for (; (length = next_step(&top)) > 0; top += length, path += length)
        if (next_step(&path) != length || strncmp(path, top, length) != 0)
            return false;
    return true;
}

static bool
has_value(enum value_kind kind, const char *entry, const char *value)
{
    if (value == NULL)
        return false;
    if (kind == VALUE_PATH)
        return is_plain_path(value) && is_plain_path(entry) && is_below(value, entry);
    return strcmp(entry, ANY) == 0 || strcmp(entry, value) == 0;
}

static bool
allows(const char *entry, enum host_reach reach, const char *value)
{
    size_t length = strlen(kinds[reach].word);

    if (strncmp(entry, kinds[reach].word, length) != 0)
        return false;
    if (kinds[reach].value == VALUE_NONE)
        return entry[length] == '\0';
    return entry[length] == ':' && has_value(kinds[reach].value, entry + length + 1, value);
}

bool
host_reach_allows(const struct config_value *entries, size_t count, enum host_reach reach,
                  const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (allows(entries[i].value, reach, value))
            return true;
    return false;
}

static char *
value_fault(enum host_reach reach, const char *value)
{
    const char *word = kinds[reach].word;

    switch (kinds[reach].value) {
    case VALUE_NONE:
        return value == NULL ? NULL : memory_print("\"%s\" has no value behind it", word);
    case VALUE_NAME:
        return value != NULL && *value != '\0'
                   ? NULL
                   : memory_print("\"%s\" must say which: \"%s:NAME\", or \"%s:*\"", word, word,
                                  word);
    case VALUE_PATH:
        return value != NULL && is_plain_path(value)
                   ? NULL
                   : memory_print("\"%s\" must say below which absolute path: \"%s:/PATH\"",
                                  word, word);
    }
    return NULL;
}

static char *
unknown(const char *entry)
{
    char *words = memory_copy_text("");

    for (size_t i = 0; i < HOST_REACH_COUNT; i++) {
        char *longer = memory_print("%s%s%s", words, i == 0 ? "" : ", ", kinds[i].word);
        free(words);
        words = longer;
    }
    char *fault = memory_print("\"%s\" is none of: %s", entry, words);
    free(words);
    return fault;
}

char *
host_reach_entry_fault(const char *entry)
{
    size_t length = strcspn(entry, ":");
    const char *value = entry[length] == ':' ? entry + length + 1 : NULL;

    for (size_t i = 0; i < HOST_REACH_COUNT; i++)
        if (strlen(kinds[i].word) == length && strncmp(entry, kinds[i].word, length) == 0)
            return value_fault((enum host_reach)i, value);
    return unknown(entry);
}
