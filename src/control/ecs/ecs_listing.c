/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROOM 64
/* What a nextToken begins with. */
#define ARN_START "arn:aws:ecs:"
#define NAME_START "name:"

void
ecs_listing_add(struct ecs_listing *listing, char *arn)
{
    if (listing->count == listing->room) {
        listing->room = listing->room == 0 ? ROOM : 2 * listing->room;
        listing->arns = memory_resize(listing->arns, listing->room, sizeof(*listing->arns));
    }
    listing->arns[listing->count++] = arn;
}

/* What stands before the last colon, and the number behind it. */
static size_t
split(const char *text, unsigned long *number)
{
    const char *colon = strrchr(text, ':');

    *number = colon == NULL ? 0 : strtoul(colon + 1, NULL, 10);
    return colon == NULL ? strlen(text) : (size_t)(colon - text);
}

/* "web:9" comes before "web:10". */
static int
compare_texts(const char *one, const char *other)
{
    unsigned long first, second;
    size_t length = split(one, &first);

    if (split(other, &second) == length && strncmp(one, other, length) == 0 && first != second)
        return first < second ? -1 : 1;
    return strcmp(one, other);
}

static int
compare(const void *one, const void *other)
{
    return compare_texts(*(char *const *)one, *(char *const *)other);
}

static void
sort(struct ecs_listing *listing)
{
    if (listing->count > 0)
        qsort(listing->arns, listing->count, sizeof(*listing->arns), compare);
    for (size_t i = 0; i < listing->count / 2 && listing->is_descending; i++) {
        char **mirror = &listing->arns[listing->count - 1 - i], *text = *mirror;
        *mirror = listing->arns[i];
        listing->arns[i] = text;
    }
}

/* The number of ARNs that a page has at most; 0: the call has failed. */
static size_t
read_size(struct aws_call *call, size_t page_size)
{
    const json_t *size = json_object_get(call->input, "maxResults");
    json_int_t number = json_integer_value(size);

    if (size == NULL)
        return page_size;
    if (number >= 1 && number <= ECS_LISTING_PAGE)
        return (size_t)number;
    aws_fail(call, "InvalidParameterException", "maxResults must be from 1 to %d",
             ECS_LISTING_PAGE);
    return 0;
}

/* The last one of the page before; NULL: there was none. */
static const char *
read_token(struct aws_call *call, const struct ecs_listing *listing)
{
    const char *token = aws_text(call, "nextToken");
    const char *start = listing->is_of_names ? NAME_START : ARN_START;

    if (token == NULL)
        return NULL;
    if (strncmp(token, start, strlen(start)) != 0) {
        aws_fail(call, "InvalidParameterException", "The nextToken is not valid");
        return NULL;
    }
    return listing->is_of_names ? token + strlen(start) : token;
}

static bool
is_behind(const struct ecs_listing *listing, const char *text, const char *token)
{
    int order = compare_texts(text, token);

    return listing->is_descending ? order < 0 : order > 0;
}

static json_t *
give_page(const struct ecs_listing *listing, const char *member, const char *token, size_t size)
{
    json_t *array = json_array(), *output = json_pack("{s:o}", member, array);
    size_t first = 0, last;

    while (token != NULL && first < listing->count &&
           !is_behind(listing, listing->arns[first], token))
        first++;
    last = listing->count - first > size ? first + size : listing->count;
    for (size_t i = first; i < last; i++)
        json_array_append_new(array, json_string(listing->arns[i]));
    if (last < listing->count)
        json_object_set_new(output, "nextToken",
                            json_sprintf("%s%s", listing->is_of_names ? NAME_START : "",
                                         listing->arns[last - 1]));
    return output;
}

json_t *
ecs_listing_end(struct ecs_listing *listing, struct aws_call *call, const char *member,
                size_t page_size)
{
    size_t size = read_size(call, page_size);
    const char *token = read_token(call, listing);
    json_t *output = NULL;

    sort(listing);
    if (call->error_code == NULL)
        output = give_page(listing, member, token, size);
    for (size_t i = 0; i < listing->count; i++)
        free(listing->arns[i]);
    free(listing->arns);
    *listing = (struct ecs_listing){0};
    return output;
}
