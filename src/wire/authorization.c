/* SPDX-License-Identifier: Apache-2.0 */
/* "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...", each once, in any order,
 * with or without spaces behind the commas. */
#include "wire/authorization.h"

#include <stddef.h>

#define SCOPE_END "aws4_request"
#define SIGNATURE_LENGTH 64
#define DAY_LENGTH 8
#define NAME_MAX_LENGTH 64 /* of a region or service */

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
is_key_byte(char byte)
{
    return slice_is_letter(byte) || is_digit(byte) || byte == '_';
}

static bool
is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || is_digit(byte) || byte == '-';
}

/* A field name in lower case (RFC 9110 5.6.2), or what stands between two. */
static bool
is_names_byte(char byte)
{
    return is_name_byte(byte) || (byte != '\0' && strchr("!#$%&'*+.^_`|~;", byte) != NULL);
}

static bool
is_hex_byte(char byte)
{
    return (byte >= 'a' && byte <= 'f') || is_digit(byte);
}

/* All of the text is such bytes, of which there are least to most. */
static bool
consists_of(struct slice text, bool (*is_one)(char byte), size_t least, size_t most)
{
    if (text.length < least || text.length > most)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!is_one(text.at[i]))
            return false;
    return true;
}

/* The text up to the next slash, which is taken off the rest. */
static struct slice
take_part(struct slice *rest)
{
    size_t end = slice_find(*rest, '/');
    struct slice part = slice_make(rest->at, end);

    end += end < rest->length;
    *rest = slice_make(rest->at + end, rest->length - end);
    return part;
}

bool
authorization_read_credential(struct authorization *authorization, struct slice value)
{
    struct slice rest = value;

    authorization->credential = value;
    authorization->key_id = take_part(&rest);
    authorization->scope = rest;
    authorization->day = take_part(&rest);
    authorization->region = take_part(&rest);
    authorization->service = take_part(&rest);
    return consists_of(authorization->key_id, is_key_byte, 1, AUTHORIZATION_KEY_ID_MAX) &&
           consists_of(authorization->day, is_digit, DAY_LENGTH, DAY_LENGTH) &&
           consists_of(authorization->region, is_name_byte, 1, NAME_MAX_LENGTH) &&
           consists_of(authorization->service, is_name_byte, 1, NAME_MAX_LENGTH) &&
           slice_equal(rest, SLICE_LITERAL(SCOPE_END));
}

static bool
take_credential(struct authorization *authorization, struct slice value)
{
    return authorization->credential.at == NULL &&
           authorization_read_credential(authorization, value);
}

static bool
take_names(struct authorization *authorization, struct slice value)
{
    bool is_first = authorization->signed_names.at == NULL;

    authorization->signed_names = value;
    return is_first && consists_of(value, is_names_byte, 1, AUTHORIZATION_BYTES_MAX);
}

static bool
take_signature(struct authorization *authorization, struct slice value)
{
    bool is_first = authorization->signature.at == NULL;

    authorization->signature = value;
    return is_first && consists_of(value, is_hex_byte, SIGNATURE_LENGTH, SIGNATURE_LENGTH);
}

static const struct {
    struct slice start;
    bool (*take)(struct authorization *authorization, struct slice value);
} members[] = {
    {SLICE_LITERAL("Credential="), take_credential},
    {SLICE_LITERAL("SignedHeaders="), take_names},
    {SLICE_LITERAL("Signature="), take_signature},
};

static bool
take_member(struct authorization *authorization, struct slice member)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        size_t length = members[i].start.length;
        if (slice_starts_with(member, members[i].start))
            return members[i].take(authorization,
                                   slice_make(member.at + length, member.length - length));
    }
    return false;
}

bool
authorization_read(struct authorization *authorization, struct slice value)
{
    const struct slice algorithm = SLICE_LITERAL(AUTHORIZATION_ALGORITHM " ");
    struct slice rest, member;

    *authorization = (struct authorization){0};
    if (!slice_starts_with(value, algorithm))
        return false;
    rest = slice_make(value.at + algorithm.length, value.length - algorithm.length);
    while (slice_next(&rest, ',', &member))
        if (!take_member(authorization, member))
            return false;
    return authorization->credential.at != NULL && authorization->signed_names.at != NULL &&
           authorization->signature.at != NULL;
}
