/*
 * The admin socket: HTTP/1.1 and JSON for people and scripts on the machine (interface.md
 * section 4). The table of what it answers is admin_commands.def; each handler stands in one of
 * admin_*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_H

#include <stdint.h>

#include "control/parts.h"

struct admin;

/* NULL, with a line logged, when the socket cannot be made. */
struct admin *admin_new(struct control *control);
void admin_free(struct admin **admin);

/* Control is stopping: gives the socket up, and tells everybody who waits for an answer. */
void admin_close(struct admin *admin);

/* The observer's metrics page has come; takes the descriptor. */
void admin_metrics_reply(struct admin *admin, uint64_t query_id, int fd);

#endif
