/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of the fields that frame messages and connections. */
#include "http/framing.h"

#include "http/bytes.h"

enum framing_length
framing_read_length(struct http_head *head)
{
    const struct http_field *field = http_head_find(head, HTTP_FIELD_CONTENT_LENGTH);
    enum framing_length found = FRAMING_LENGTH_ONE;
    uint64_t number = 0;

    if (field == NULL)
        return FRAMING_LENGTH_NONE;
    if (!slice_to_number(field->value, INT64_MAX, &head->content_length))
        return FRAMING_LENGTH_BAD;
    while ((field = http_head_find_next(head, field)) != NULL) {
        if (!slice_to_number(field->value, INT64_MAX, &number))
            return FRAMING_LENGTH_BAD;
        if (number != head->content_length)
            return FRAMING_LENGTH_DIFFERING;
        found = FRAMING_LENGTH_REPEATED;
    }
    head->has_content_length = true;
    return found;
}

/* One more coding behind those found so far. */
static enum framing_codings
add_coding(enum framing_codings found, struct slice coding)
{
    bool is_chunked = slice_equal_ignoring_case(coding, SLICE_LITERAL("chunked"));

    if (found == FRAMING_CODINGS_BAD || !http_is_token(coding))
        return FRAMING_CODINGS_BAD;
    if (found == FRAMING_CODINGS_NONE)
        return is_chunked ? FRAMING_CODINGS_CHUNKED : FRAMING_CODINGS_UNKNOWN;
    if (found == FRAMING_CODINGS_CHUNKED)
        return is_chunked ? FRAMING_CODINGS_TWICE : FRAMING_CODINGS_NOT_LAST;
    if (found == FRAMING_CODINGS_NOT_LAST && is_chunked)
        return FRAMING_CODINGS_TWICE;
    return found;
}

enum framing_codings
framing_read_codings(const struct http_head *head)
{
    const struct http_field *field = http_head_find(head, HTTP_FIELD_TRANSFER_ENCODING);
    enum framing_codings found = FRAMING_CODINGS_NONE;

    for (; field != NULL; field = http_head_find_next(head, field)) {
        struct slice rest = field->value;
        struct slice coding;
        while (slice_next(&rest, ',', &coding))
            found = add_coding(found, coding);
    }
    return found;
}

static void
drop_named(struct http_head *head, struct slice name)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];
        if (http_field_class(field->id) == HTTP_END_TO_END &&
            slice_equal_ignoring_case(field->name, name))
            field->is_dropped = true;
    }
}

static void
read_option(struct http_head *head, struct slice option, struct framing_options *options)
{
    if (slice_equal_ignoring_case(option, SLICE_LITERAL("close")))
        options->closes = true;
    else if (slice_equal_ignoring_case(option, SLICE_LITERAL("keep-alive")))
        options->keeps_alive = true;
    else if (slice_equal_ignoring_case(option, SLICE_LITERAL("upgrade")))
        options->upgrades = true;
    else if (option.length != 0 && ++options->named <= FRAMING_NAMED_MAX)
        drop_named(head, option);
}

struct framing_options
framing_read_connection(struct http_head *head)
{
    struct framing_options options = {.named = 0};

    for (size_t i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];
        struct slice rest = field->value;
        struct slice option;
        if (http_field_class(field->id) == HTTP_HOP_BY_HOP)
            field->is_dropped = true;
        while (field->id == HTTP_FIELD_CONNECTION && slice_next(&rest, ',', &option))
            read_option(head, option, &options);
    }
    return options;
}

/* Letters and digits only, in lower case, are compared. */
static bool
reads_like(struct slice name, const char *squeezed)
{
    for (size_t i = 0; i < name.length; i++) {
        char byte = slice_lower(name.at[i]);
        if (!http_byte_is(byte, HTTP_BYTE_PLAIN) || byte == '-')
            continue;
        if (byte != *squeezed++)
            return false;
    }
    return *squeezed == '\0';
}

bool
framing_is_hidden_in(struct slice name)
{
    return name.length >= sizeof("contentlength") - 1 &&
           (reads_like(name, "contentlength") || reads_like(name, "transferencoding"));
}
