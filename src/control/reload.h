/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration in force, and how another takes its place in a running control: all of it,
 * or nothing.
 */
#ifndef FAIRLEAD_CONTROL_RELOAD_H
#define FAIRLEAD_CONTROL_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "control/admin/admin.h"
#include "control/certificates/certificate_store.h"
#include "control/certificates/challenges.h"
#include "control/discovery/providers.h"
#include "control/processes/children.h"
#include "control/processes/config_reader.h"
#include "control/processes/group_rates.h"
#include "control/processes/listener_sockets.h"
#include "control/processes/observer_fds.h"
#include "control/processes/publisher.h"
#include "control/processes/snapshot_compiler.h"
#include "control/registry/drain.h"
#include "control/registry/event_log.h"
#include "control/registry/passive_health.h"
#include "control/registry/registry.h"
#include "control/reload_order.h"
#include "control/renewal.h"
#include "control/objects/objects.h"
#include "control/rollout/rollout.h"
#include "control/scheduler/scheduler.h"
#include "control/socket_store.h"
#include "model/config.h"

struct reload;

/* What works by a configuration, and who hears of another; all of it outlives the reload. */
struct reload_parts {
    const char *config_path;
    const uint8_t *stickiness_key;
    struct counters *counters;
    struct event_log *events;
    struct targets *targets;
    struct registry *registry;
    struct drain *drain;
    struct vacancies *vacancies;
    struct passive_health *passive;
    struct providers *providers;
    struct listener_sockets *sockets;
    struct socket_store *store; /* NULL: nothing is kept */
    struct observer_fds *observer_fds;
    struct certificate_store *certificates;
    struct renewal *renewal;
    struct challenges *challenges;
    struct ticket_keys *ticket_keys;
    struct snapshot_compiler *compiler;
    struct group_rates *rates;
    struct publisher *publisher;
    struct children *children;
    struct rollout *rollout;
    struct scheduler *scheduler;
    struct admin *admin;
    struct config_readers *readers;
    void (*on_idle)(void *argument); /* no file is being read any more */
    void *on_idle_argument;
};

struct reload *reload_new(const struct reload_parts *parts);
void reload_free(struct reload **reload);

/* The configuration in force; NULL before the first. */
const struct config *reload_config(const struct reload *reload);

/*
 * Has the file read again, prepares what it asks for, and goes over to it, or refuses it as a
 * whole; the order's on_done is called later and tells. Orders that come while the file is
 * being read wait for one more reading together. order NULL: nobody waits (SIGHUP).
 */
void reload_request(struct reload *reload, struct reload_order *order);

/* The order is not answered any more. */
void reload_withdraw(struct reload *reload, struct reload_order *order);

/* Whoever changes objects holds it meanwhile: no file is read that would be judged without the
 * change. False: one is being read, and on_idle is called when that is over. */
bool reload_hold(struct reload *reload);
void reload_release(struct reload *reload);

/* What the text in force says with other objects beside it; NULL: errors holds every reason. */
struct config *reload_judge(const struct reload *reload,
                            const struct config_additions *additions,
                            struct config_errors *errors);

/* Objects, what they make the configuration, and the certificates that have been read for it.
 */
struct reload_objects {
    struct object_edit *edit;
    struct config *config;              /* as judged, taken over; NULL: it stays */
    struct config_answer *certificates; /* NULL: those in force do */
};

/* Prepares what the configuration asks for, writes the edit, and goes over to it; or nothing of
 * it, where there are errors, or *reason, to free(), says what the disk has refused. */
void reload_put_objects(struct reload *reload, const struct reload_objects *objects,
                        struct config_errors *errors, char **reason);

/* Control is stopping: nothing is taken over any more. */
void reload_stop(struct reload *reload);

/* Hands a configuration and its text, which it takes over, to every part and publishes: at the
 * start. */
void reload_begin(struct reload *reload, struct config *config, struct config_source *source);

#endif
