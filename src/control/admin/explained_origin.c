/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/explained_origin.h"

#include <string.h>

bool
explained_origin_read(struct explained_origin *origin, const char *source)
{
    if (strcmp(source, "unix:") == 0) {
        origin->source = (struct address){.family = ADDRESS_UNIX};
        return true;
    }
    if (!address_parse(&origin->source, source, 0))
        return false;
    address_unmap(&origin->source);
    return true;
}

static bool
is_trusted(const void *argument, const struct address *address)
{
    const struct explained_origin *origin = argument;

    return snapshot_has_source(origin->snapshot, origin->balancer->trusted_sources, address);
}

static bool
next_field(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct explained_origin *origin = argument;
    const struct forwarded_fields fields = {origin->request, &origin->told, origin->port};

    if (origin->balancer->trusted_sources.count == 0)
        return http_head_next_value(origin->request, name, place, value);
    return forwarded_next_field(&fields, name, place, value);
}

void
explained_origin_route(struct explained_origin *origin, const struct http_head *request,
                       const struct config_listener *listener, struct route_request *routed)
{
    const struct address *client = &origin->told.client;

    origin->request = request;
    origin->told.is_tls = listener->protocol == PROTOCOL_HTTPS;
    if (is_trusted(origin, &origin->source))
        forwarded_origin_read(&origin->told, request, is_trusted, origin);
    origin->port = origin->told.port != 0 ? origin->told.port : (uint16_t)listener->port;
    *routed = (struct route_request){
        .method = request->method,
        .host = request->host_name,
        .path = request->path,
        .query = request->query,
        .source = client->family != ADDRESS_NONE ? *client : origin->source,
        .field = next_field,
        .argument = origin,
    };
}

struct slice
explained_origin_protocol(const struct explained_origin *origin)
{
    return origin->told.is_tls ? SLICE_LITERAL("https") : SLICE_LITERAL("http");
}
