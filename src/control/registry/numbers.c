/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind is a table from text to number; counter rows change hands, free target rows are a
 * stack. */
#include "control/registry/numbers.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"
#include "ipc/counters.h"

struct numbered {
    char *text;
    uint32_t number;
    uint64_t base;       /* the newest one that asked for it; rows only */
    uint64_t retired_at; /* generation that came without it */
    UT_hash_handle hh;
};

struct numbers {
    struct numbered *listeners, *groups;
    struct numbered *rows[NUMBERS_ROW_KINDS];
    uint32_t *free_rows; /* a stack */
    uint32_t free_row_count;
    uint64_t base; /* counts them */
    uint64_t published, applied;
    void (*on_reuse)(void *argument, enum numbers_row kind, uint32_t row);
    void *on_reuse_argument;
};

struct numbers *
numbers_new(void)
{
    struct numbers *numbers = memory_take(1, sizeof(*numbers));

    numbers->free_rows = memory_take(COUNTERS_TARGET_ROWS, sizeof(*numbers->free_rows));
    for (uint32_t row = COUNTERS_TARGET_ROWS; row > 0; row--)
        numbers->free_rows[numbers->free_row_count++] = row - 1;
    return numbers;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
free_table(struct numbered **table)
{
    struct numbered *entry, *next;

    HASH_ITER (hh, *table, entry, next) {
        HASH_DEL(*table, entry);
        free(entry->text);
        free(entry);
    }
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
numbers_free(struct numbers **numbers)
{
    if (*numbers == NULL)
        return;
    free_table(&(*numbers)->listeners);
    free_table(&(*numbers)->groups);
    for (size_t kind = 0; kind < NUMBERS_ROW_KINDS; kind++)
        free_table(&(*numbers)->rows[kind]);
    free((*numbers)->free_rows);
    free(*numbers);
    *numbers = NULL;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static struct numbered *
find(struct numbered *table, const char *text)
{
    struct numbered *entry;

    HASH_FIND_STR(table, text, entry);
    return entry;
}

static struct numbered *
add(struct numbered **table, const char *text, uint32_t number)
{
    struct numbered *entry = memory_take(1, sizeof(*entry));

    entry->text = memory_copy_text(text);
    entry->number = number;
    HASH_ADD_KEYPTR(hh, *table, entry->text, strlen(entry->text), entry);
    return entry;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static uint32_t
next_number(struct numbered **table, const char *text, uint32_t limit)
{
    struct numbered *entry = find(*table, text);
    uint32_t count = HASH_COUNT(*table);

    if (entry == NULL)
        entry = add(table, text, count < limit ? count : limit - 1);
    return entry->number;
}

uint32_t
numbers_listener_id(struct numbers *numbers, const char *address)
{
    return next_number(&numbers->listeners, address, UINT32_MAX);
}

static bool
is_group_id(const struct numbers *numbers, uint32_t id)
{
    for (const struct numbered *entry = numbers->groups; entry != NULL;
         entry = entry->hh.next) {
        if (entry->number == id)
            return true;
    }
    return false;
}

static struct numbered *
find_group(struct numbers *numbers, const char *group)
{
    struct numbered *entry = find(numbers->groups, group);

    if (entry != NULL)
        return entry;
    uint64_t hash = slice_hash(SLICE_HASH_START, slice_of(group));
    uint32_t id = (uint32_t)(hash ^ (hash >> 32));
    while (is_group_id(numbers, id))
        id++;
    return add(&numbers->groups, group, id);
}

uint32_t
numbers_group_id(struct numbers *numbers, const char *group)
{
    return find_group(numbers, group)->number;
}

const char *
numbers_group_name(struct numbers *numbers, const char *group)
{
    return find_group(numbers, group)->text;
}

void
numbers_set_on_reuse(struct numbers *numbers,
                     void (*on_reuse)(void *argument, enum numbers_row kind, uint32_t row),
                     void *argument)
{
    numbers->on_reuse = on_reuse;
    numbers->on_reuse_argument = argument;
}

void
numbers_begin_base(struct numbers *numbers)
{
    numbers->base++;
}

/* Those that were asked for by the base before and are not by this one. */
static void
retire(const struct numbers *numbers, struct numbered *table)
{
    for (struct numbered *entry = table; entry != NULL; entry = entry->hh.next) {
        if (entry->base != numbers->base && entry->retired_at == 0)
            entry->retired_at = numbers->published + 1;
    }
}

void
numbers_end_base(struct numbers *numbers)
{
    for (size_t kind = 0; kind < NUMBERS_ROW_KINDS; kind++)
        retire(numbers, numbers->rows[kind]);
}

void
numbers_note_published(struct numbers *numbers, uint64_t generation)
{
    numbers->published = generation;
}

void
numbers_note_applied(struct numbers *numbers, uint64_t generation)
{
    numbers->applied = generation;
}

/* The longest retired of those that nobody works by any more; NULL: there is none. */
static struct numbered *
find_reusable(const struct numbers *numbers, struct numbered *table, uint32_t shared)
{
    struct numbered *found = NULL;

    for (struct numbered *entry = table; entry != NULL; entry = entry->hh.next) {
        bool is_free = entry->retired_at != 0 && entry->retired_at <= numbers->applied &&
                       entry->number != shared;
        if (is_free && (found == NULL || entry->retired_at < found->retired_at))
            found = entry;
    }
    return found;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
take_out(struct numbered **table, struct numbered *entry)
{
    HASH_DEL(*table, entry);
    free(entry->text);
    free(entry);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

/* The row of who has to go, or the shared one. */
static uint32_t
take_over(struct numbers *numbers, struct numbered **table, enum numbers_row kind,
          uint32_t shared)
{
    struct numbered *entry = find_reusable(numbers, *table, shared);
    uint32_t row = entry == NULL ? shared : entry->number;

    if (entry == NULL)
        return shared;
    take_out(table, entry);
    if (numbers->on_reuse != NULL)
        numbers->on_reuse(numbers->on_reuse_argument, kind, row);
    return row;
}

static const uint32_t row_limits[NUMBERS_ROW_KINDS] = {
    [NUMBERS_GROUP_ROW] = COUNTERS_GROUP_ROWS,
    [NUMBERS_ROUTE_ROW] = COUNTERS_ROUTE_ROWS,
    [NUMBERS_RULE_ROW] = COUNTERS_RULE_ROWS,
};

static uint32_t
row_of(struct numbers *numbers, enum numbers_row kind, const char *text)
{
    struct numbered **table = &numbers->rows[kind];
    uint32_t limit = row_limits[kind];
    struct numbered *entry = find(*table, text);

    if (entry == NULL) {
        uint32_t count = HASH_COUNT(*table);
        entry = add(table, text,
                    count < limit ? count : take_over(numbers, table, kind, limit - 1));
    }
    entry->base = numbers->base;
    entry->retired_at = 0;
    return entry->number;
}

uint32_t
numbers_group_row(struct numbers *numbers, const char *group)
{
    return row_of(numbers, NUMBERS_GROUP_ROW, group);
}

uint32_t
numbers_route_row(struct numbers *numbers, const char *listener, const char *group)
{
    char *text = memory_print("%s %s", listener, group);
    uint32_t row = row_of(numbers, NUMBERS_ROUTE_ROW, text);

    free(text);
    return row;
}

uint32_t
numbers_rule_row(struct numbers *numbers, const char *listener, unsigned priority)
{
    char *text = memory_print("%s %u", listener, priority);
    uint32_t row = row_of(numbers, NUMBERS_RULE_ROW, text);

    free(text);
    return row;
}

uint32_t
numbers_row_count(const struct numbers *numbers, enum numbers_row kind)
{
    uint32_t count = HASH_COUNT(numbers->rows[kind]);

    return count < row_limits[kind] ? count : row_limits[kind];
}

uint32_t
numbers_take_target_row(struct numbers *numbers)
{
    if (numbers->free_row_count == 0)
        return NUMBERS_NO_ROW;
    return numbers->free_rows[--numbers->free_row_count];
}

void
numbers_give_back_target_row(struct numbers *numbers, uint32_t row)
{
    CHECK(row < COUNTERS_TARGET_ROWS && numbers->free_row_count < COUNTERS_TARGET_ROWS);
    numbers->free_rows[numbers->free_row_count++] = row;
}

void
numbers_each_row(const struct numbers *numbers, enum numbers_row kind,
                 void (*visit)(void *argument, const char *text, uint32_t row), void *argument)
{
    for (const struct numbered *entry = numbers->rows[kind]; entry != NULL;
         entry = entry->hh.next)
        visit(argument, entry->text, entry->number);
}

void
numbers_put_row(struct numbers *numbers, enum numbers_row kind, const char *text, uint32_t row)
{
    if (row < row_limits[kind] && find(numbers->rows[kind], text) == NULL)
        add(&numbers->rows[kind], text, row);
}

void
numbers_keep_target_rows(struct numbers *numbers, const uint32_t *rows, size_t count)
{
    bool *is_kept = memory_take(COUNTERS_TARGET_ROWS, sizeof(*is_kept));

    for (size_t i = 0; i < count; i++)
        if (rows[i] < COUNTERS_TARGET_ROWS)
            is_kept[rows[i]] = true;
    numbers->free_row_count = 0;
    for (uint32_t row = COUNTERS_TARGET_ROWS; row > 0; row--)
        if (!is_kept[row - 1])
            numbers->free_rows[numbers->free_row_count++] = row - 1;
    free(is_kept);
}
