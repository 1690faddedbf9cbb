/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three steps, each a list of which some are asked for at a time: the tags, the manifests that
 * they and the call name, deletions. The first failure ends it. Start reading at
 * ecr_inquiry_begin.
 */
#include "control/ecr/ecr_inquiry.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "control/ecr/ecr.h"
#include "net/api_client.h"

#define TIMEOUT_MS 10000
#define TAGS_MOST 5000
#define UNDER_WAY_MOST 8
#define BYTES_MOST (4U << 20)
#define MANIFESTS                                                                              \
    "application/vnd.docker.distribution.manifest.v2+json, "                                   \
    "application/vnd.docker.distribution.manifest.list.v2+json, "                              \
    "application/vnd.oci.image.manifest.v1+json, "                                             \
    "application/vnd.oci.image.index.v1+json"

/* What one request is about. */
struct asking {
    struct inquiry *inquiry;
    json_t *image; /* of the step's list */
};

struct inquiry {
    struct aws_question question; /* first */
    struct loop *loop;
    struct api_client *client; /* its requests go with it */
    char *registry, *name;
    json_t *input;
    ecr_delete_choice *choose; /* NULL: nothing is deleted */
    json_t *images;            /* as they become known */
    json_t *digests;           /* the same by digest: arrays of one image's tags */
    json_t *list;              /* the step's: objects with "tag" or "digest" */
    struct asking *askings;
    size_t next, under_way;
    void (*send)(struct inquiry *inquiry, struct asking *asking);
    void (*over)(struct inquiry *inquiry);
};

static void
release(void *object)
{
    struct inquiry *inquiry = object;

    json_decref(inquiry->images);
    json_decref(inquiry->digests);
    json_decref(inquiry->list);
    json_decref(inquiry->input);
    free(inquiry->askings);
    free(inquiry->registry);
    free(inquiry->name);
    free(inquiry);
}

static void
end(struct inquiry *inquiry)
{
    api_client_free(&inquiry->client);
    loop_free_later(inquiry->loop, inquiry, release);
}

static void
cancel(struct aws_question *question)
{
    end((struct inquiry *)(void *)question);
}

static void
tell(struct inquiry *inquiry, json_t *known)
{
    end(inquiry);
    inquiry->question.on_known(inquiry->question.argument, known);
}

static void
tell_images(struct inquiry *inquiry)
{
    tell(inquiry, json_pack("{s:O}", "images", inquiry->images));
}

/* Takes the words. */
static void
tell_failure(struct inquiry *inquiry, char *words)
{
    json_t *known = json_pack("{s:O, s:s}", "images", inquiry->images, "failure", words);

    free(words);
    tell(inquiry, known);
}

static void
tell_bad_answer(struct inquiry *inquiry, const char *what, const struct api_answer *answer)
{
    if (answer->error != NULL)
        tell_failure(inquiry, memory_print("The registry %s gives no answer: %s",
                                           inquiry->registry, answer->error));
    else
        tell_failure(inquiry, memory_print("The registry %s answers a question for %s with "
                                           "status %ld",
                                           inquiry->registry, what, answer->status));
}

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

/* --- a step */

static void
go_on(struct inquiry *inquiry)
{
    size_t count = json_array_size(inquiry->list);

    while (inquiry->next < count && inquiry->under_way < UNDER_WAY_MOST) {
        struct asking *asking = &inquiry->askings[inquiry->next];
        *asking = (struct asking){inquiry, json_array_get(inquiry->list, inquiry->next)};
        inquiry->next++;
        inquiry->under_way++;
        inquiry->send(inquiry, asking);
    }
    if (inquiry->under_way == 0)
        inquiry->over(inquiry);
}

/* Takes the list. */
static void
begin_step(struct inquiry *inquiry, json_t *list,
           void (*send)(struct inquiry *inquiry, struct asking *asking),
           void (*over)(struct inquiry *inquiry))
{
    json_decref(inquiry->list);
    free(inquiry->askings);
    inquiry->list = list;
    inquiry->askings = memory_take(json_array_size(list) + 1, sizeof(*inquiry->askings));
    inquiry->next = inquiry->under_way = 0;
    inquiry->send = send;
    inquiry->over = over;
    go_on(inquiry);
}

