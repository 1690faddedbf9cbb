/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door for the api role: calls as pages over its channel. The role is not trusted:
 * whoever changes something must have signed it, and it is written down who that was. Private
 * to admin*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_API_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_API_H

#include <stdbool.h>
#include <stdint.h>

#include "control/admin/admin_request.h"
#include "control/keys/access_keys.h"
#include "control/keys/key_uses.h"
#include "control/processes/children.h"
#include "control/registry/event_log.h"
#include "net/loop.h"

struct admin_api;

/* What the door may reach; outlives it. */
struct admin_api_parts {
    struct loop *loop;
    struct children *children;
    struct access_keys *keys;
    struct key_uses *key_uses;
    struct event_log *events;
    admin_request_handler *on_request;
    void *argument;
};

struct admin_api *admin_api_new(const struct admin_api_parts *parts);

/* Whether reading needs no key; it does until this is said. */
void admin_api_set_anonymous_reads(struct admin_api *api, bool has_anonymous_reads);
/* Calls of AWS's APIs a second with each key, and without one; 0: no limit, until this is said.
 */
void admin_api_set_rate(struct admin_api *api, unsigned calls_per_second);
void admin_api_free(struct admin_api **api);

/* A call has come; takes the descriptor. False: there are too many of them. */
bool admin_api_take(struct admin_api *api, uint64_t call_id, int fd);

/* Nobody reads that call's answer any more, or any call's: the role has ended. */
void admin_api_drop(struct admin_api *api, uint64_t call_id);
void admin_api_drop_all(struct admin_api *api);

/* Ends every stream with these last bytes; their on_gone is called. */
void admin_api_end_streams(struct admin_api *api, struct slice last);

#endif
