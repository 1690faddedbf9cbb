/* SPDX-License-Identifier: Apache-2.0 */
/* Images as an inquiry knows them (ecr_inquiry.h), and the ids that calls have for them:
 * {"imageDigest", "imageTag"}. Private to ecr*.c. */
#ifndef FAIRLEAD_CONTROL_ECR_ECR_IMAGES_H
#define FAIRLEAD_CONTROL_ECR_ECR_IMAGES_H

#include <stdbool.h>

#include <jansson.h>

/* Whether an image is one of those that an id means: by a digest all of its tags. */
bool ecr_image_is_meant(const json_t *id, const json_t *image);

/* The first of them; NULL: there is none. */
const json_t *ecr_image_find(const json_t *images, const json_t *id);

/* A new one, of an image. */
json_t *ecr_image_id(const json_t *image);

#endif
