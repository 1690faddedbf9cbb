/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/admin_audit.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/check.h"
#include "base/text.h"

#define PATH_START "/v1/"
#define WORD_MOST_BYTES 64
#define TARGETS_SHOWN 3

static void
write_word(FILE *out, const char *word)
{
    size_t length = text_cut_length(word, WORD_MOST_BYTES);

    fprintf(out, "%.*s%s", (int)length, word, word[length] == '\0' ? "" : "…");
}

static void
write_member(FILE *out, const json_t *body, const char *member)
{
    const char *word = json_string_value(json_object_get(body, member));

    if (word == NULL)
        return;
    fputc(' ', out);
    write_word(out, word);
}

static void
write_target(FILE *out, const json_t *target)
{
    const json_t *port = json_object_get(target, "Port");

    write_member(out, target, "Id");
    if (json_is_integer(port))
        fprintf(out, ":%lld", (long long)json_integer_value(port));
    else if (json_is_string(port)) {
        fputc(':', out);
        write_word(out, json_string_value(port));
    }
}

static void
write_targets(FILE *out, const json_t *targets)
{
    size_t count = json_array_size(targets);

    for (size_t i = 0; i < count && i < TARGETS_SHOWN; i++)
        write_target(out, json_array_get(targets, i));
    if (count > TARGETS_SHOWN)
        fprintf(out, " and %zu more", count - TARGETS_SHOWN);
}

char *
admin_audit_text(const char *path, struct slice body)
{
    static const char *const members[] = {"TargetGroupName", "Container", "Service",
                                          "Image",           "Kind",      "Name"};
    json_t *object = json_loadb(body.length == 0 ? "" : body.at, body.length, 0, NULL);
    bool is_ours = slice_starts_with(slice_of(path), SLICE_LITERAL(PATH_START));
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CHECK(out != NULL);
    write_word(out, path + (is_ours ? sizeof(PATH_START) - 1 : 0));
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        write_member(out, object, members[i]);
    write_targets(out, json_object_get(object, "Targets"));
    json_decref(object);
    CHECK(fclose(out) == 0);
    text_make_printable(text);
    return text;
}
