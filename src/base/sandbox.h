/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child gives up before it reads its first byte from the network: its user, its root
 * directory, new privileges, and every system call that its role does not need. A part that the
 * system does not offer is skipped with a reason; what was asked for and failed is an error.
 */
#ifndef FAIRLEAD_BASE_SANDBOX_H
#define FAIRLEAD_BASE_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

enum sandbox_profile {
    SANDBOX_WORKER = 1 << 0,
    SANDBOX_OBSERVER = 1 << 1,
    SANDBOX_LOGGER = 1 << 2,
    SANDBOX_API = 1 << 3
};

enum {

#define SANDBOX_WALL(id, text) SANDBOX_WALL_AT_##id,
#include "base/sandbox_walls.def"
#undef SANDBOX_WALL
    SANDBOX_WALL_COUNT
};

enum sandbox_wall {

#define SANDBOX_WALL(id, text) SANDBOX_WALL_##id = 1 << SANDBOX_WALL_AT_##id,
#include "base/sandbox_walls.def"
#undef SANDBOX_WALL
    SANDBOX_WALLS_ALL = (1 << SANDBOX_WALL_COUNT) - 1
};

/*
 * For good. User and root directory change only when the process is root; uid 0 is refused
 * then. Descriptors stay open and resource limits stay as they are. False with a reason (static
 * text): the process must not go on.
 */
bool sandbox_enter(enum sandbox_profile profile, uid_t uid, gid_t gid, const char **error);

/* Which walls (bits) stand around this process. */
unsigned sandbox_walls(void);

/* Walls as people read them, with commas. */
#define SANDBOX_WALLS_SIZE 256
void sandbox_describe_walls(unsigned standing, char text[SANDBOX_WALLS_SIZE]);

/* Why (static text) children run without a system call filter here; NULL: they have one. */
const char *sandbox_filter_obstacle(void);

#endif
