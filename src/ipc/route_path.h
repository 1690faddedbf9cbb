/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The normal form in which rules compare paths and host names, of requests and of patterns
 * alike: `/x/../admin`, `//admin`, `/./admin` and `/%61dmin` are `/admin`, `shop.example.` is
 * `shop.example`. What is sent on to targets stays as it came.
 */
#ifndef FAIRLEAD_IPC_ROUTE_PATH_H
#define FAIRLEAD_IPC_ROUTE_PATH_H

#include "base/slice.h"

/* False when the path may differ from its normal form; some that do not differ are among these.
 */
bool route_path_is_normal(struct slice path);

/*
 * Writes the normal form into out, which has room for the path's length, and returns its
 * length: unreserved %XX decoded once (RFC 3986 6.2.2.2; %2F stays), then dot segments removed
 * (5.2.4), then slashes merged. What stands before the first slash is kept ("*.php").
 */
size_t route_path_normalise(char *out, struct slice path);

/* A name without its final dot, which stands for the root of all names. */
struct slice route_host_normalise(struct slice host);

#endif
