/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/aws/aws_arn.h"

#define TAGS_MAX 50
/* Reasons of one refusal that are told. */
#define REASONS_MOST 5

const struct object *
aws_edit_find(const struct aws_call *call, const char *id)
{
    return call->edit != NULL ? object_edit_find(call->edit, id)
                              : objects_find(call->parts->objects, id);
}

size_t
aws_edit_count(const struct aws_call *call)
{
    return call->edit != NULL ? object_edit_count(call->edit)
                              : objects_count(call->parts->objects);
}

const struct object *
aws_edit_at(const struct aws_call *call, size_t index)
{
    return call->edit != NULL ? object_edit_at(call->edit, index)
                              : objects_at(call->parts->objects, index);
}

const struct object *
aws_edit_object(const struct aws_call *call, const struct setting_places *places)
{
    if (places == NULL || places->own.line != 0)
        return NULL;
    return aws_edit_find(call, call->parts->config->files[places->own.file]);
}

const struct object *
aws_edit_own(struct aws_call *call, const struct setting_places *places, const char *what)
{
    const struct object *object = aws_edit_object(call, places);

    if (object != NULL)
        return object;
    char *place = config_place_text(call->parts->config, places == NULL ? NULL : &places->own);
    aws_fail(call, "OperationNotPermitted",
             "%s is defined in %s: change it there, then reload (fairleadctl reload)", what,
             place);
    free(place);
    return NULL;
}

void
aws_edit_make_id(char id[AWS_ID_SIZE])
{
    uint64_t number;

    random_fill(&number, sizeof(number));
    snprintf(id, AWS_ID_SIZE, "%016llx", (unsigned long long)number);
}

json_t *
aws_edit_document(const struct object *object)
{
    return json_deep_copy(object->document);
}

json_t *
aws_edit_part(json_t *document, const char *name)
{
    json_t *part = json_object_get(document, name);

    if (part == NULL) {
        part = json_object();
        json_object_set_new(document, name, part);
    }
    return part;
}

json_t *
aws_edit_settings(json_t *document)
{
    return aws_edit_part(document, "settings");
}

bool
aws_edit_check_tags(struct aws_call *call, const json_t *tags)
{
    if (json_object_size(tags) > TAGS_MAX)
        aws_fail(call, "TooManyTags", "An object may have %d tags at most", TAGS_MAX);
    return call->error_code == NULL;
}

json_t *
aws_edit_tags(struct aws_call *call)
{
    const json_t *list = json_object_get(call->input, "Tags"), *tag;
    json_t *tags = json_object();
    size_t index;

    json_array_foreach (list, index, tag) {
        const char *key = json_string_value(json_object_get(tag, "Key"));
        const char *value = json_string_value(json_object_get(tag, "Value"));
        if (strncasecmp(key, "aws:", 4) == 0)
            aws_fail(call, "ValidationError", "The tag key '%s' may not begin with 'aws:'",
                     key);
        if (json_object_get(tags, key) != NULL)
            aws_fail(call, "DuplicateTagKeys", "The tag key '%s' is given twice", key);
        json_object_set_new(tags, key, json_string(value == NULL ? "" : value));
    }
    if (aws_edit_check_tags(call, tags))
        return tags;
    json_decref(tags);
    return NULL;
}

/* Without the place, where that is the object which the call is about: it has just been named.
 */
static const char *
without_place(const struct aws_call *call, const char *line)
{
    const char *colon = strstr(line, ": ");

    if (colon == NULL)
        return line;
    char *place = memory_copy_bytes(line, (size_t)(colon - line));
    bool is_object = call->edit != NULL && object_edit_find(call->edit, place) != NULL;
    free(place);
    return is_object ? colon + 2 : line;
}

static void
fail_of_reasons(struct aws_call *call, const struct config_errors *errors)
{
    char *text = memory_copy_text("");

    for (size_t i = 0; i < errors->count && i < REASONS_MOST; i++) {
        char *longer = memory_print("%s%s%s", text, i == 0 ? "" : "; ",
                                    without_place(call, errors->lines[i]));
        free(text);
        text = longer;
    }
    aws_fail(call, "ValidationError", "%s", text);
    free(text);
}

void
aws_edit_note_outcome(struct aws_call *call, const struct objects_outcome *outcome)
{
    if (outcome->errors->count > 0) {
        fail_of_reasons(call, outcome->errors);
    } else if (outcome->reason != NULL) {
        log_error("a change by the API is not made: %s", outcome->reason);
        aws_fail(call, "ServiceUnavailable", "The change cannot be written to the disk: %s",
                 outcome->reason);
    }
}

json_t *
aws_edit_answer(struct aws_call *call, enum wire_operation_id read, json_t *input)
{
    json_decref(call->follow_input);
    call->follow = read;
    call->follow_input = input;
    return NULL;
}

json_t *
aws_edit_answer_about(struct aws_call *call, enum wire_operation_id read, const char *list,
                      const char *id)
{
    char *arn = aws_arn_of(call, id);
    json_t *input = json_pack("{s:[s]}", list, arn);

    free(arn);
    return aws_edit_answer(call, read, input);
}
