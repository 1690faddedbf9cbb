/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a configured service takes a task's port, and if not, why not. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_SERVICE_MATCH_H
#define FAIRLEAD_CONTROL_REGISTRY_SERVICE_MATCH_H

#include "base/address.h"
#include "model/config.h"
#include "model/task.h"

enum service_match {
    SERVICE_MATCHES,
    SERVICE_NAME_DIFFERS,
    SERVICE_CONTAINER_DIFFERS,
    SERVICE_PORT_NOT_BOUND,
    SERVICE_ADDRESS_UNUSABLE
};

/* The address is set where it matches. */
enum service_match service_match(const struct config_service *service, const struct task *task,
                                 struct address *address);

/* Words for people, to stand behind "service NAME: ". */
const char *service_match_text(enum service_match match);

#endif
