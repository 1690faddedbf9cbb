/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a request is meant for this role, and whether its own page sent it: a foreign page
 * whose name leads here (DNS rebinding) is known by its Host, any other by its Origin.
 */
#ifndef FAIRLEAD_API_HOST_CHECK_H
#define FAIRLEAD_API_HOST_CHECK_H

#include <stdbool.h>

#include "base/address.h"
#include "base/slice.h"

/* A Host field's value against localhost, 127.0.0.0/8, [::1] and names, which have a blank
 * between them; the port is not looked at. */
bool host_check_is_ours(struct slice host, struct slice names);

/* A Host field's value without port and brackets; empty where it is neither name nor address.
 */
struct slice host_check_name(struct slice host);

bool host_check_is_loopback(const struct address *address);

/* Whether an Origin field's value is of a page that this Host served. */
bool host_check_is_same_origin(struct slice origin, struct slice host);

#endif
