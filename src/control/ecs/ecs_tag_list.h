/* SPDX-License-Identifier: Apache-2.0 */
/* Tags as ECS's calls have them: documents keep them as an object of texts, "tags". */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_TAG_LIST_H
#define FAIRLEAD_CONTROL_ECS_ECS_TAG_LIST_H

#include "control/aws/aws_call.h"

/* "tags" of the input as an object of texts; NULL: the call has failed. */
json_t *ecs_tag_list_read(struct aws_call *call);

/* Whether a resource may have these; else the call has failed. */
bool ecs_tag_list_fits(struct aws_call *call, const json_t *tags);

/* Those of a document, which may be NULL, as answers have them. */
json_t *ecs_tag_list_of(const json_t *document);

/* The same where the call asks to include TAGS; else an empty list. */
json_t *ecs_tag_list_asked(const struct aws_call *call, const json_t *document);

#endif
