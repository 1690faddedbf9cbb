/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_arn.h"

#define PAGE_SIZE 400

json_t *
aws_fail(struct aws_call *call, const char *code, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    if (call->error_code != NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    call->error_code = code;
    call->error_message = memory_copy_text(text);
    return NULL;
}

json_t *
aws_fail_ourselves(struct aws_call *call, const char *code, const char *message)
{
    call->is_our_fault = call->error_code == NULL || call->is_our_fault;
    return aws_fail(call, code, "%s", message);
}

const char *
aws_text(const struct aws_call *call, const char *member)
{
    return json_string_value(json_object_get(call->input, member));
}

bool
aws_includes(const struct aws_call *call, const char *word)
{
    const json_t *list = json_object_get(call->input, "include"), *one;
    size_t index;

    json_array_foreach (list, index, one)
        if (strcmp(json_string_value(one), word) == 0)
            return true;
    return false;
}

bool
aws_wanted_begin(struct aws_wanted *wanted, struct aws_call *call, const char *member)
{
    *wanted = (struct aws_wanted){.list = json_object_get(call->input, member)};
    if (json_array_size(wanted->list) == 0)
        wanted->list = NULL;
    if (json_array_size(wanted->list) <= AWS_WANTED_MAX)
        return true;
    wanted->list = NULL;
    aws_fail(call, "ValidationError", "'%s' may have %d elements at most", member,
             AWS_WANTED_MAX);
    return false;
}

bool
aws_wanted_has(struct aws_wanted *wanted, const char *name)
{
    bool is_it = wanted->list == NULL;

    for (size_t i = 0; i < json_array_size(wanted->list); i++) {
        if (!aws_arn_is_same(json_string_value(json_array_get(wanted->list, i)), name))
            continue;
        wanted->is_found[i] = true;
        is_it = true;
    }
    return is_it;
}

bool
aws_wanted_end(const struct aws_wanted *wanted, struct aws_call *call, const char *code,
               const char *message)
{
    for (size_t i = 0; i < json_array_size(wanted->list); i++) {
        if (wanted->is_found[i])
            continue;
        aws_fail(call, code, "%s", message);
        return false;
    }
    return true;
}

void
aws_page_begin(struct aws_page *page, const struct aws_call *call)
{
    json_int_t size = json_integer_value(json_object_get(call->input, "PageSize"));

    *page = (struct aws_page){.marker = aws_text(call, "Marker"),
                              .left = size == 0 ? PAGE_SIZE : (size_t)size};
    page->has_begun = page->marker == NULL;
}

bool
aws_page_takes(struct aws_page *page, const char *key)
{
    if (!page->has_begun) {
        page->has_begun = strcmp(page->marker, key) == 0;
        return false;
    }
    if (page->left == 0) {
        page->has_more = true;
        return false;
    }
    page->left--;
    free(page->last);
    page->last = memory_copy_text(key);
    return true;
}

json_t *
aws_page_end(struct aws_page *page, struct aws_call *call, const char *member, json_t *array)
{
    json_t *output = json_pack("{s:o}", member, array);

    if (page->has_more)
        json_object_set_new(output, "NextMarker", json_string(page->last));
    free(page->last);
    if (page->has_begun)
        return output;
    json_decref(output);
    return aws_fail(call, "ValidationError", "The marker '%s' is not valid", page->marker);
}

size_t
aws_zone_count(const struct aws_call *call)
{
    size_t count = call->parts->config->zone_count;

    return count == 0 ? 1 : count;
}

const char *
aws_zone(const struct aws_call *call, size_t index)
{
    const struct config *config = call->parts->config;

    if (config->zone_count > 0)
        return config->zones[index].value;
    return config->zone == NULL ? AWS_ZONE : config->zone;
}
