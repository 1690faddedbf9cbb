/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small requests that must not be sent twice and whose connection was reset after they had been
 * sent: whether the program had begun them cannot be seen. When control says that the target is
 * being stopped or gone, it can: the kernel resets what a dying program left unread, and ends
 * in order what it had read. Until then such a request waits; when control says nothing, it
 * fails.
 *
 * A request that may be sent again, but has lost all targets that there are, waits likewise:
 * when one of them is going, another is expected, for which its group holds requests.
 */
#ifndef FAIRLEAD_WORKER_DOUBT_H
#define FAIRLEAD_WORKER_DOUBT_H

#include <stdbool.h>

#include "worker/exchange/exchange.h"

/* In which control learns of a container's end. */
#define DOUBT_MS 2000

/* Each time at targets that were going. */
#define DOUBTS_MAX 4

/* How much longer control's word is waited for. */
uint64_t doubt_left_ms(const struct exchange *exchange);

/* For a request that no target is left for: waits for word of the last one, or fails. */
enum exchange_step doubt_or_fail(struct exchange *exchange);

/* Whether a lost connection leaves such a doubt; the connection must still be open. */
bool doubt_is_left(const struct exchange *exchange);

/* Whether control has said since that the target is going. */
bool doubt_is_over(const struct exchange *exchange);

#endif
