/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <stdlib.h>

#include "actions.h"
#include "json_text.h"
#include "output.h"

static void
print_variable(FILE *file, const char *name, const char *value)
{
    fprintf(file, "%s=", name);
    output_text(file, value);
    putc('\n', file);
}

enum exit_code
keys_create(struct session *session)
{
    struct admin_answer answer = {0};
    enum exit_code code = action_send_parameters(session, &answer);

    if (code == EXIT_DONE && session->is_json) {
        session_show(session, NULL, &answer);
    } else if (code == EXIT_DONE) {
        print_variable(session->out, "AWS_ACCESS_KEY_ID",
                       json_word(answer.json, "AccessKeyId"));
        print_variable(session->out, "AWS_SECRET_ACCESS_KEY",
                       json_word(answer.json, "SecretAccessKey"));
    }
    admin_answer_clear(&answer);
    return code;
}

enum exit_code
keys_delete(struct session *session)
{
    struct admin_answer answer = {0};
    enum exit_code code = action_send_parameters(session, &answer);

    if (code == EXIT_DONE && session->is_json) {
        session_show(session, NULL, &answer);
    } else if (code == EXIT_DONE) {
        fputs("key ", session->out);
        output_text(session->out, session_value(session, "NAME"));
        fputs(" is deleted\n", session->out);
    }
    admin_answer_clear(&answer);
    return code;
}