static void
end_asking(struct inquiry *inquiry)
{
    inquiry->under_way--;
    go_on(inquiry);
}

/* --- deletions */

static void
note_deleted(struct inquiry *inquiry, const char *digest)
{
    json_t *image;
    size_t index;

    json_array_foreach (json_object_get(inquiry->digests, digest), index, image)
        json_object_set_new(image, "is_deleted", json_true());
}

static void
on_deleted(void *argument, const struct api_answer *answer)
{
    const struct asking *asking = argument;
    struct inquiry *inquiry = asking->inquiry;

    if (answer->status == 202 || answer->status == 404) {
        note_deleted(inquiry, text_of(asking->image, "digest"));
        end_asking(inquiry);
    } else if (answer->status == 405)
        tell_failure(inquiry, memory_print("The registry %s deletes nothing: it needs "
                                           "storage.delete.enabled: true",
                                           inquiry->registry));
    else
        tell_bad_answer(inquiry, "a deletion", answer);
}

static void
send_deletion(struct inquiry *inquiry, struct asking *asking)
{
    static const struct api_callbacks callbacks = {.on_done = on_deleted};
    char *path =
        memory_print("/v2/%s/manifests/%s", inquiry->name, text_of(asking->image, "digest"));

    api_client_send(
        inquiry->client,
        &(struct api_call){.method = "DELETE", .path = path, .timeout_ms = TIMEOUT_MS},
        &callbacks, asking);
    free(path);
}

static void
begin_deletions(struct inquiry *inquiry)
{
    json_t *doomed = json_array(), *tags;
    const char *digest;

    json_object_foreach (inquiry->digests, digest, tags)
        if (inquiry->choose != NULL && inquiry->choose(inquiry->input, tags))
            json_array_append_new(doomed, json_pack("{s:s}", "digest", digest));
    begin_step(inquiry, doomed, send_deletion, tell_images);
}

/* --- manifests */

static void
on_manifest_field(void *argument, const char *name, const char *value)
{
    const struct asking *asking = argument;

    if (strcmp(name, "docker-content-digest") == 0 && ecr_is_digest(value))
        json_object_set_new(asking->image, "digest", json_string(value));
    if (strcmp(name, "content-type") == 0)
        json_object_set_new(asking->image, "media_type", json_string(value));
}

/* An index has no size of its own. */
static void
read_manifest(json_t *image, const char *body)
{
    json_t *manifest = json_loads(body, 0, NULL);
    const json_t *layers = json_object_get(manifest, "layers"), *layer;
    json_int_t size = 0;
    size_t index;

    json_array_foreach (layers, index, layer)
        size += json_integer_value(json_object_get(layer, "size"));
    if (layers != NULL)
        json_object_set_new(image, "size", json_integer(size));
    const char *type = text_of(json_object_get(manifest, "config"), "mediaType");
    if (type != NULL)
        json_object_set_new(image, "artifact_type", json_string(type));
    json_object_set_new(image, "is_there", json_true());
    json_decref(manifest);
}

/* What has gone since its tag was read is not there. */
static void
on_manifest(void *argument, const struct api_answer *answer)
{
    const struct asking *asking = argument;

    if (answer->status != 200 && answer->status != 404) {
        tell_bad_answer(asking->inquiry, "a manifest", answer);
        return;
    }
    if (answer->status == 200)
        read_manifest(asking->image, answer->body);
    end_asking(asking->inquiry);
}

static void
send_manifest(struct inquiry *inquiry, struct asking *asking)
{
    static const struct api_callbacks callbacks = {.on_field = on_manifest_field,
                                                   .on_done = on_manifest};
    const char *tag = text_of(asking->image, "tag");
    char *escaped = tag == NULL ? NULL : api_escape(tag);
    char *path = memory_print("/v2/%s/manifests/%s", inquiry->name,
                              tag == NULL ? text_of(asking->image, "digest") : escaped);

    api_client_send(
        inquiry->client,
        &(struct api_call){
            .method = "GET", .path = path, .timeout_ms = TIMEOUT_MS, .most_bytes = BYTES_MOST},
        &callbacks, asking);
    free(path);
    free(escaped);
}

