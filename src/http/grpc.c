/* SPDX-License-Identifier: Apache-2.0 */
/* The mapping of HTTP statuses that gRPC's clients use where they are told none. */
#include "http/grpc.h"

static const struct {
    uint16_t http;
    const char *grpc, *message;
} statuses[] = {
    {400, "13", "internal"},         {401, "16", "unauthenticated"},
    {403, "7", "permission denied"}, {404, "12", "unimplemented"},
    {429, "14", "unavailable"},      {502, "14", "unavailable"},
    {503, "14", "unavailable"},      {504, "14", "unavailable"},
};

#define UNKNOWN "2"

/* application/grpc-web is another protocol, which HTTP/1.1 carries, too. */
static bool
is_of_name(char byte)
{
    return byte != '+' && byte != ';' && byte != ' ' && byte != '\t';
}

bool
grpc_is_call(const struct http_head *request)
{
    static const struct slice start = {"application/grpc", 16};
    const struct http_field *type = http_head_find(request, HTTP_FIELD_CONTENT_TYPE);

    if (type == NULL || !slice_equal(request->method, SLICE_LITERAL("POST")) ||
        type->value.length < start.length ||
        !slice_equal_ignoring_case(slice_make(type->value.at, start.length), start))
        return false;
    return type->value.length == start.length || !is_of_name(type->value.at[start.length]);
}

void
grpc_write_status(struct text *fields, unsigned status)
{
    const char *grpc = UNKNOWN, *message = "unknown";

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].http != status)
            continue;
        grpc = statuses[i].grpc;
        message = statuses[i].message;
    }
    text_add_literal(fields, "Grpc-Status: ");
    text_add_slice(fields, slice_of(grpc));
    text_add_literal(fields, "\r\nGrpc-Message: ");
    text_add_slice(fields, slice_of(message));
    text_add_literal(fields, "\r\n");
}
