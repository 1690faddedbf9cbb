/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses can be a target's: not those that lead back to fairlead itself, not those
 * that reach many machines or none, and link-local ones, where clouds keep their credentials
 * (169.254.169.254), only where allow_link_local is set.
 */
#ifndef FAIRLEAD_MODEL_TARGET_ADDRESS_H
#define FAIRLEAD_MODEL_TARGET_ADDRESS_H

#include <stdbool.h>

#include "base/address.h"
#include "model/config.h"

/* What is known of this machine's addresses, ports aside; argument goes with both. */
struct target_address_host {
    bool (*is_local)(void *argument, const struct address *address);
    bool (*is_broadcast)(void *argument, const struct address *address); /* NULL: unknown */
    void *argument;
};

/* Whether it is on the loopback, IPv4 in IPv6 included. */
bool target_address_is_loopback(const struct address *address);

/* For a host of which nothing is known but its loopback. */
extern const struct target_address_host target_address_loopback_only;

/* Why no target may have it and what to do, in static words; NULL: one may. */
const char *target_address_fault(const struct config *config,
                                 const struct target_address_host *host,
                                 const struct address *address);

#endif
