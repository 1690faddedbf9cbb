/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams whose reading is paused, and whose peers may go meanwhile: nothing else would tell of
 * that before somebody reads or writes again. For stream.c only.
 */
#ifndef FAIRLEAD_NET_HANGUP_H
#define FAIRLEAD_NET_HANGUP_H

#include <stdbool.h>

struct stream;

/* Calls the stream's on_gone once for the peer's end, and once more when it fails after that.
 * False: no descriptor or memory is left for it. */
bool hangup_watch(struct stream *stream);

/* Must be called before the descriptor is closed. */
void hangup_ignore(struct stream *stream);

#endif
