/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind is a table from text to number that only grows; free target rows are a stack. */
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
    UT_hash_handle hh;
};

struct numbers {
    struct numbered *listeners, *groups, *group_rows, *route_rows;
    uint32_t *free_rows; /* a stack */
    uint32_t free_row_count;
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
    free_table(&(*numbers)->group_rows);
    free_table(&(*numbers)->route_rows);
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

uint32_t
numbers_group_row(struct numbers *numbers, const char *group)
{
    return next_number(&numbers->group_rows, group, COUNTERS_GROUP_ROWS);
}

uint32_t
numbers_route_row(struct numbers *numbers, const char *listener, const char *group)
{
    char *text = memory_print("%s %s", listener, group);
    uint32_t row = next_number(&numbers->route_rows, text, COUNTERS_ROUTE_ROWS);

    free(text);
    return row;
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
