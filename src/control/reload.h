/* Another configuration in a running control: all of it, or nothing. */
#ifndef FAIRLEAD_CONTROL_RELOAD_H
#define FAIRLEAD_CONTROL_RELOAD_H

#include <stdbool.h>

#include "control/parts.h"

/*
 * Reads the file again, prepares what it asks for, and goes over to it. False: refused, every
 * reason is in errors, and the configuration before it goes on.
 */
bool reload_run(struct control *control, struct config_errors *errors);

/* Hands a configuration to every part and publishes; for the start, too. */
void reload_apply(struct control *control, struct config *config);

#endif
