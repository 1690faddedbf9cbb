/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: which rule of a listener a request matches, as a pure function over the snapshot.
 * Workers, fairleadctl explain, tests and the fuzzer call this one. Priority decides, as with
 * the ALB's listener rules; the index only finds the candidates, every condition of a candidate
 * is checked.
 */
#ifndef FAIRLEAD_IPC_ROUTE_H
#define FAIRLEAD_IPC_ROUTE_H

#include "base/address.h"
#include "base/slice.h"
#include "ipc/snapshot.h"

/* What the conditions look at; slices belong to the caller. */
struct route_request {
    struct slice method;
    struct slice host;  /* without port; compared ignoring case */
    struct slice path;  /* as received, without query; starts with '/' or is "*" */
    struct slice query; /* without '?'; length 0: none */
    struct address source;
    /*
     * The next value of a field, name compared ignoring case; false when there is no other.
     * *place is 0 for the first and says where to go on; it counts the fields looked at. May be
     * NULL: no fields.
     */
    bool (*field)(const void *argument, struct slice name, size_t *place, struct slice *value);
    const void *argument;
};

/*
 * What one request may cost, so that nobody's costs more than a millisecond: steps as
 * slice_matches_glob counts them, besides those that each value of the configuration has
 * for nothing, and pairs of its query. docs/http.md tells both.
 */
#define ROUTE_STEPS_MAX 150000
#define ROUTE_VALUE_STEPS 64
#define ROUTE_PAIRS_MAX 1024

/* Instead of a rule: comparing the request with the rules would cost more than that. */
#define ROUTE_TOO_COSTLY SNAPSHOT_NO_INDEX

/*
 * The index of the matching rule in the snapshot's rules, or ROUTE_TOO_COSTLY; the default rule
 * always matches. Host and path are compared in normal form (route_path.h).
 */
uint32_t route(const struct snapshot *snapshot, uint32_t listener,
               const struct route_request *request);

/* The first condition of the rule that does not hold, or SNAPSHOT_NO_INDEX: for explain, which
 * names the rules that did not match. */
uint32_t route_first_mismatch(const struct snapshot *snapshot, uint32_t rule,
                              const struct route_request *request);

/*
 * Writes a redirect action's Location for a request into out (RFC 9110 10.2.2); false when it
 * does not fit (ALB: 507).
 */
struct text;

struct route_origin {
    struct slice protocol; /* "http" or "https" */
    struct slice host;
    uint16_t port;
};

bool route_write_location(const struct snapshot *snapshot, const struct snapshot_action *action,
                          const struct route_request *request,
                          const struct route_origin *origin, struct text *out);

#endif
