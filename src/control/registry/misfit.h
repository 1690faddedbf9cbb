/* SPDX-License-Identifier: Apache-2.0 */
/* Why a running task is no target of any service, in words that say what to add. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_MISFIT_H
#define FAIRLEAD_CONTROL_REGISTRY_MISFIT_H

#include "control/registry/service_match.h"

/* New memory; NULL: a service takes it, or it is not meant to run, or there is no configuration
 * yet. */
char *misfit_explain(const struct service_matcher *matcher, const struct task *task);

#endif
