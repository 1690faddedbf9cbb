/* SPDX-License-Identifier: Apache-2.0 */
/* What answers have in common by their listener's attributes. */
#ifndef FAIRLEAD_WORKER_ANSWER_SHAPE_H
#define FAIRLEAD_WORKER_ANSWER_SHAPE_H

#include "http/forwarding.h"
#include "worker/listeners/listener.h"
#include "worker/targets/view.h"

/* Of a view with listeners that have such attributes. */
struct forwarding_shape answer_shape_of_listener(const struct view *view,
                                                 const struct listener *listener);

/* Of this view's row of the listener; of one that is not configured any more: the load
 * balancer's alone. The slices live as long as the view. Few configurations have any. */
static inline struct forwarding_shape
answer_shape(const struct view *view, const struct listener *listener)
{
    if (__builtin_expect(view->settings->has_shaping_listeners != 0, 0))
        return answer_shape_of_listener(view, listener);
    return (struct forwarding_shape){
        .server_header = listener_balancer(listener, view)->attributes.server_header};
}

#endif
