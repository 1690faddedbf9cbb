/* SPDX-License-Identifier: Apache-2.0 */
/* What goes and comes on a stream: the other half of target_link.h, as that says. */
#ifndef FAIRLEAD_WORKER_HTTP2_TARGET_STREAM_CODEC_H
#define FAIRLEAD_WORKER_HTTP2_TARGET_STREAM_CODEC_H

#include "worker/http2/target_stream.h"

enum target_link_result target_stream_send_request(struct target_link *link,
                                                   struct target_link_request *request,
                                                   enum http_refusal *refusal);
bool target_stream_send_body(struct target_link *link, const struct carrier_body *body);
enum target_link_result target_stream_read(struct target_link *link,
                                           struct target_link_answer *answer);
void target_stream_forget_head(struct target_link *link);

/* Nothing of an exchange is left in it. */
void target_stream_reset(struct target_stream *stream);

#endif
