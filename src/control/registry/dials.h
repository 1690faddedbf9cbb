/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way targets of containers are dialled. A published port on the same machine leads
 * through Docker's userland proxy, which copies every byte and dies with its engine; a
 * container that can be reached at its own address is dialled there. A target keeps the
 * published address as its place: people, logs and the registry know it by that.
 *
 * A container's address is used once a connection to it was made from here. Until then, and
 * where none can be made, the published one is; a refusal says that the program is not ready
 * yet, so it is tried again.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_DIALS_H
#define FAIRLEAD_CONTROL_REGISTRY_DIALS_H

#include <stdbool.h>

#include "base/address.h"
#include "control/registry/targets.h"
#include "net/loop.h"

struct dials;

struct dials *dials_new(struct loop *loop, struct targets *targets);
void dials_free(struct dials **dials);

/*
 * The container's own address of a target; family NONE: it has none, or another container has
 * it now. is_sure: it is dialled without being tried, and nothing else is. The same address
 * again changes nothing.
 */
void dials_set(struct dials *dials, struct registered_target *target,
               const struct address *container, bool is_sure);

/* The target could not be reached where it is dialled: by its published address for now, and
 * the container's is tried again. */
void dials_doubt(struct dials *dials, struct registered_target *target);

/* The target is gone. */
void dials_forget(struct dials *dials, struct registered_target *target);

#endif
