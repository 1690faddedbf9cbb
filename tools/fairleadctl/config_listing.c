/* SPDX-License-Identifier: Apache-2.0 */
#include "config_listing.h"

#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "answer.h"
#include "base/memory.h"
#include "config_screen.h"
#include "json_text.h"
#include "output.h"

/* Adds the rows of one more page to those of the first, which is made; false: that was the last
 * one, or *code tells what went wrong. */
static bool
add_page(struct session *session, const char *path, json_t **whole, enum exit_code *code)
{
    json_t *rows = json_object_get(*whole, "Settings");
    char *longer = memory_print("%s%cfirst=%zu", path, strchr(path, '?') == NULL ? '?' : '&',
                                json_array_size(rows));
    struct admin_answer answer = {0};
    size_t before = json_array_size(rows);

    *code = answer_get(session, longer, &answer);
    free(longer);
    if (*code == EXIT_DONE && *whole == NULL) {
        *whole = json_incref(answer.json);
    } else if (*code == EXIT_DONE && strcmp(json_word(*whole, "ConfiguredAt"),
                                            json_word(answer.json, "ConfiguredAt")) != 0) {
        output_error("the configuration was reloaded meanwhile; try again");
        *code = EXIT_REFUSED;
    } else if (*code == EXIT_DONE) {
        json_array_extend(rows, json_object_get(answer.json, "Settings"));
    }
    admin_answer_clear(&answer);
    size_t now = json_array_size(json_object_get(*whole, "Settings"));
    return *code == EXIT_DONE && now > before && (double)now < json_number(*whole, "Count");
}

/* Of the settings below a path, none is shown. */
static enum exit_code
explain_none(const struct session *session, const json_t *answer)
{
    const char *path = session_value(session, "PATH");

    if (json_number(answer, "Total") == 0) {
        output_error("no setting, listener, group, service or provider is at %s; fairleadctl "
                     "config lists all",
                     path);
        return EXIT_REFUSED;
    }
    fprintf(session->out, "everything%s", path == NULL ? "" : " at ");
    output_text(session->out, path);
    fputs(" is as it is without a file\n", session->out);
    return EXIT_DONE;
}

static enum exit_code
show_settings(struct session *session)
{
    char *path = action_path(session);
    json_t *whole = NULL;
    enum exit_code code;

    while (add_page(session, path, &whole, &code))
        continue;
    free(path);
    if (code == EXIT_DONE && session->is_json)
        answer_print_json(session, whole);
    else if (code == EXIT_DONE && json_number(whole, "Count") == 0)
        code = explain_none(session, whole);
    else if (code == EXIT_DONE)
        config_screen_print(session->out, whole,
                            session->size.is_wide ? 0 : session->size.width);
    json_decref(whole);
    return code;
}

static enum exit_code
show_difference(struct session *session)
{
    const char *wanted = session_value(session, "PATH");
    char *escaped = admin_escape(session->client, wanted == NULL ? "" : wanted);
    char *path = memory_print("/v1/configuration/difference?path=%s", escaped);
    struct admin_answer answer = {0};
    enum exit_code code = answer_get(session, path, &answer);

    if (code == EXIT_DONE && session->is_json)
        session_show(session, NULL, &answer);
    else if (code == EXIT_DONE)
        config_screen_print_difference(session->out, answer.json,
                                       session->size.is_wide ? 0 : session->size.width);
    admin_answer_clear(&answer);
    free(path);
    free(escaped);
    return code;
}

enum exit_code
config_listing(struct session *session)
{
    return session_has(session, "--diff") ? show_difference(session) : show_settings(session);
}
