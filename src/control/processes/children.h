/* What control tells its children and what it does about their answers. */
#ifndef FAIRLEAD_CONTROL_PROCESSES_CHILDREN_H
#define FAIRLEAD_CONTROL_PROCESSES_CHILDREN_H

#include "control/parts.h"

/* For processes_new; the argument is the struct control. */
extern const struct process_callbacks children_callbacks;

/* After a publication: the snapshot, and what had to come behind it. */
void children_send_snapshot(struct control *control);

/* The listeners of the last reload, behind their snapshot; and those that are gone. */
void children_open_listeners(struct control *control);
void children_close_listener(void *argument, uint32_t listener_id);

/* What the observer may not open itself: the metrics listener (or that there is none), and the
 * access log's file. */
void children_send_metrics_listener(struct control *control);
void children_send_access_file(struct control *control);

#endif
