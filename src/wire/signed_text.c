/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at signed_text_collect. Ambiguous forms are written as AWS's own SDKs do. */
#include "wire/signed_text.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "net/digest.h"
#include "wire/authorization.h"
#include "wire/canonical_request.h"
#include "wire/percent.h"

#define PRESIGNED_SIGNATURE "X-Amz-Signature"

/* A pair of the query, encoded. */
struct pair {
    struct slice name, value;
};

struct pairs {
    struct pair *at;
    size_t count;
    char *memory;
};

/* Encodes anew what came in any encoding; scratch has room for it decoded. */
static struct slice
encode_again(struct text *out, struct slice came, char *scratch)
{
    size_t start = out->length;

    percent_encode(out, slice_make(scratch, percent_decode(scratch, came, true)));
    return slice_make(out->at + start, out->length - start);
}

static int
compare_slices(struct slice one, struct slice other)
{
    size_t shorter = one.length < other.length ? one.length : other.length;
    int order = shorter == 0 ? 0 : memcmp(one.at, other.at, shorter);

    if (order != 0)
        return order;
    return one.length < other.length ? -1 : one.length > other.length;
}

static int
compare_pairs(const void *one, const void *other)
{
    const struct pair *first = one, *second = other;
    int order = compare_slices(first->name, second->name);

    return order != 0 ? order : compare_slices(first->value, second->value);
}

/* The pairs of a query, sorted. */
static void
read_pairs(struct pairs *pairs, struct slice query)
{
    struct slice came;
    size_t most = query.length / 2 + 1;
    char *scratch = memory_take(query.length + 1, 1);
    struct text out = text_over(memory_take(3 * query.length + 1, 1), 3 * query.length);

    *pairs = (struct pairs){memory_take(most, sizeof(*pairs->at)), 0, out.at};
    while (slice_next(&query, '&', &came)) {
        size_t equals = slice_find(came, '=');
        size_t value = equals < came.length ? equals + 1 : equals;
        struct pair *pair = &pairs->at[pairs->count];

        if (came.length == 0)
            continue;
        pair->name = encode_again(&out, slice_make(came.at, equals), scratch);
        pair->value =
            encode_again(&out, slice_make(came.at + value, came.length - value), scratch);
        pairs->count++;
    }
    qsort(pairs->at, pairs->count, sizeof(*pairs->at), compare_pairs);
    free(scratch);
}

static void
clear_pairs(struct pairs *pairs)
{
    free(pairs->at);
    free(pairs->memory);
}

static struct slice
pair_value(const struct pairs *pairs, struct slice name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (slice_equal(pairs->at[i].name, name))
            return pairs->at[i].value;
    return SLICE_NONE;
}

/* Without empty and "." segments, each ".." with the one before it, and encoded once more. */
static void
write_path(struct text *out, struct slice path)
{
    size_t start = out->length;
    bool ends_with_slash = path.length > 0 && path.at[path.length - 1] == '/';

    while (path.length > 0) {
        size_t end = slice_find(path, '/');
        struct slice segment = slice_make(path.at, end);
        size_t next = end < path.length ? end + 1 : end;

        path = slice_make(path.at + next, path.length - next);
        if (segment.length == 0 || slice_equal(segment, SLICE_LITERAL(".")))
            continue;
        if (slice_equal(segment, SLICE_LITERAL(".."))) {
            while (out->length > start && out->at[--out->length] != '/')
                ;
            continue;
        }
        text_add_byte(out, '/');
        percent_encode(out, segment);
    }
    if (out->length == start || ends_with_slash)
        text_add_byte(out, '/');
}

static void
write_query(struct text *out, const struct pairs *pairs)
{
    bool is_first = true;

    for (size_t i = 0; i < pairs->count; i++) {
        if (slice_equal(pairs->at[i].name, SLICE_LITERAL(PRESIGNED_SIGNATURE)))
            continue;
        if (!is_first)
            text_add_byte(out, '&');
        text_add_slice(out, pairs->at[i].name);
        text_add_byte(out, '=');
        text_add_slice(out, pairs->at[i].value);
        is_first = false;
    }
}

static bool
is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Runs of blanks are one space, and none stands at the ends. */
static void
write_value(struct text *out, struct slice value)
{
    bool is_after_blank = false, is_first = true;

    for (size_t i = 0; i < value.length; i++) {
        if (is_blank(value.at[i])) {
            is_after_blank = true;
            continue;
        }
        if (is_after_blank && !is_first)
            text_add_byte(out, ' ');
        text_add_byte(out, value.at[i]);
        is_after_blank = is_first = false;
    }
}

static void
write_fields(struct text *out, const struct signed_source *source, struct slice names)
{
    struct slice name, value;

    while (slice_next(&names, ';', &name)) {
        text_add_slice(out, name);
        text_add_byte(out, ':');
        for (size_t n = 0; source->field_at(source->argument, name, n, &value); n++) {
            if (n > 0)
                text_add_byte(out, ',');
            write_value(out, value);
        }
        text_add_byte(out, '\n');
    }
}

static void
write_payload(struct text *out, const struct signed_source *source)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];
    struct slice given;

    if (source->field_at(source->argument, SLICE_LITERAL("x-amz-content-sha256"), 0, &given)) {
        write_value(out, given);
        return;
    }
    digest_sha256(source->body, digest);
    digest_format(digest, text);
    text_add_slice(out, slice_of(text));
}

