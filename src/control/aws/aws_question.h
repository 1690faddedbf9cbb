/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What some handlers must learn elsewhere, without anybody waiting for it: asked before they
 * are called, and given to them as call->known. Which operation asks what says
 * aws_questions.def.
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_QUESTION_H
#define FAIRLEAD_CONTROL_AWS_AWS_QUESTION_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

/* Embedded by what is being asked, which is gone after on_known or cancel. */
struct aws_question {
    void (*cancel)(struct aws_question *question);
    /* Called once, never within the asking; takes what became known. */
    void (*on_known)(void *argument, json_t *known);
    void *argument;
};

typedef void aws_on_known(void *argument, json_t *known);

/* Rows of aws_questions.def. NULL: there is nothing to ask, and the handler will say why. The
 * call lives during the asking only. */
#define QUESTION(service, operation, ask)                                                      \
    struct aws_question *ask(const struct aws_call *call, aws_on_known *on_known,              \
                             void *argument);
#include "control/aws/aws_questions.def"
#undef QUESTION

bool aws_question_has(enum wire_operation_id id);

/* NULL: the operation has none, or there is nothing to ask. */
struct aws_question *aws_question_ask(enum wire_operation_id id, const struct aws_call *call,
                                      aws_on_known *on_known, void *argument);

/* on_known is not called any more; also for NULL. */
void aws_question_cancel(struct aws_question **question);

#endif
