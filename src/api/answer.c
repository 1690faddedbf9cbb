/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"

#include "api/json_writer.h"

/* Nothing but this page's own files runs, and nobody else shows, reads or embeds it. */
static const struct {
    const char *name, *value;
} fields[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

void
answer_add_fields(struct http_service_request *request)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        http_service_add_field(request, fields[i].name, fields[i].value);
}

void
answer_json(struct http_service_request *request, int status, struct slice body)
{
    answer_add_fields(request);
    http_service_reply(request, status, "application/json", body.at, body.length);
}

void
answer_refuse(struct http_service_request *request, int status, const char *code,
              const char *message)
{
    struct json_writer body = {.needs_comma = false};

    json_object_begin(&body, NULL);
    json_object_begin(&body, "error");
    json_add_text(&body, "code", slice_of(code));
    json_add_text(&body, "message", slice_of(message));
    json_object_end(&body);
    json_object_end(&body);
    answer_json(request, status, text_slice(&body.text));
    json_clear(&body);
}
