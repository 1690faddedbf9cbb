/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the registry says about one repository: its tags, and the manifests that they and a
 * call's digests name; and, where a call wants that, the deletion of some. What becomes known:
 *
 *     {"images": [{"digest", "tag", "media_type", "artifact_type", "size", "is_deleted"}],
 *      "failure"}
 *
 * an image for each tag, in their order, and for each digest of the call that no tag has;
 * "failure" says in words why it is not the whole truth. Private to ecr*.c.
 */
#ifndef FAIRLEAD_CONTROL_ECR_ECR_INQUIRY_H
#define FAIRLEAD_CONTROL_ECR_ECR_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "control/aws/aws_question.h"

#define ECR_DIGEST_LENGTH 71 /* "sha256:" and 64 digits */

/* Whether the image that these are by its tags is to be deleted, by a call's input. */
typedef bool ecr_delete_choice(const json_t *input, const json_t *tags);

ecr_delete_choice ecr_delete_all;

/* Asks about the repository of the call, if that exists; choose NULL: nothing is deleted. */
struct aws_question *ecr_inquiry_begin(const struct aws_call *call, ecr_delete_choice *choose,
                                       aws_on_known *on_known, void *argument);

/* Whether a call knows what it asked; else it has failed. */
bool ecr_inquiry_check(struct aws_call *call);

/* How many images there are that have not been deleted. */
size_t ecr_inquiry_left(const json_t *known);

/* Whether a text has a digest's form. */
bool ecr_is_digest(const char *text);

#endif
