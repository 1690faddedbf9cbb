/* SPDX-License-Identifier: Apache-2.0 */
/* Commands by their names, which are one word or two, by beginnings of these, and by what was
 * nearly one. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "command.h"
#include "output.h"

/* What people swap, forget or double: how many letters differ, at most. */
static size_t
distance(const char *a, const char *b)
{
    size_t rows[2][32], width = strlen(b);

    if (width >= sizeof(rows[0]) / sizeof(rows[0][0]))
        return width;
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t *now = rows[i % 2], *above = rows[(i - 1) % 2];
        now[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t least = above[j - 1] + (a[i - 1] != b[j - 1]);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            now[j] = now[j - 1] + 1 < least ? now[j - 1] + 1 : least;
        }
    }
    return rows[strlen(a) % 2][width];
}

/* How the words given are like a name's own. */
struct likeness {
    int words;        /* of the name */
    bool is_whole;    /* each word of it was given */
    bool is_exact;    /* and none of them was shortened */
    bool is_possible; /* those that were given begin its own */
};

static struct likeness
compare_words(const char *name, char **words, int count)
{
    struct likeness likeness = {.is_whole = true, .is_exact = true, .is_possible = true};

    for (const char *own = name; own != NULL; likeness.words++) {
        size_t length = strcspn(own, " ");
        const char *given = likeness.words < count ? words[likeness.words] : NULL;
        size_t given_length = given == NULL ? 0 : strlen(given);
        likeness.is_whole = likeness.is_whole && given != NULL;
        likeness.is_exact = likeness.is_exact && given_length == length;
        likeness.is_possible = likeness.is_possible && given_length <= length &&
                               (given == NULL || strncmp(own, given, given_length) == 0);
        own = own[length] == '\0' ? NULL : own + length + 1;
    }
    return likeness;
}

/* Of those whose names the words begin: how many there are, and their names for people. */
struct candidates {
    const struct command *first;
    int words; /* of the first one's name; 0: some are missing */
    unsigned count;
    char *names;
};

static void
add_candidate(struct candidates *candidates, const struct command *command,
              const struct likeness *likeness)
{
    char *longer = memory_print("%s%s%s", candidates->count == 0 ? "" : candidates->names,
                                candidates->count == 0 ? "" : ", ", command->name);

    free(candidates->names);
    candidates->names = longer;
    if (candidates->count++ > 0)
        return;
    candidates->first = command;
    candidates->words = likeness->is_whole ? likeness->words : 0;
}

/* An exact name is the only candidate. */
static struct candidates
collect(char **words, int count)
{
    struct candidates candidates = {0};

    for (const struct command *command = commands; command->name != NULL; command++) {
        struct likeness likeness = compare_words(command->name, words, count);
        if (!likeness.is_possible)
            continue;
        if (likeness.is_whole && likeness.is_exact) {
            free(candidates.names);
            return (struct candidates){command, likeness.words, 1, NULL};
        }
        add_candidate(&candidates, command, &likeness);
    }
    return candidates;
}

static void
complain(const char *name)
{
    const struct command *nearest = NULL;
    size_t least = 3;

    for (const struct command *command = commands; command->name != NULL; command++) {
        size_t own = distance(name, command->name);
        if (own < least) {
            least = own;
            nearest = command;
        }
    }
    if (nearest != NULL)
        output_error("no command \"%s\"; did you mean %s?", name, nearest->name);
    else
        output_error("no command \"%s\"; fairleadctl help lists them", name);
}

/* A first word that some command has belongs with the second: "key lsit". */
static void
complain_of_words(char **words, int count)
{
    struct candidates begun = collect(words, 1);
    bool has_second = count > 1 && begun.count > 0;
    char *both =
        has_second ? memory_print("%s %s", words[0], words[1]) : memory_copy_text(words[0]);

    complain(both);
    free(both);
    free(begun.names);
}

const struct command *
command_match(char **words, int count, int *taken)
{
    struct candidates found = collect(words, count);

    free(found.names);
    *taken = found.words;
    return found.count == 1 && found.words > 0 ? found.first : NULL;
}

const struct command *
command_find(char **words, int count, int *taken)
{
    const struct command *command = command_match(words, count, taken);
    struct candidates found = collect(words, count);

    if (command == NULL && found.count == 0)
        complain_of_words(words, count);
    else if (command == NULL)
        output_error("\"%s\" may be %s", words[0], found.names);
    free(found.names);
    return command;
}
