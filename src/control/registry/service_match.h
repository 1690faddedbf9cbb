/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a configured service takes a task's port, at which address, and if not, why not. All
 * who ask (targets, explanations, problems, rolls) ask here.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_SERVICE_MATCH_H
#define FAIRLEAD_CONTROL_REGISTRY_SERVICE_MATCH_H

#include "base/address.h"
#include "control/registry/projects.h"
#include "model/config.h"
#include "model/target_address.h"
#include "model/task.h"

/* What a match depends on besides the two; the registry's. */
struct service_matcher {
    const struct config *config; /* NULL: nothing asks for anything yet */
    struct projects *projects;
    const struct target_address_host *host;
};

/* From far away to a match: of several services the nearest one says what is missing. */
enum service_match {
    SERVICE_NAME_DIFFERS,
    SERVICE_AMBIGUOUS,
    SERVICE_NOT_ALLOWED,
    SERVICE_CONTAINER_DIFFERS,
    SERVICE_PORT_NOT_BOUND,
    SERVICE_NO_OWN_ADDRESS,
    SERVICE_NO_HOST,
    SERVICE_ADDRESS_UNUSABLE,
    SERVICE_FAMILY_DIFFERS,
    SERVICE_LOOPBACK_ELSEWHERE,
    SERVICE_ADDRESS_REFUSED,
    SERVICE_MATCHES
};

/* The address is set where it matches or is refused. */
enum service_match service_match(const struct service_matcher *matcher,
                                 const struct config_service *service, const struct task *task,
                                 struct address *address);

/* Why it does not match and what to do, to stand behind "service NAME: "; new memory. */
char *service_match_explain(const struct service_matcher *matcher,
                            const struct config_service *service, const struct task *task);

#endif
