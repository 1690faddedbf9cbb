/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_question.h"

typedef struct aws_question *ask_question(const struct aws_call *call, aws_on_known *on_known,
                                          void *argument);

static ask_question *const questions[OPERATION_COUNT] = {
#define QUESTION(service, operation, ask) [OPERATION_##service##_##operation] = (ask),
#include "control/aws/aws_questions.def"
#undef QUESTION
};

bool
aws_question_has(enum wire_operation_id id)
{
    return questions[id] != NULL;
}

struct aws_question *
aws_question_ask(enum wire_operation_id id, const struct aws_call *call, aws_on_known *on_known,
                 void *argument)
{
    return questions[id] == NULL ? NULL : questions[id](call, on_known, argument);
}

void
aws_question_cancel(struct aws_question **question)
{
    struct aws_question *asked = *question;

    *question = NULL;
    if (asked != NULL)
        asked->cancel(asked);
}
