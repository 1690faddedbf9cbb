/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for the configuration, which comes in pages. */
#ifndef FAIRLEADCTL_CONFIG_LISTING_H
#define FAIRLEADCTL_CONFIG_LISTING_H

#include "command.h"

/* config: what is in force; with --diff what a reload would change. */
enum exit_code config_listing(struct session *session);

#endif
