/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as they are given: what is wrong with them is for the parser to find. */
#include "control/admin/explained_request.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/forwarding.h"
#include "http/http1_parser.h"
#include "http/request_judge.h"

/* Whether the text has a protocol that is served, or none; takes it off. */
static bool
take_protocol(struct slice *rest, bool *is_tls)
{
    size_t colon = strcspn(rest->at, ":/?#");
    struct slice behind = slice_make(rest->at + colon, rest->length - colon);

    if (!slice_starts_with(behind, SLICE_LITERAL("://")))
        return true;
    struct slice name = slice_make(rest->at, colon);
    *is_tls = slice_equal_ignoring_case(name, SLICE_LITERAL("https"));
    *rest = slice_make(behind.at + 3, behind.length - 3);
    return *is_tls || slice_equal_ignoring_case(name, SLICE_LITERAL("http"));
}

/* Behind the last colon that is outside of brackets. */
static uint64_t
port_of(struct slice authority)
{
    size_t bracket =
        authority.length != 0 && *authority.at == '[' ? slice_find(authority, ']') : 0;
    struct slice rest = slice_make(authority.at + bracket, authority.length - bracket);
    size_t colon = slice_find(rest, ':');
    uint64_t port = 0;

    if (colon < rest.length &&
        !slice_to_number(slice_make(rest.at + colon + 1, rest.length - colon - 1), UINT16_MAX,
                         &port))
        return 0;
    return port;
}

bool
explained_url_read(struct explained_url *url, const char *text)
{
    struct slice rest = slice_of(text);

    *url = (struct explained_url){.target = rest};
    if (*text == '/' || *text == '*')
        return true;
    if (!take_protocol(&rest, &url->is_tls))
        return false;
    rest.length = slice_find(rest, '#');
    size_t end = 0;
    while (end < rest.length && rest.at[end] != '/' && rest.at[end] != '?')
        end++;
    url->authority = slice_make(rest.at, end);
    url->port = port_of(url->authority);
    url->target = slice_make(rest.at + end, rest.length - end);
    return true;
}

static bool
is_host_line(const char *line)
{
    struct slice name = slice_make(line, strcspn(line, ":"));

    return slice_equal_ignoring_case(slice_trim(name), SLICE_LITERAL("host"));
}

/* The lines behind each other, ready to be sent. */
static char *
join_lines(const struct explained_lines *lines, bool *has_host)
{
    char *joined = memory_copy_text("");
    const char *line;

    for (size_t i = 0; (line = lines->at(lines->argument, i)) != NULL; i++) {
        char *longer = memory_print("%s%s\r\n", joined, line);
        *has_host = *has_host || is_host_line(line);
        free(joined);
        joined = longer;
    }
    return joined;
}

void
explained_request_make(struct explained_request *request, const char *method,
                       const struct explained_url *url, const struct explained_lines *lines)
{
    struct slice host =
        url->authority.length != 0 ? url->authority : SLICE_LITERAL("localhost");
    bool has_host = false, is_rooted = url->target.length != 0 && *url->target.at != '?';
    char *joined = join_lines(lines, &has_host);
    char *host_line = has_host ? memory_copy_text("")
                               : memory_print("Host: %.*s\r\n", (int)host.length, host.at);

    http_head_reset(&request->head);
    request->refusal = HTTP_REFUSAL_NONE;
    request->bytes = memory_print("%s %s%.*s HTTP/1.1\r\n%s%s\r\n",
                                  method == NULL ? "GET" : method, is_rooted ? "" : "/",
                                  (int)url->target.length, url->target.at, host_line, joined);
    free(host_line);
    free(joined);
}

void
explained_request_read(struct explained_request *request,
                       const struct snapshot_settings *settings,
                       const struct config_attributes *attributes)
{
    struct http1_parser parser;
    size_t used = 0;

    http1_parser_start_request(&parser, &request->head, &settings->limits);
    enum http1_result result =
        http1_parser_feed(&parser, request->bytes, strlen(request->bytes), &used);
    if (result == HTTP1_HEAD_DONE)
        request->refusal = request_judge(&request->head, attributes, &settings->limits);
    else
        request->refusal = result == HTTP1_REFUSED ? parser.refusal : HTTP_REFUSAL_MALFORMED;
    if (request->refusal == HTTP_REFUSAL_NONE)
        request->refusal = forwarding_check_request(&request->head, attributes);
}

void
explained_request_clear(struct explained_request *request)
{
    free(request->bytes);
    request->bytes = NULL;
}
