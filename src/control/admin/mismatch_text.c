/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides stand there as they are compared (ipc/route_conditions.c). */
#include "control/admin/mismatch_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"
#include "ipc/route_path.h"

/* Of one value; of all that the request has of a field, or a rule wants. */
#define VALUE_MOST_BYTES 80
#define LIST_MOST_BYTES 160

struct mismatch {
    const struct snapshot *snapshot;
    const struct snapshot_condition *condition;
    const struct route_request *request;
};

/* Returns the bytes written. */
static size_t
write_cut(FILE *out, struct slice value)
{
    char *text = memory_copy_bytes(value.at, value.length);
    size_t length = text_cut_length(text, VALUE_MOST_BYTES);

    fwrite(text, 1, length, out);
    if (text[length] != '\0')
        fputs("…", out);
    if (value.length == 0)
        fputs("(empty)", out);
    free(text);
    return length;
}

/* Each writes what the condition looks at; false: the request has none. */
typedef bool subject_function(const struct mismatch *mismatch, FILE *out);

static bool
method_subject(const struct mismatch *mismatch, FILE *out)
{
    fputs("method ", out);
    write_cut(out, mismatch->request->method);
    return true;
}

static bool
host_subject(const struct mismatch *mismatch, FILE *out)
{
    fputs("host ", out);
    write_cut(out, route_host_normalise(mismatch->request->host));
    return true;
}

static bool
path_subject(const struct mismatch *mismatch, FILE *out)
{
    struct slice path = mismatch->request->path;
    char *normal = memory_take(path.length + 1, 1);
    struct slice compared = slice_make(normal, route_path_normalise(normal, path));

    fputs("path ", out);
    write_cut(out, path);
    if (!slice_equal(path, compared)) {
        fputs(", compared as ", out);
        write_cut(out, compared);
        fputc(',', out);
    }
    free(normal);
    return true;
}

static bool
source_subject(const struct mismatch *mismatch, FILE *out)
{
    char text[ADDRESS_TEXT_SIZE];

    address_format(&mismatch->request->source, text);
    fprintf(out, "source %s", text);
    return true;
}

static bool
field_subject(const struct mismatch *mismatch, FILE *out)
{
    const struct route_request *request = mismatch->request;
    struct slice name =
        snapshot_slice(mismatch->snapshot, mismatch->condition->http_header_name);
    struct slice value;
    size_t place = 0, written = 0;
    bool has_any = false;

    while (written < LIST_MOST_BYTES &&
           request->field(request->argument, name, &place, &value)) {
        if (has_any)
            fputs(", ", out);
        else
            fprintf(out, "%.*s: ", SLICE_PRINT(name));
        has_any = true;
        written += write_cut(out, value);
    }
    if (!has_any)
        fprintf(out, "no field %.*s", SLICE_PRINT(name));
    else if (written >= LIST_MOST_BYTES)
        fputs(" …", out);
    return has_any;
}

static bool
query_subject(const struct mismatch *mismatch, FILE *out)
{
    struct slice query = mismatch->request->query;

    if (query.length == 0) {
        fputs("no query", out);
        return false;
    }
    fputs("query ", out);
    write_cut(out, query);
    return true;
}

static subject_function *const subject_functions[] = {
#define CONDITION(id, field, group, object, allowed, length, single, check, pattern, holds,    \
                  json)                                                                        \
    [CONDITION_##id] = holds##_subject,
#include "model/conditions.def"
#undef CONDITION
};

static void
write_wanted(const struct mismatch *mismatch, FILE *out)
{
    struct snapshot_rows values = mismatch->condition->values;
    size_t written = 0;
    uint32_t i = 0;

    for (; i < values.count && written < LIST_MOST_BYTES; i++) {
        const struct snapshot_value *value =
            snapshot_value(mismatch->snapshot, values.first + i);
        if (i > 0)
            fputs(", ", out);
        if (value->key.length != 0) {
            written += write_cut(out, snapshot_slice(mismatch->snapshot, value->key));
            fputc('=', out);
        }
        written += write_cut(out, snapshot_slice(mismatch->snapshot, value->value));
    }
    if (i < values.count)
        fprintf(out, " and %u more", (unsigned)(values.count - i));
}

char *
mismatch_text(const struct snapshot *snapshot, uint32_t condition,
              const struct route_request *request)
{
    struct mismatch mismatch = {snapshot, snapshot_condition(snapshot, condition), request};
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CHECK(out != NULL);
    bool has_any = subject_functions[mismatch.condition->field](&mismatch, out);
    fputs(has_any ? " does not match " : "; wanted is ", out);
    write_wanted(&mismatch, out);
    CHECK(fclose(out) == 0);
    text_make_printable(text);
    return text;
}
