/* SPDX-License-Identifier: Apache-2.0 */
/* Access keys of the API. */
#ifndef FAIRLEADCTL_KEYS_H
#define FAIRLEADCTL_KEYS_H

#include "command.h"

/* Makes a key and prints it as the two lines of shell that AWS's tools read from the
 * environment: nothing else, so that it can be redirected or evaluated. */
enum exit_code keys_create(struct session *session);

enum exit_code keys_delete(struct session *session);

#endif