static void
write_canonical(struct text *out, const struct signed_source *source, const struct pairs *pairs,
                struct slice names)
{
    text_add_slice(out, source->method);
    text_add_byte(out, '\n');
    write_path(out, source->path);
    text_add_byte(out, '\n');
    write_query(out, pairs);
    text_add_byte(out, '\n');
    write_fields(out, source, names);
    text_add_byte(out, '\n');
    text_add_slice(out, names);
    text_add_byte(out, '\n');
    write_payload(out, source);
}

static bool
names_hold(struct slice names, struct slice wanted)
{
    struct slice name;

    while (slice_next(&names, ';', &name))
        if (slice_equal(name, wanted))
            return true;
    return false;
}

/* What tells a call's meaning must not be anybody's to change. */
static bool
are_fields_signed(const struct signed_source *source, struct slice names)
{
    static const struct slice where_sent[] = {SLICE_LITERAL("x-amz-target"),
                                              SLICE_LITERAL("content-type"),
                                              SLICE_LITERAL("content-encoding")};
    struct slice value;

    for (size_t i = 0; i < sizeof(where_sent) / sizeof(*where_sent); i++)
        if (source->field_at(source->argument, where_sent[i], 0, &value) &&
            !names_hold(names, where_sent[i]))
            return false;
    return names_hold(names, SLICE_LITERAL("host")) &&
           names_hold(names, SLICE_LITERAL("x-amz-date"));
}

/* Writes a parameter of a presigned URL; false: there is none. */
static bool
write_parameter(struct text *out, const struct pairs *pairs, const char *name)
{
    struct slice value = pair_value(pairs, slice_of(name));

    if (value.length > out->capacity - out->length)
        return false;
    out->length += percent_decode(out->at + out->length, value, false);
    return value.length > 0;
}

/* The field's form of a presigned URL's parameters. */
static bool
write_presigned(struct text *out, const struct pairs *pairs)
{
    text_add_literal(out, AUTHORIZATION_ALGORITHM " Credential=");
    if (!write_parameter(out, pairs, "X-Amz-Credential"))
        return false;
    text_add_literal(out, ", SignedHeaders=");
    if (!write_parameter(out, pairs, "X-Amz-SignedHeaders"))
        return false;
    text_add_literal(out, ", Signature=");
    return write_parameter(out, pairs, PRESIGNED_SIGNATURE) && !out->is_truncated &&
           slice_equal(pair_value(pairs, SLICE_LITERAL("X-Amz-Algorithm")),
                       SLICE_LITERAL(AUTHORIZATION_ALGORITHM));
}

/* The canonical request behind the authorization, which has been written. */
static enum sigv4_fault
write_signed(struct text *out, const struct signed_source *source, const struct pairs *pairs,
             bool is_presigned)
{
    struct authorization authorization;

    if (!authorization_read(&authorization, text_slice(out)))
        return SIGV4_MALFORMED;
    if (!is_presigned && !are_fields_signed(source, authorization.signed_names))
        return SIGV4_UNSIGNED_FIELD;
    size_t start = out->length;
    write_canonical(out, source, pairs, authorization.signed_names);
    return out->is_truncated || out->length - start > SIGNED_TEXT_BYTES_MAX ? SIGV4_TOO_LONG
                                                                            : SIGV4_SOUND;
}

/* Both texts, one behind the other. */
static enum sigv4_fault
collect(struct signed_text *signed_text, const struct signed_source *source,
        const struct pairs *pairs, struct slice field)
{
    const size_t capacity = AUTHORIZATION_BYTES_MAX + SIGNED_TEXT_BYTES_MAX;
    struct text out = text_over(memory_take(capacity, 1), AUTHORIZATION_BYTES_MAX);
    bool is_presigned = field.at == NULL;

    signed_text->memory = out.at;
    if (!is_presigned)
        text_add_slice(&out, field);
    if (out.is_truncated || (is_presigned && !write_presigned(&out, pairs)))
        return SIGV4_MALFORMED;
    size_t length = out.length;
    out.capacity = capacity;
    enum sigv4_fault fault = write_signed(&out, source, pairs, is_presigned);
    signed_text->authorization = slice_make(out.at, length);
    signed_text->canonical_request = slice_make(out.at + length, out.length - length);
    return fault;
}

enum sigv4_fault
signed_text_collect(struct signed_text *signed_text, const struct signed_source *source)
{
    enum sigv4_fault fault = SIGV4_SOUND;
    struct slice field = SLICE_NONE;
    struct pairs pairs;

    *signed_text = (struct signed_text){0};
    if (!source->field_at(source->argument, SLICE_LITERAL("authorization"), 0, &field))
        field = SLICE_NONE;
    read_pairs(&pairs, source->query);
    if (field.at != NULL || pair_value(&pairs, SLICE_LITERAL(PRESIGNED_SIGNATURE)).at != NULL)
        fault = collect(signed_text, source, &pairs, field);
    clear_pairs(&pairs);
    if (fault != SIGV4_SOUND)
        signed_text_clear(signed_text);
    return fault;
}

void
signed_text_clear(struct signed_text *signed_text)
{
    free(signed_text->memory);
    *signed_text = (struct signed_text){0};
}
