/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a request: is it meant for this role, does its own page ask, and then the
 * page's files, the role's own answers, or control. Start reading at front_serve.
 */
#ifndef FAIRLEAD_API_FRONT_H
#define FAIRLEAD_API_FRONT_H

#include <stdbool.h>

#include "api/own_answers.h"
#include "api/passed_call.h"
#include "ipc/snapshot.h"
#include "net/http_service.h"
#include "net/loop.h"

struct front;
struct tls_service;

struct front_parts {
    struct passed_call_parts control;
    struct own_answers *own;
};

struct front *front_new(const struct front_parts *parts);
void front_free(struct front **front);

/* From now on; valid until the next one. */
void front_set_snapshot(struct front *front, const struct snapshot *snapshot);

/* What it is served by, whose certificate's names are ours; NULL: in plain. Likewise. */
void front_set_tls(struct front *front, const struct tls_service *tls);

/* An http_service_handler; its argument is the front. */
void front_serve(struct http_service_request *request, void *argument);

#endif
