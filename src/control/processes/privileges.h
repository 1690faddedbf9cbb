/* SPDX-License-Identifier: Apache-2.0 */
/* As whom the children run, and what control takes for itself at its start. */
#ifndef FAIRLEAD_CONTROL_PROCESSES_PRIVILEGES_H
#define FAIRLEAD_CONTROL_PROCESSES_PRIVILEGES_H

#include <sys/types.h>

struct privileges {
    uid_t uid;
    gid_t gid;
};

/* The user of that name, or nobody with a warning; our own user when control is not root. */
struct privileges privileges_find(const char *user);

/* As many descriptors as the system lets this process have. */
void privileges_raise_descriptors(void);

#endif
