/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ecs_listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROOM 64
#define TOKEN_START "arn:aws:ecs:"

void
ecs_listing_add(struct ecs_listing *listing, char *arn)
{
    if (listing->count == listing->room) {
        listing->room = listing->room == 0 ? ROOM : 2 * listing->room;
        listing->arns = memory_resize(listing->arns, listing->room, sizeof(*listing->arns));
    }
    listing->arns[listing->count++] = arn;
}

static int
compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
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

static const char *
read_token(struct aws_call *call)
{
    const char *token = aws_text(call, "nextToken");

    if (token != NULL && strncmp(token, TOKEN_START, strlen(TOKEN_START)) != 0)
        aws_fail(call, "InvalidParameterException", "The nextToken is not valid");
    return token == NULL ? "" : token;
}

static json_t *
give_page(const struct ecs_listing *listing, const char *member, const char *token, size_t size)
{
    json_t *array = json_array(), *output = json_pack("{s:o}", member, array);
    size_t first = 0, last;

    while (first < listing->count && strcmp(listing->arns[first], token) <= 0)
        first++;
    last = listing->count - first > size ? first + size : listing->count;
    for (size_t i = first; i < last; i++)
        json_array_append_new(array, json_string(listing->arns[i]));
    if (last < listing->count)
        json_object_set_new(output, "nextToken", json_string(listing->arns[last - 1]));
    return output;
}

json_t *
ecs_listing_end(struct ecs_listing *listing, struct aws_call *call, const char *member,
                size_t page_size)
{
    size_t size = read_size(call, page_size);
    const char *token = read_token(call);
    json_t *output = NULL;

    if (listing->count > 0)
        qsort(listing->arns, listing->count, sizeof(*listing->arns), compare);
    if (call->error_code == NULL)
        output = give_page(listing, member, token, size);
    for (size_t i = 0; i < listing->count; i++)
        free(listing->arns[i]);
    free(listing->arns);
    *listing = (struct ecs_listing){0};
    return output;
}
