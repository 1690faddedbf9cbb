/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices that a certificate's or key's file may have changed: by its folder, so that files
 * that are written anew, renamed over, or stand behind symbolic links that are swapped are all
 * seen, and in any case every minute, for file systems that tell nothing.
 */
#ifndef FAIRLEAD_CONTROL_CERTIFICATE_WATCH_H
#define FAIRLEAD_CONTROL_CERTIFICATE_WATCH_H

#include "model/config.h"
#include "net/loop.h"

struct certificate_watch;

/* on_change is called when it has been quiet for a moment; a false alarm costs a reading. */
struct certificate_watch *
certificate_watch_new(struct loop *loop, void (*on_change)(void *argument), void *argument);
void certificate_watch_free(struct certificate_watch **watch);

/* The files of these listeners from now on. */
void certificate_watch_set_config(struct certificate_watch *watch, const struct config *config);

#endif
