/* SPDX-License-Identifier: Apache-2.0 */
/* Services that fairlead runs, as people name them. */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_SERVICES_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_SERVICES_H

#include "control/admin/admin.h"
#include "control/scheduler/service.h"

/* "CLUSTER/NAME", or a name that only one cluster has; NULL: there is none. */
const struct service *admin_service_find(const struct admin_parts *parts, const char *word);

#endif
