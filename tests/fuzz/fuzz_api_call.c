/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a taken-over api role may hand to control: with a first byte of 0 the rest is the bytes
 * of a page, else it is what was signed, an Authorization and a canonical request between bytes
 * 0. Whatever is read lies within its bounds, and is all that there is: put together again it
 * is the same text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "control/keys/verifier.h"
#include "ipc/api_call.h"
#include "ipc/page.h"

#define PARAMETERS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(struct slice *rest, struct slice part, const char *end)
{
    CHECK(slice_starts_with(*rest, part));
    *rest = slice_make(rest->at + part.length, rest->length - part.length);
    CHECK(slice_starts_with(*rest, slice_of(end)));
    *rest = slice_make(rest->at + strlen(end), rest->length - strlen(end));
}

/* There is one text that reads like this. */
static void
check_reading(const struct canonical_request *request)
{
    struct slice rest = request->text;

    take(&rest, request->method, "\n");
    take(&rest, request->path, "\n");
    take(&rest, request->query, "\n");
    take(&rest, request->fields, "\n");
    take(&rest, request->signed_names, "\n");
    take(&rest, request->payload, "");
    CHECK(rest.length == 0);
}

/* Each name that is listed has one field. */
static void
check_fields(const struct canonical_request *request)
{
    struct slice names = request->signed_names, name, value;

    while (slice_next(&names, ';', &name))
        CHECK(name.length == 0 || canonical_request_field(request, name, &value));
}

static void
read_signed(struct slice canonical, struct slice authorization)
{
    struct signed_call call = {0};
    const char *error;

    if (verifier_read(&call, canonical, authorization) != SIGV4_SOUND)
        return;
    check_reading(&call.request);
    check_fields(&call.request);
    char *path = canonical_request_path(&call.request);
    CHECK(path == NULL || *path == '/');
    free(path);
    if (form_read(&call.parameters, call.request.query, PARAMETERS_MAX, &error))
        CHECK(call.parameters.count <= PARAMETERS_MAX);
    form_clear(&call.parameters);
}

static void
read_page(struct slice bytes)
{
    struct api_call call;
    const char *error = NULL;
    int fd = page_create(bytes);

    CHECK(fd != -1);
    if (api_call_read(fd, &call, &error)) {
        size_t total = 0;
#define API_CALL_PART(member, most)                                                            \
    CHECK(call.member.length <= (most));                                                       \
    total += call.member.length + sizeof(uint32_t);
#include "ipc/api_call_parts.def"
#undef API_CALL_PART
        CHECK(total == bytes.length);
        read_signed(call.canonical_request, call.authorization);
        api_call_clear(&call);
    } else {
        CHECK(error != NULL && call.memory == NULL);
    }
    close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct slice bytes = slice_make((const char *)data + 1, size - 1);
    if (*data == 0) {
        read_page(bytes);
        return 0;
    }
    size_t end = slice_find(bytes, '\0');
    size_t next = end < bytes.length ? end + 1 : end;
    read_signed(slice_make(bytes.at + next, bytes.length - next), slice_make(bytes.at, end));
    return 0;
}
