/* SPDX-License-Identifier: Apache-2.0 */
/* A hash by "source object"; providers name few thousand objects at most, and only bad ones. */
#include "control/discovery/problems.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"

struct kept_problem {
    char *key;
    char *source, *object, *reason;
    uint64_t since_wall_us;
    UT_hash_handle hh;
};

struct problems {
    struct kept_problem *by_key; /* uthash keeps the order of insertion */
};

struct problems *
problems_new(void)
{
    return memory_take(1, sizeof(struct problems));
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
forget_one(struct problems *problems, struct kept_problem *kept)
{
    HASH_DEL(problems->by_key, kept);
    free(kept->key);
    free(kept->source);
    free(kept->object);
    free(kept->reason);
    free(kept);
}

void
problems_free(struct problems **problems)
{
    struct kept_problem *kept, *next;

    if (*problems == NULL)
        return;
    HASH_ITER (hh, (*problems)->by_key, kept, next)
        forget_one(*problems, kept);
    free(*problems);
    *problems = NULL;
}

static void
keep(struct problems *problems, char *key, const struct problem *problem)
{
    struct kept_problem *kept = memory_take(1, sizeof(*kept));

    kept->key = key;
    kept->source = memory_copy_text(problem->source);
    kept->object = memory_copy_text(problem->object);
    kept->reason = memory_copy_text(problem->reason);
    kept->since_wall_us = clock_wall_us();
    HASH_ADD_KEYPTR(hh, problems->by_key, kept->key, strlen(kept->key), kept);
}

bool
problems_set(struct problems *problems, const char *source, const char *object,
             const char *reason)
{
    char *key = memory_print("%s %s", source, object);
    struct kept_problem *kept;

    HASH_FIND_STR(problems->by_key, key, kept);
    bool is_same =
        kept == NULL ? reason == NULL : reason != NULL && strcmp(kept->reason, reason) == 0;
    if (is_same) {
        free(key);
        return false;
    }
    if (kept != NULL)
        forget_one(problems, kept);
    if (reason == NULL)
        free(key);
    else
        keep(problems, key, &(struct problem){source, object, reason, 0});
    return true;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
problems_forget(struct problems *problems, const char *source)
{
    struct kept_problem *kept, *next;

    HASH_ITER (hh, problems->by_key, kept, next) {
        if (strcmp(kept->source, source) == 0)
            forget_one(problems, kept);
    }
}

/* "WORD", "... WORD (ID)" or "... (WORDS-BEGINNING...)". */
static bool
is_called(const char *object, const char *word)
{
    const char *open = strrchr(object, '(');
    size_t length = strlen(word);

    if (strcmp(object, word) == 0)
        return true;
    if (open == NULL || length == 0)
        return false;
    size_t id_length = strcspn(open + 1, ")");
    if (strncmp(open + 1, word, length < id_length ? length : id_length) == 0 && length >= 4)
        return true;
    const char *name_end = open > object ? open - 1 : open;
    return (size_t)(name_end - object) >= length &&
           strncmp(name_end - length, word, length) == 0 &&
           (name_end - length == object || name_end[-(ptrdiff_t)length - 1] == ' ');
}

bool
problems_find(const struct problems *problems, const char *word, struct problem *found)
{
    for (struct kept_problem *kept = problems->by_key; kept != NULL; kept = kept->hh.next) {
        if (!is_called(kept->object, word))
            continue;
        *found =
            (struct problem){kept->source, kept->object, kept->reason, kept->since_wall_us};
        return true;
    }
    return false;
}

size_t
problems_count(const struct problems *problems)
{
    return HASH_COUNT(problems->by_key);
}

void
problems_each(const struct problems *problems,
              void (*visit)(void *argument, const struct problem *problem), void *argument)
{
    for (struct kept_problem *kept = problems->by_key; kept != NULL; kept = kept->hh.next) {
        visit(argument,
              &(struct problem){kept->source, kept->object, kept->reason, kept->since_wall_us});
    }
}
