/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of this machine's interfaces, read again when they may have changed. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_LOCAL_ADDRESSES_H
#define FAIRLEAD_CONTROL_REGISTRY_LOCAL_ADDRESSES_H

#include "model/target_address.h"

struct local_addresses;

struct local_addresses *local_addresses_new(void);
void local_addresses_free(struct local_addresses **local);

/* As target_address_fault asks for them; lives as long as they do. */
const struct target_address_host *local_addresses_host(const struct local_addresses *local);

#endif
