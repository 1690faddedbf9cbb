/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a call is signed with one of our keys, and may be made with it. What the call asks
 * for is read from what was signed and from nothing else; docs/decisions says why.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_VERIFIER_H
#define FAIRLEAD_CONTROL_KEYS_VERIFIER_H

#include "control/keys/access_keys.h"
#include "control/keys/key_uses.h"
#include "control/registry/event_log.h"
#include "wire/authorization.h"
#include "wire/canonical_request.h"
#include "wire/form.h"
#include "wire/sigv4_fault.h"

/* Either way a clock may be wrong. */
#define VERIFIER_SKEW_SECONDS 900
#define VERIFIER_NONCE_FIELD "x-fairlead-nonce"

struct verifier;

/* A call that is signed; what is not canonical_request is believed by nobody. */
struct signed_call {
    struct canonical_request request;
    struct authorization authorization;
    struct form parameters; /* the request's */
    struct slice body, invocation_id, client;
};

/* What it has to be signed for. */
struct verifier_rules {
    struct slice service; /* that the credential's scope must name */
    bool is_change;       /* needs a key that is not read-only, and happens once */
    bool needs_nonce;     /* of a change */
};

/* Faults are told in the keys' events, and calls that are sound in their uses. All outlive it.
 */
struct verifier *verifier_new(struct access_keys *keys, struct key_uses *uses,
                              struct event_log *events);
void verifier_free(struct verifier **verifier);

/* Reads what was signed; SIGV4_SOUND where it has its form. Parameters and the rest are the
 * caller's to fill in. */
enum sigv4_fault verifier_read(struct signed_call *call, struct slice canonical_request,
                               struct slice authorization);

/* SIGV4_SOUND: *key has signed it and may make it; a change must then be made, since it counts
 * as made. */
enum sigv4_fault verifier_check(struct verifier *verifier, const struct signed_call *call,
                                const struct verifier_rules *rules,
                                const struct access_key **key);

/* Of a call that verifier_check has found sound as a read, and that turns out to change
 * something: whether it comes for the first time. It must then be made, since it counts as
 * made. */
enum sigv4_fault verifier_note_change(struct verifier *verifier, const struct signed_call *call,
                                      const struct access_key *key);

#endif
