/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of fairlead's own, in the form of the ALB's. */
#include "http/forwarding.h"

#include "base/clock.h"
#include "http/forwarding_write.h"

static const struct {
    unsigned status;
    const char *phrase;
} phrases[] = {

#define HTTP_STATUS(code, phrase) {code, phrase},
#include "http/status.def"
#undef HTTP_STATUS
};

const char *
http_status_phrase(unsigned status)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "";
}

/* "502 Bad Gateway"; a status that has no phrase here stands alone. */
static struct slice
print_title(const struct forwarding_page *page, struct text *title)
{
    const char *phrase = http_status_phrase(page->status);

    text_add_padded(title, page->status, 3);
    text_add_byte(title, ' ');
    text_add_slice(title, slice_of(phrase));
    return *phrase == '\0' ? slice_make(title->at, 3) : text_slice(title);
}

static struct slice
print_body(struct text *body, struct slice title)
{
    text_add_literal(body, "<html>\r\n<head><title>");
    text_add_slice(body, title);
    text_add_literal(body, "</title></head>\r\n<body>\r\n<center><h1>");
    text_add_slice(body, title);
    text_add_literal(body, "</h1></center>\r\n</body>\r\n</html>\r\n");
    return text_slice(body);
}

/* 204 and 304 have no body and tell no length (RFC 9110 8.6); 205 tells that it has none
 * (RFC 9110 15.3.6). */
static bool
has_length(unsigned status)
{
    return status != 204 && status != 304;
}

static void
write_head(struct text *out, const struct forwarding_page *page, struct slice body)
{
    if (page->shape.server_header)
        text_add_literal(out, "Server: fairlead\r\n");
    write_field(out, SLICE_LITERAL("Date"),
                slice_make(clock_http_date(), CLOCK_HTTP_DATE_LENGTH));
    if (page->content_type.length != 0 && page->status != 205)
        write_field(out, SLICE_LITERAL("Content-Type"), page->content_type);
    else if (body.length != 0)
        text_add_literal(out, "Content-Type: text/html\r\n");
    if (has_length(page->status))
        write_content_length(out, body.length);
    if (page->keep_alive)
        text_add_literal(out, "Connection: keep-alive\r\n");
    else
        text_add_literal(out, "Connection: close\r\n");
    text_add_slice(out, page->shape.fields);
    text_add_slice(out, page->extra_fields);
    text_add_literal(out, "\r\n");
}

bool
forwarding_write_page(struct text *out, const struct forwarding_page *page)
{
    char title_bytes[64];
    char body_bytes[256];
    struct text title_text = text_over(title_bytes, sizeof(title_bytes));
    struct text body_text = text_over(body_bytes, sizeof(body_bytes));
    struct slice title = print_title(page, &title_text);
    struct slice body = page->body;

    if (page->status == 205)
        body = SLICE_LITERAL("");
    else if (body.at == NULL)
        body = print_body(&body_text, title);
    text_add_literal(out, "HTTP/1.1 ");
    text_add_slice(out, title);
    if (title.length == 3)
        text_add_byte(out, ' '); /* stays in front of an empty phrase (RFC 9112 4) */
    text_add_literal(out, "\r\n");
    write_head(out, page, body);
    if (!page->is_head_request && has_length(page->status))
        text_add_slice(out, body);
    return !out->is_truncated;
}
