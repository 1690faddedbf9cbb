/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that change in their files while a configuration is in force: they are read
 * again, without the configuration's own text, and workers get the new ones. A pair that cannot
 * be used leaves the old one in its place, and is a problem until it can.
 */
#ifndef FAIRLEAD_CONTROL_RENEWAL_H
#define FAIRLEAD_CONTROL_RENEWAL_H

#include "control/certificates/certificate_store.h"
#include "control/discovery/providers.h"
#include "control/processes/children.h"
#include "control/processes/config_reader.h"
#include "control/registry/event_log.h"
#include "ipc/counters.h"
#include "model/config.h"
#include "net/loop.h"

struct renewal;

/* What it works with; all of it outlives the renewal. */
struct renewal_parts {
    struct loop *loop;
    struct config_readers *readers;
    struct certificate_store *certificates;
    struct children *children;
    struct providers *providers;
    struct event_log *events;
    struct counters *counters;
};

struct renewal *renewal_new(const struct renewal_parts *parts);
void renewal_free(struct renewal **renewal);

/* Whose certificates they are; lives until the next one is set. Whatever was wrong with files
 * is over, for a configuration with bad ones is refused. */
void renewal_set_config(struct renewal *renewal, const struct config *config);

/* Reads them now, unless they are being read. */
void renewal_look(struct renewal *renewal);

#endif
