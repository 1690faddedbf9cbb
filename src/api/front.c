/* SPDX-License-Identifier: Apache-2.0 */
#include "api/front.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/host_check.h"
#include "api/page_files.h"
#include "base/memory.h"
#include "base/slice.h"
#include "net/tls/tls_service.h"

#define FILES_PATH "/console/"
#define API_PATH "/v1/"
#define FIRST_FILE "index.html"
#define ACTION_PARAMETER "Action"

struct front {
    struct front_parts parts;
    const struct snapshot *snapshot; /* NULL: none yet */
    const struct tls_service *tls;   /* NULL: in plain */
};

struct front *
front_new(const struct front_parts *parts)
{
    struct front *front = memory_take(1, sizeof(*front));

    front->parts = *parts;
    return front;
}

void
front_free(struct front **front)
{
    free(*front);
    *front = NULL;
}

void
front_set_snapshot(struct front *front, const struct snapshot *snapshot)
{
    front->snapshot = snapshot;
}

void
front_set_tls(struct front *front, const struct tls_service *tls)
{
    front->tls = tls;
}

/* Whether exactly one field has that name; its value, or "". */
static bool
read_once(const struct http_service_request *request, const char *wanted, struct slice *value)
{
    const char *name, *text;
    unsigned count = 0;

    *value = SLICE_LITERAL("");
    for (size_t i = 0; http_service_field_at(request, i, &name, &text); i++) {
        if (!slice_equal_ignoring_case(slice_of(name), slice_of(wanted)))
            continue;
        *value = slice_of(text);
        count++;
    }
    return count == 1;
}

/* Nobody else can have a certificate of ours for a name of his. */
static bool
is_certified(const struct front *front, struct slice host)
{
    return front->tls != NULL && tls_service_is_for(front->tls, host_check_name(host));
}

/* True: it has been refused. */
static bool
is_foreign(const struct front *front, struct http_service_request *request)
{
    struct slice names =
        snapshot_slice(front->snapshot, snapshot_settings(front->snapshot)->api_names);
    struct slice host;
    const char *origin = http_service_field(request, "Origin");

    if (*http_service_target(request) != '/') {
        answer_refuse(request, 400, "BadTarget", "the request's target does not begin with /");
        return true;
    }
    if (!read_once(request, "Host", &host) ||
        (!host_check_is_ours(host, names) && !is_certified(front, host))) {
        answer_refuse(
            request, 421, "UnknownHost",
            "Host names somebody else: use localhost, 127.0.0.1, the address of api, or "
            "add the name to api.names, or have it in the certificate");
        return true;
    }
    if (origin == NULL || host_check_is_same_origin(slice_of(origin), host))
        return false;
    answer_refuse(request, 403, "ForeignOrigin", "a page from elsewhere may not ask");
    return true;
}

static const struct page_file *
find_file(const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? FIRST_FILE : path + strlen(FILES_PATH);

    for (size_t i = 0; i < page_file_count; i++)
        if (strcmp(page_files[i].name, name) == 0)
            return &page_files[i];
    return NULL;
}

static void
serve_file(struct http_service_request *request, const char *path)
{
    const struct page_file *file = find_file(path);
    const char *known = http_service_field(request, "If-None-Match");

    if (file == NULL) {
        answer_refuse(request, 404, "NotFound", "the console has no such file");
        return;
    }
    answer_add_fields(request);
    http_service_add_field(request, "Cache-Control", "no-cache");
    http_service_add_field(request, "ETag", file->tag);
    if (known != NULL && strcmp(known, file->tag) == 0)
        http_service_reply(request, 304, file->content_type, "", 0);
    else
        http_service_reply(request, 200, file->content_type, (const char *)file->bytes,
                           file->length);
}

static bool
starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* On this machine, where everybody may look unless told otherwise. */
static bool
is_near(const struct http_service_request *request)
{
    char client[ADDRESS_TEXT_SIZE];
    struct address address;

    http_service_client(request, client);
    return !address_parse(&address, client, 0) || host_check_is_loopback(&address);
}

/* Somebody who has a key wants to be known by it, and refused by it. */
static bool
must_ask(const struct front *front, const struct http_service_request *request,
         const struct own_answer *answer)
{
    return !own_answer_is_open(answer) || passed_call_is_signed(request) || !is_near(request) ||
           snapshot_settings(front->snapshot)->api_anonymous_read == 0;
}

/* POST / is a call of an AWS API, which control answers, and so is a GET that names an
 * operation: without one it is for the console. */
static bool
is_aws_call(const struct http_service_request *request, const char *path)
{
    const char *method = http_service_method(request);
    bool is_named = http_service_parameter(request, ACTION_PARAMETER) != NULL;

    return strcmp(path, "/") == 0 &&
           (strcmp(method, "POST") == 0 || (strcmp(method, "GET") == 0 && is_named));
}

static void
on_permit(struct http_service_request *request, void *argument)
{
    struct front *front = argument;

    own_answers_serve(front->parts.own, own_answers_find(http_service_path(request)), request);
}

static void
serve_call(struct front *front, struct http_service_request *request)
{
    const struct own_answer *answer = own_answers_find(http_service_path(request));
    const char *method = http_service_method(request);

    if (strcmp(method, "HEAD") == 0)
        answer_refuse(request, 405, "MethodNotAllowed", "ask with GET");
    else if (answer == NULL || strcmp(method, "GET") != 0)
        passed_call_begin(&front->parts.control, request);
    else if (must_ask(front, request, answer))
        passed_call_ask(&front->parts.control, request, on_permit, front);
    else
        own_answers_serve(front->parts.own, answer, request);
}

void
front_serve(struct http_service_request *request, void *argument)
{
    struct front *front = argument;
    const char *path = http_service_path(request);
    bool is_file = strcmp(path, "/") == 0 || starts_with(path, FILES_PATH);

    if (front->snapshot == NULL)
        answer_refuse(request, 503, "Starting", "the api role has no snapshot yet");
    else if (is_foreign(front, request))
        return;
    else if (is_aws_call(request, path))
        passed_call_begin(&front->parts.control, request);
    else if (is_file && strcmp(http_service_method(request), "POST") == 0)
        answer_refuse(request, 405, "MethodNotAllowed", "files are only read");
    else if (is_file)
        serve_file(request, path);
    else if (starts_with(path, API_PATH))
        serve_call(front, request);
    else
        answer_refuse(request, 404, "NotFound", "there are /, /console/ and /v1/");
}
