/* What control knows, in the form that the snapshot is compiled from. */
#ifndef FAIRLEAD_CONTROL_PROCESSES_SNAPSHOT_SOURCES_H
#define FAIRLEAD_CONTROL_PROCESSES_SNAPSHOT_SOURCES_H

#include "control/parts.h"

/* To be called when the configuration, its listeners and providers are in place. */
void snapshot_sources_set_config(struct control *control);

/* The files are the caller's; false with errno. */
bool snapshot_sources_build(struct control *control, uint64_t generation,
                            struct snapshot_files *files);

#endif
