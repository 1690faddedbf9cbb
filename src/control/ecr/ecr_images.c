/* SPDX-License-Identifier: Apache-2.0 */
/* Images of a repository: what the registry has said of them, as ECR tells it. */
#include <string.h>

#include "control/ecr/ecr.h"
#include "control/ecr/ecr_images.h"
#include "control/ecr/ecr_inquiry.h"

#define DIGEST_START "sha256:"

bool
ecr_is_digest(const char *text)
{
    size_t start = strlen(DIGEST_START);

    return strlen(text) == ECR_DIGEST_LENGTH && strncmp(text, DIGEST_START, start) == 0 &&
           strspn(text + start, "0123456789abcdef") == ECR_DIGEST_LENGTH - start;
}

bool
ecr_inquiry_check(struct aws_call *call)
{
    const char *failure = json_string_value(json_object_get(call->known, "failure"));

    if (call->known == NULL)
        failure = "The repository has been made since it was asked for";
    if (failure != NULL)
        aws_fail_ourselves(call, "ServerException", failure);
    return failure == NULL;
}

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static bool
is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

bool
ecr_image_is_meant(const json_t *id, const json_t *image)
{
    const char *digest = text_of(id, "imageDigest"), *tag = text_of(id, "imageTag");

    return (digest != NULL || tag != NULL) &&
           (digest == NULL || is_same(digest, text_of(image, "digest"))) &&
           (tag == NULL || is_same(tag, text_of(image, "tag")));
}

const json_t *
ecr_image_find(const json_t *images, const json_t *id)
{
    const json_t *image;
    size_t index;

    json_array_foreach (images, index, image)
        if (ecr_image_is_meant(id, image))
            return image;
    return NULL;
}

/* --- ListImages and DescribeImages */

static bool
has_status(const struct aws_call *call, const json_t *image)
{
    const char *wanted = text_of(json_object_get(call->input, "filter"), "tagStatus");
    bool is_tagged = json_object_get(image, "tag") != NULL;

    return wanted == NULL || strcmp(wanted, "ANY") == 0 ||
           is_tagged == (strcmp(wanted, "TAGGED") == 0);
}

json_t *
ecr_image_id(const json_t *image)
{
    json_t *id = json_pack("{s:O}", "imageDigest", json_object_get(image, "digest"));

    if (json_object_get(image, "tag") != NULL)
        json_object_set(id, "imageTag", json_object_get(image, "tag"));
    return id;
}

static const char *
tag_of(const json_t *id)
{
    return text_of(id, "imageTag");
}

/* Only the registry's tags are known, so each image that is told has one. */
json_t *
ecr_list_images(struct aws_call *call)
{
    const json_t *images = json_object_get(call->known, "images"), *image;
    json_t *ids = json_array();
    size_t index;

    if (ecr_find_named(call) == NULL || !ecr_inquiry_check(call)) {
        json_decref(ids);
        return NULL;
    }
    json_array_foreach (images, index, image)
        if (has_status(call, image))
            json_array_append_new(ids, ecr_image_id(image));
    return ecr_page(call, "imageIds", ids, tag_of);
}

static json_t *
detail_of(const struct object *object, const json_t *image)
{
    static const char *const members[][2] = {{"imageDigest", "digest"},
                                             {"imageSizeInBytes", "size"},
                                             {"imageManifestMediaType", "media_type"},
                                             {"artifactMediaType", "artifact_type"}};
    json_t *detail = ecr_reference(object);

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        if (json_object_get(image, members[i][1]) != NULL)
            json_object_set(detail, members[i][0], json_object_get(image, members[i][1]));
    return detail;
}

static void
add_tag(json_t *detail, json_t *tag)
{
    json_t *tags = json_object_get(detail, "imageTags");

    if (tag == NULL)
        return;
    if (tags == NULL)
        json_object_set_new(detail, "imageTags", json_pack("[O]", tag));
    else
        json_array_append(tags, tag);
}

/* The digests that imageIds mean, as an object's names; NULL: all are wanted. */
static json_t *
wanted_digests(const struct aws_call *call)
{
    const json_t *ids = json_object_get(call->input, "imageIds"), *id;
    const json_t *images = json_object_get(call->known, "images");
    json_t *wanted = ids == NULL ? NULL : json_object();
    size_t index;

    json_array_foreach (ids, index, id)
        json_object_set_new(wanted, text_of(ecr_image_find(images, id), "digest"), json_true());
    return wanted;
}

/* Each image once, with all of its tags. */
static json_t *
all_details(const struct aws_call *call, const struct object *object)
{
    const json_t *images = json_object_get(call->known, "images"), *image;
    json_t *details = json_array(), *by_digest = json_object(), *wanted = wanted_digests(call);
    size_t index;

    json_array_foreach (images, index, image) {
        const char *digest = text_of(image, "digest");
        json_t *detail = json_object_get(by_digest, digest);
        if (!has_status(call, image) ||
            (wanted != NULL && json_object_get(wanted, digest) == NULL))
            continue;
        if (detail == NULL) {
            detail = detail_of(object, image);
            json_array_append(details, detail);
            json_object_set_new(by_digest, digest, detail);
        }
        add_tag(detail, json_object_get(image, "tag"));
    }
    json_decref(wanted);
    json_decref(by_digest);
    return details;
}

static bool
check_all_found(struct aws_call *call, const struct object *object)
{
    const json_t *ids = json_object_get(call->input, "imageIds"), *id;
    const json_t *images = json_object_get(call->known, "images");
    size_t index;

    json_array_foreach (ids, index, id) {
        const char *digest = text_of(id, "imageDigest"), *tag = text_of(id, "imageTag");
        if (ecr_image_find(images, id) == NULL)
            aws_fail(call, "ImageNotFoundException",
                     "The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist "
                     "within the repository with name '%s' in the registry with id "
                     "'" AWS_ACCOUNT "'",
                     digest == NULL ? "null" : digest, tag == NULL ? "null" : tag,
                     ecr_name(object));
    }
    return call->error_code == NULL;
}

static const char *
first_tag_of(const json_t *detail)
{
    const json_t *tags = json_object_get(detail, "imageTags");
    const char *tag = json_string_value(json_array_get(tags, 0));

    return tag == NULL ? "" : tag;
}

json_t *
ecr_images(struct aws_call *call)
{
    const struct object *object = ecr_find_named(call);

    if (object == NULL || !ecr_inquiry_check(call) || !check_all_found(call, object))
        return NULL;
    json_t *details = all_details(call, object);
    if (json_object_get(call->input, "imageIds") != NULL)
        return json_pack("{s:o}", "imageDetails", details);
    return ecr_page(call, "imageDetails", details, first_tag_of);
}

struct aws_question *
ecr_ask_images(const struct aws_call *call, aws_on_known *on_known, void *argument)
{
    return ecr_inquiry_begin(call, NULL, on_known, argument);
}
