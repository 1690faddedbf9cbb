/* SPDX-License-Identifier: Apache-2.0 */
/* Orders about services that fairlead runs. */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_SERVICE_ORDERS_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_SERVICE_ORDERS_H

#include "control/admin/admin_call.h"
#include "control/scheduler/service.h"

/* Another deployment of what it has; answers. */
void admin_service_roll(struct admin_call *call, const struct service *service);

#endif
