/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include <stdlib.h>

#include "base/memory.h"
#include "json_text.h"
#include "output.h"

enum exit_code
answer_get(struct session *session, const char *path, struct admin_answer *answer)
{
    struct admin_call call = {.method = "GET", .path = path};

    return session_send(session, &call, answer);
}

void
answer_print_json(struct session *session, const json_t *object)
{
    char *text = json_dumps(object, JSON_INDENT(2));

    output_json(session->out, text);
    free(text);
}

/* A group's targets; each row tells its group. */
enum exit_code
answer_get_targets(struct session *session, const char *group, struct admin_answer *answer)
{
    char *escaped = admin_escape(session->client, group);
    char *path = memory_print("/v1/target-groups/%s/targets", escaped);
    enum exit_code code = answer_get(session, path, answer);
    size_t index;
    json_t *row;

    json_array_foreach (json_object_get(answer->json, "TargetHealthDescriptions"), index, row)
        json_object_set_new(row, "TargetGroupName", json_string(group));
    free(path);
    free(escaped);
    return code;
}

const json_t *
answer_rows(const struct admin_answer *answer)
{
    return json_object_get(answer->json, "TargetHealthDescriptions");
}

enum exit_code
answer_collect(struct session *session, const json_t *groups, json_t *rows)
{
    enum exit_code code = EXIT_DONE;
    size_t index;
    json_t *group;

    json_array_foreach ((json_t *)groups, index, group) {
        struct admin_answer targets = {0};
        if (code == EXIT_DONE)
            code = answer_get_targets(session, json_word(group, "TargetGroupName"), &targets);
        if (code == EXIT_DONE)
            json_array_extend(rows, (json_t *)answer_rows(&targets));
        admin_answer_clear(&targets);
    }
    return code;
}

enum exit_code
answer_collect_all(struct session *session, json_t *rows)
{
    struct admin_answer groups = {0};
    enum exit_code code = answer_get(session, "/v1/target-groups", &groups);

    if (code == EXIT_DONE)
        code = answer_collect(session, json_object_get(groups.json, "TargetGroups"), rows);
    admin_answer_clear(&groups);
    return code;
}
