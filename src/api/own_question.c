/* SPDX-License-Identifier: Apache-2.0 */
#include "api/own_question.h"

uint64_t
own_question_ask(struct control_calls *calls, const char *line,
                 control_answer_callback *on_answer, void *argument)
{
    const struct api_call call = {.request_line = slice_of(line),
                                  .client = SLICE_LITERAL("api")};

    return control_calls_ask(calls, &call, on_answer, argument);
}
