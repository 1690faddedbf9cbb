/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exchange/answer_shape.h"

#include "worker/listeners/listener.h"

struct forwarding_shape
answer_shape_of_listener(const struct view *view, const struct listener *listener)
{
    struct forwarding_shape shape = {
        .server_header = listener_balancer(listener, view)->attributes.server_header};
    uint32_t row = listener_index(listener, view);

    if (row == SNAPSHOT_NO_INDEX)
        return shape;
    const struct snapshot_listener *of = snapshot_listener(view->snapshot, row);
    shape.server_header = shape.server_header && of->server_header != 0;
    shape.fields = snapshot_slice(view->snapshot, of->response_fields);
    return shape;
}
