/* SPDX-License-Identifier: Apache-2.0 */
/* A redirect action's Location: templates with #{name}, filled in from the request. */
#include "ipc/route.h"

#include "base/text.h"

struct substitution {
    const struct route_request *request;
    const struct route_origin *origin;
    struct text *out;
};

static void
add_protocol(const struct substitution *with)
{
    text_add_slice(with->out, with->origin->protocol);
}

static void
add_host(const struct substitution *with)
{
    text_add_slice(with->out, with->origin->host);
}

static void
add_port(const struct substitution *with)
{
    text_add_number(with->out, with->origin->port);
}

/* Without its slash, which the template brings: "/#{path}". */
static void
add_path(const struct substitution *with)
{
    struct slice path = with->request->path;
    size_t skipped = path.length > 0 && path.at[0] == '/';

    text_add_bytes(with->out, path.at + skipped, path.length - skipped);
}

static void
add_query(const struct substitution *with)
{
    text_add_slice(with->out, with->request->query);
}

static const struct {
    struct slice mark;
    void (*add)(const struct substitution *with);
} placeholders[] = {
    {{"#{protocol}", 11}, add_protocol}, {{"#{host}", 7}, add_host},
    {{"#{port}", 7}, add_port},          {{"#{path}", 7}, add_path},
    {{"#{query}", 8}, add_query},
};

#define PLACEHOLDER_COUNT (sizeof(placeholders) / sizeof(placeholders[0]))

/* Fills in the placeholder that the template begins with; its length, or 0 for none. */
static size_t
substitute(const struct substitution *with, struct slice template)
{
    for (size_t i = 0; i < PLACEHOLDER_COUNT; i++)
        if (slice_starts_with(template, placeholders[i].mark)) {
            placeholders[i].add(with);
            return placeholders[i].mark.length;
        }
    return 0;
}

static void
fill_in(const struct substitution *with, struct slice template)
{
    while (template.length > 0) {
        size_t length = substitute(with, template);
        if (length == 0) {
            length = 1;
            text_add_byte(with->out, template.at[0]);
        }
        template = slice_make(template.at + length, template.length - length);
    }
}

/* The configuration writes HTTP and HTTPS; a URL's scheme is in lower case. */
static void
fill_in_protocol(const struct substitution *with, struct slice template)
{
    size_t start = with->out->length;

    fill_in(with, template);
    for (size_t i = start; i < with->out->length; i++)
        with->out->at[i] = slice_lower(with->out->at[i]);
}

/* The port is always written, as the ALB does. */
bool
route_write_location(const struct snapshot *snapshot, const struct snapshot_action *action,
                     const struct route_request *request, const struct route_origin *origin,
                     struct text *out)
{
    const struct substitution with = {request, origin, out};

    fill_in_protocol(&with, snapshot_slice(snapshot, action->redirect_protocol));
    text_add_literal(out, "://");
    fill_in(&with, snapshot_slice(snapshot, action->redirect_host));
    text_add_byte(out, ':');
    fill_in(&with, snapshot_slice(snapshot, action->redirect_port));
    fill_in(&with, snapshot_slice(snapshot, action->redirect_path));
    size_t mark = out->length;
    text_add_byte(out, '?');
    fill_in(&with, snapshot_slice(snapshot, action->redirect_query));
    if (out->length == mark + 1) /* no query: no question mark */
        out->length = mark;
    return !out->is_truncated;
}
