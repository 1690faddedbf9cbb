/* SPDX-License-Identifier: Apache-2.0 */
/* What an HTTPS listener must have and no other may, and whom it trusts. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_TLS_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_TLS_H

#include "model/config_check_places.h"

void config_check_tls(const struct config_check *check, const struct config_node *place,
                      const struct config_listener *listener);

/* Whether what a group says of its targets' certificates means anything. */
void config_check_target_tls(const struct config_check *check, const struct config_node *place,
                             const struct config_target_group *group);

/* Their names, each of which must be unique. */
void config_check_trust_stores(const struct config_check *check,
                               const struct config_node *root);

#endif
