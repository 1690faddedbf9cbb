/* SPDX-License-Identifier: Apache-2.0 */
/* Shows an inspector every file that a configuration names, and places what it finds. */
#ifndef FAIRLEAD_MODEL_CONFIG_INSPECT_H
#define FAIRLEAD_MODEL_CONFIG_INSPECT_H

#include "model/config.h"
#include "model/config_report.h"

struct config_inspection {
    const struct config_inspector *inspector;
    const struct config *config; /* good in itself */
    struct config_report *errors, *warnings;
};

void config_inspect(const struct config_inspection *inspection, const struct config_node *root);

/* The same again of a configuration in force, whose text is not there any more: findings go to
 * the callback with the certificate that they are about. */
typedef void config_found(void *argument, enum config_gravity gravity,
                          const struct config_certificate *certificate, const char *text);
void config_inspect_again(const struct config *config, const struct config_inspector *inspector,
                          config_found *on_found, void *argument);

#endif
