/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/admin_request.h"

#include "base/check.h"

bool
admin_request_admit(struct admin_request *request, enum admin_access access)
{
    return request->door->admit(request, access);
}

enum sigv4_fault
admin_request_prove(struct admin_request *request, struct admin_proof *proof)
{
    *proof = (struct admin_proof){.service = SLICE_NONE};
    return request->door->prove(request, proof);
}

enum sigv4_fault
admin_request_prove_change(struct admin_request *request, const char *what, bool *is_answered)
{
    return request->door->prove_change(request, what, is_answered);
}

const char *
admin_request_parameter(const struct admin_request *request, const char *name)
{
    return admin_request_parameter_at(request, name, 0);
}

const char *
admin_request_parameter_at(const struct admin_request *request, const char *name, size_t n)
{
    return request->door->parameter_at(request, name, n);
}

struct slice
admin_request_query(const struct admin_request *request)
{
    return request->door->query(request);
}

struct slice
admin_request_body(const struct admin_request *request)
{
    return request->door->body(request);
}

void
admin_request_reply(struct admin_request *request, int status, const char *content_type,
                    struct slice body)
{
    request->door->reply(request, status, content_type, body);
}

void
admin_request_stream_begin(struct admin_request *request, const char *content_type,
                           void (*on_gone)(void *argument), void *argument)
{
    CHECK(on_gone != NULL);
    request->on_gone = on_gone;
    request->on_gone_argument = argument;
    request->door->stream_begin(request, content_type);
}

void
admin_request_stream_add(struct admin_request *request, struct slice bytes)
{
    request->door->stream_add(request, bytes);
}

void
admin_request_stream_end(struct admin_request *request)
{
    request->door->stream_end(request);
}
