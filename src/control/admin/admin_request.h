/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of the admin API as its handler sees it, whichever door it came by: what is asked, and
 * where the answer leaves. A door embeds the request in a struct of its own, makes it for each
 * call, and frees it when it has been answered or its stream has ended. Private to admin*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_REQUEST_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "control/keys/access_key.h"
#include "wire/sigv4_fault.h"

struct admin_request;

/* Who may make a call that did not come by the admin socket, which lets everybody. */
enum admin_access {
    ADMIN_READ,    /* nobody has to say who he is, unless a setting asks for it */
    ADMIN_PRIVATE, /* whoever has a key */
    ADMIN_CHANGE,  /* whoever has a key that is not read-only, once a signature */
    ADMIN_LOCAL,   /* nobody */
    ADMIN_WIRE,    /* the handler finds out, by admin_request_prove */
};

/* What a call is signed for, valid during the handler; empty: it is not signed. */
struct admin_proof {
    struct slice service, region;
    struct slice target; /* X-Amz-Target, signed where anything is; at NULL: there is none */
};

/* One kind of door; the functions below call these. */
struct admin_door {
    bool (*admit)(struct admin_request *request, enum admin_access access);
    enum sigv4_fault (*prove)(struct admin_request *request, struct admin_proof *proof);
    enum sigv4_fault (*prove_change)(struct admin_request *request, const char *what,
                                     bool *is_answered);
    const char *(*parameter_at)(const struct admin_request *request, const char *name,
                                size_t n);
    struct slice (*query)(const struct admin_request *request);
    struct slice (*body)(const struct admin_request *request);
    void (*reply)(struct admin_request *request, int status, const char *content_type,
                  struct slice body);
    void (*stream_begin)(struct admin_request *request, const char *content_type);
    void (*stream_add)(struct admin_request *request, struct slice bytes);
    void (*stream_end)(struct admin_request *request);
};

/* Lives until it is answered, or its stream has ended. */
struct admin_request {
    const struct admin_door *door;
    const char *method, *path;       /* the path decoded, without query */
    bool is_local;                   /* it came by the admin socket */
    const struct access_key *caller; /* who signed it, during the handler; NULL: nobody */
    void (*on_gone)(void *argument); /* of a stream: its reader left; the request has ended */
    void *on_gone_argument;
};

/* Takes a call that has come by a door. */
typedef void admin_request_handler(struct admin_request *request, void *argument);

/* Whether the caller may make a call of this access; else it has been refused. */
bool admin_request_admit(struct admin_request *request, enum admin_access access);

/* Whether the caller may read what an AWS API tells: *proof says what he signed for, which is
 * one of the services of wire/services.def. Nothing has been answered otherwise, and of *proof
 * only the target is set. */
enum sigv4_fault admin_request_prove(struct admin_request *request, struct admin_proof *proof);

/* Whether a caller who may read may also change something, which the event log tells by these
 * words. Nothing has been answered otherwise; of what he has made before *is_answered becomes
 * true, and the answer of then has been given again. */
enum sigv4_fault admin_request_prove_change(struct admin_request *request, const char *what,
                                            bool *is_answered);

/* A decoded query parameter, or NULL. */
const char *admin_request_parameter(const struct admin_request *request, const char *name);
/* The n-th (from 0) value of a parameter that may repeat, or NULL. */
const char *admin_request_parameter_at(const struct admin_request *request, const char *name,
                                       size_t n);

/* What stands behind the path's question mark, encoded; both valid during the handler. */
struct slice admin_request_query(const struct admin_request *request);
struct slice admin_request_body(const struct admin_request *request);

/* The whole answer; once. */
void admin_request_reply(struct admin_request *request, int status, const char *content_type,
                         struct slice body);

/* An answer that goes on until ended here or by its reader; on_gone tells of the latter. */
void admin_request_stream_begin(struct admin_request *request, const char *content_type,
                                void (*on_gone)(void *argument), void *argument);
void admin_request_stream_add(struct admin_request *request, struct slice bytes);
void admin_request_stream_end(struct admin_request *request);

#endif
