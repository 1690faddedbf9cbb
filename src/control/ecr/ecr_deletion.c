/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images are deleted by their digests: the registry has no other way, and all of an image's
 * tags go with it. So one goes by its tag only where the call names all tags that it has.
 */
#include <string.h>

#include "control/ecr/ecr.h"
#include "control/ecr/ecr_images.h"
#include "control/ecr/ecr_inquiry.h"

bool
ecr_delete_all(const json_t *input, const json_t *tags)
{
    (void)input;
    return json_array_size(tags) > 0;
}

size_t
ecr_inquiry_left(const json_t *known)
{
    const json_t *images = json_object_get(known, "images"), *image;
    size_t index, left = 0;

    json_array_foreach (images, index, image)
        left += json_object_get(image, "is_deleted") == NULL;
    return left;
}

/* Whether the call names that image of one tag: by tag, or all of its digest. */
static bool
is_named(const json_t *input, const json_t *image)
{
    const json_t *ids = json_object_get(input, "imageIds"), *id;
    size_t index;

    json_array_foreach (ids, index, id)
        if (ecr_image_is_meant(id, image))
            return true;
    return false;
}

static bool
delete_named(const json_t *input, const json_t *tags)
{
    const json_t *image;
    size_t index;

    json_array_foreach (tags, index, image)
        if (!is_named(input, image))
            return false;
    return true;
}

struct aws_question *
ecr_ask_deletion(const struct aws_call *call, aws_on_known *on_known, void *argument)
{
    return ecr_inquiry_begin(call, delete_named, on_known, argument);
}

/* Why an image that a call names is still there; NULL: it is not. */
static const char *
failure_of(const json_t *images, const json_t *id, const char **reason)
{
    const char *digest = json_string_value(json_object_get(id, "imageDigest"));
    const json_t *image = ecr_image_find(images, id);

    if (digest == NULL && json_object_get(id, "imageTag") == NULL) {
        *reason = "Invalid request parameters: both tag and digest cannot be null";
        return "MissingDigestAndTag";
    }
    if (digest != NULL && !ecr_is_digest(digest)) {
        *reason = "Invalid request parameters: image digest should satisfy the regex "
                  "'sha256:[0-9a-f]{64}'";
        return "InvalidImageDigest";
    }
    if (image == NULL) {
        *reason = "Requested image not found";
        return "ImageNotFound";
    }
    *reason = "The image has other tags, which would go with it: this registry deletes no tag "
              "alone. Name all of them, or the digest";
    return json_object_get(image, "is_deleted") != NULL ? NULL : "InvalidImageTag";
}

static void
add_deleted(json_t *deleted, const json_t *images, const json_t *id)
{
    const json_t *image;
    size_t index;

    json_array_foreach (images, index, image)
        if (ecr_image_is_meant(id, image))
            json_array_append_new(deleted, ecr_image_id(image));
}

json_t *
ecr_delete_images(struct aws_call *call)
{
    const json_t *images = json_object_get(call->known, "images");
    const json_t *ids = json_object_get(call->input, "imageIds");
    json_t *deleted, *failures, *output, *id;
    size_t index;

    if (ecr_find_named(call) == NULL || !ecr_inquiry_check(call))
        return NULL;
    deleted = json_array();
    failures = json_array();
    output = json_pack("{s:o, s:o}", "imageIds", deleted, "failures", failures);
    json_array_foreach (ids, index, id) {
        const char *reason, *code = failure_of(images, id, &reason);
        if (code == NULL)
            add_deleted(deleted, images, id);
        else
            json_array_append_new(failures,
                                  json_pack("{s:O, s:s, s:s}", "imageId", id, "failureCode",
                                            code, "failureReason", reason));
    }
    return output;
}
