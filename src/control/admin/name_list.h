/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the configuration in a sentence, for who mistyped one: "web, app1 and 18 more". */
#ifndef FAIRLEAD_CONTROL_ADMIN_NAME_LIST_H
#define FAIRLEAD_CONTROL_ADMIN_NAME_LIST_H

#include "model/config.h"

#define NAME_LIST_MAX 10

/* Ten at most; "none" where there are none. Give back with free(). */
char *name_list_of_groups(const struct config *config);
char *name_list_of_services(const struct config *config);

#endif
