/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as strangers send them to the api role: method, path, query, fields and body between
 * bytes 0. What is collected of a signed one is what control reads: the same path, and the same
 * parameters, whatever their encoding and order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "wire/authorization.h"
#include "wire/canonical_request.h"
#include "wire/form.h"
#include "wire/percent.h"
#include "wire/signed_text.h"

#define PARAMETERS_MAX 10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
field_at(const void *argument, struct slice name, size_t n, struct slice *value)
{
    struct slice rest = *(const struct slice *)argument, line;

    while (slice_next(&rest, '\n', &line)) {
        size_t colon = slice_find(line, ':');
        if (colon == line.length ||
            !slice_equal_ignoring_case(slice_make(line.at, colon), name) || n-- > 0)
            continue;
        *value = slice_trim(slice_make(line.at + colon + 1, line.length - colon - 1));
        return true;
    }
    return false;
}

static struct slice
take_part(struct slice *rest)
{
    size_t end = slice_find(*rest, '\0');
    struct slice part = slice_make(rest->at, end);

    end += end < rest->length;
    *rest = slice_make(rest->at + end, rest->length - end);
    return part;
}

static size_t
count(const struct form *form, const struct form_pair *pair)
{
    size_t found = 0;

    for (size_t i = 0; i < form->count; i++)
        found += strcmp(form->pairs[i].name, pair->name) == 0 &&
                 strcmp(form->pairs[i].value, pair->value) == 0;
    return found;
}

/* But for a presigned URL's signature both have the same pairs. */
static void
check_parameters(struct slice came, struct slice read)
{
    struct form one, other;
    const char *error;

    if (!form_read(&one, came, PARAMETERS_MAX, &error))
        return; /* a byte 0, of which control has the same opinion */
    CHECK(form_read(&other, read, PARAMETERS_MAX, &error));
    for (size_t i = 0; i < other.count; i++)
        CHECK(count(&one, &other.pairs[i]) == count(&other, &other.pairs[i]));
    for (size_t i = 0; i < one.count; i++)
        CHECK(strcmp(one.pairs[i].name, "X-Amz-Signature") == 0 ||
              count(&other, &one.pairs[i]) > 0);
    form_clear(&one);
    form_clear(&other);
}

/* A plain path is the one that control acts on. */
static void
check_path(struct slice came, const struct canonical_request *request)
{
    char *decoded = memory_take(came.length + 1, 1);
    char *path = canonical_request_path(request);

    decoded[percent_decode(decoded, came, false)] = '\0';
    bool is_plain = came.length > 0 && *came.at == '/' && strstr(decoded, "//") == NULL &&
                    strstr(decoded, "/.") == NULL && memchr(came.at, '%', came.length) == NULL;
    CHECK(!is_plain || (path != NULL && strcmp(path, decoded) == 0));
    free(path);
    free(decoded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size);
    struct slice method = take_part(&rest), path = take_part(&rest), query = take_part(&rest);
    struct slice fields = take_part(&rest);
    const struct signed_source source = {.method = method,
                                         .path = path,
                                         .query = query,
                                         .body = rest,
                                         .field_at = field_at,
                                         .argument = &fields};
    struct authorization authorization;
    struct canonical_request request;
    struct signed_text signed_text;

    if (signed_text_collect(&signed_text, &source) != SIGV4_SOUND) {
        CHECK(signed_text.memory == NULL);
        return 0;
    }
    if (signed_text.memory != NULL) {
        CHECK(signed_text.authorization.length <= AUTHORIZATION_BYTES_MAX);
        CHECK(signed_text.canonical_request.length <= SIGNED_TEXT_BYTES_MAX);
        CHECK(authorization_read(&authorization, signed_text.authorization));
        if (canonical_request_read(&request, signed_text.canonical_request)) {
            CHECK(slice_equal(request.signed_names, authorization.signed_names));
            check_parameters(query, request.query);
            check_path(path, &request);
        }
    }
    signed_text_clear(&signed_text);
    return 0;
}
