/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that fairlead makes itself: errors in the ALB's form, fixed responses, redirects. */
#ifndef FAIRLEAD_WORKER_REPLY_H
#define FAIRLEAD_WORKER_REPLY_H

#include "worker/exchange/exchange.h"

/* The status that an end reason is answered with; 0: it has none. */
unsigned reply_status(enum end_reason reason);

#endif