static void
add_image(struct inquiry *inquiry, const char *digest, json_t *image)
{
    json_t *tags = json_object_get(inquiry->digests, digest);

    json_array_append(inquiry->images, image);
    if (tags == NULL)
        json_object_set_new(inquiry->digests, digest, json_pack("[O]", image));
    else
        json_array_append(tags, image);
}

/* A digest that a tag has, too, is one image; tags come first. */
static void
collect_images(struct inquiry *inquiry)
{
    json_t *image;
    size_t index;

    json_array_foreach (inquiry->list, index, image) {
        const char *digest = text_of(image, "digest");
        bool is_there = json_object_get(image, "is_there") != NULL && digest != NULL;
        if (is_there && (text_of(image, "tag") != NULL ||
                         json_object_get(inquiry->digests, digest) == NULL))
            add_image(inquiry, digest, image);
    }
    begin_deletions(inquiry);
}

/* --- tags */

static int
compare(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static void
add_tags(json_t *references, const json_t *tags)
{
    size_t count = json_array_size(tags), found = 0;
    const char **sorted = memory_take(count + 1, sizeof(*sorted));

    for (size_t i = 0; i < count; i++)
        if (json_is_string(json_array_get(tags, i)))
            sorted[found++] = json_string_value(json_array_get(tags, i));
    qsort(sorted, found, sizeof(*sorted), compare);
    for (size_t i = 0; i < found; i++)
        json_array_append_new(references, json_pack("{s:s}", "tag", sorted[i]));
    free(sorted);
}

static void
add_digests(json_t *references, const json_t *input)
{
    const json_t *ids = json_object_get(input, "imageIds"), *image;
    size_t index;

    json_array_foreach (ids, index, image) {
        const char *digest = text_of(image, "imageDigest");
        if (digest != NULL && ecr_is_digest(digest))
            json_array_append_new(references, json_pack("{s:s}", "digest", digest));
    }
}

/* A repository that nothing was ever pushed to is none for the registry. */
static void
on_tags(void *argument, const struct api_answer *answer)
{
    struct inquiry *inquiry = argument;
    json_t *body = answer->status == 200 ? json_loads(answer->body, 0, NULL) : NULL;
    const json_t *tags = json_object_get(body, "tags");
    json_t *references = json_array();

    if (answer->status != 404 && !json_is_object(body)) {
        tell_bad_answer(inquiry, "tags", answer);
    } else if (json_array_size(tags) > TAGS_MOST) {
        tell_failure(inquiry, memory_print("The repository %s has %zu tags: more than %d are "
                                           "not looked at",
                                           inquiry->name, json_array_size(tags), TAGS_MOST));
    } else {
        add_tags(references, tags);
        add_digests(references, inquiry->input);
        begin_step(inquiry, json_incref(references), send_manifest, collect_images);
    }
    json_decref(references);
    json_decref(body);
}

static void
send_tags(struct inquiry *inquiry)
{
    static const struct api_callbacks callbacks = {.on_done = on_tags};
    char *path = memory_print("/v2/%s/tags/list", inquiry->name);

    api_client_send(
        inquiry->client,
        &(struct api_call){
            .method = "GET", .path = path, .timeout_ms = TIMEOUT_MS, .most_bytes = BYTES_MOST},
        &callbacks, inquiry);
    free(path);
}

struct aws_question *
ecr_inquiry_begin(const struct aws_call *call, ecr_delete_choice *choose,
                  aws_on_known *on_known, void *argument)
{
    const char *registry = call->parts->config->api_registry;
    const char *name = aws_text(call, "repositoryName");

    if (registry == NULL || ecr_find(call, name) == NULL)
        return NULL;
    struct inquiry *inquiry = memory_take(1, sizeof(*inquiry));
    char *url = memory_print("http://%s", registry), *error;
    const struct api_endpoint endpoint = {.url = url};
    *inquiry = (struct inquiry){.question = {cancel, on_known, argument},
                                .loop = call->parts->loop,
                                .client = api_client_new(call->parts->loop, &endpoint, &error),
                                .registry = memory_copy_text(registry),
                                .name = memory_copy_text(name),
                                .input = json_deep_copy(call->input),
                                .choose = choose,
                                .images = json_array(),
                                .digests = json_object()};
    CHECK(inquiry->client != NULL);
    api_client_accept(inquiry->client, MANIFESTS);
    free(url);
    send_tags(inquiry);
    return &inquiry->question;
}
