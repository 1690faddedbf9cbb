/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the control role, one of each, and what joins them: a changed target asks for a
 * snapshot, and a snapshot goes to the children. They do not know each other but by the room
 * structs they are given here. For the files beside this one; start reading at parts_open.
 */
#ifndef FAIRLEAD_CONTROL_PARTS_H
#define FAIRLEAD_CONTROL_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/admin/admin.h"
#include "control/keys/access_keys.h"
#include "control/keys/key_uses.h"
#include "control/certificates/certificate_store.h"
#include "control/certificates/challenges.h"
#include "control/event_file.h"
#include "control/processes/children.h"
#include "control/processes/finishing.h"
#include "control/processes/group_rates.h"
#include "control/processes/snapshot_compiler.h"
#include "control/registry/group_watch.h"
#include "control/registry/notices.h"
#include "control/reload.h"
#include "control/renewal.h"
#include "control/rollout/rollout.h"
#include "control/scheduler/scheduler.h"
#include "control/run_lock.h"
#include "control/socket_store.h"
#include "control/state_file.h"
#include "control/stickiness_key.h"
#include "control/supervisor.h"
#include "control/upgrade.h"

/* Made by control_run, with the members up to the loop; what is NULL is not open. */
struct parts {
    const char *config_path;
    bool is_verbose;
    uint64_t started_ms, started_wall_us;
    struct config *first_config;                 /* until reload has taken it over */
    struct config_source first_source;           /* its text, likewise */
    struct objects *objects;                     /* before the loop, as these */
    struct certificate_files first_certificates; /* as read with it, until prepared */
    struct loop *loop;
    uint8_t stickiness_key[STICKINESS_KEY_BYTES];

    struct numbers *numbers;
    struct event_log *events;
    struct event_file *event_file;
    struct notices *notices;
    struct problems *problems;
    struct counter_board *board;
    struct targets *targets;
    struct group_watch *watch;
    struct target_waits *waits;
    struct dials *dials;
    struct registry *registry;
    struct task_events *task_events;
    struct drain *drain;
    struct vacancies *vacancies;
    struct passive_health *passive;
    struct providers *providers;
    struct listener_sockets *sockets;
    struct access_channels *access_channels, *failure_channels;
    struct observer_fds *observer_fds;
    struct certificate_store *certificates;
    struct ticket_keys *ticket_keys;
    struct renewal *renewal;
    struct challenges *challenges;
    struct snapshot_compiler *compiler;
    struct group_rates *rates;
    struct process_usage *usage;
    struct publisher *publisher;
    struct children *children;
    struct rollout *rollout;
    struct state_file *state;
    struct access_keys *keys;
    struct key_uses *key_uses;
    struct run_lock *run_lock;
    struct admin *admin;
    struct config_readers *readers;
    struct socket_store *store;
    struct finishing *finishing;
    struct handover *past; /* what this process was before; NULL: nothing, or it is taken */
    struct upgrade *upgrade;
    struct reload *reload;
    struct object_orders *orders;
    struct scheduler *scheduler;
    struct supervisor *supervisor;
};

/*
 * Opens what the first configuration needs, but for the two below; what children say goes to
 * the callbacks, with the parts. False with a line logged when the system refuses what cannot
 * be done without.
 */
bool parts_open(struct parts *parts, const struct children_callbacks *callbacks);

/* NULL with a line logged: another fairlead has the socket, or it cannot be made. */
struct admin *parts_open_admin(struct parts *parts);

/* After admin, which it tells of a new configuration. */
struct reload *parts_open_reload(struct parts *parts);

/*
 * Frees what was opened, in the reverse order; loop, lock, reload and the first configuration
 * outlive it and are the caller's.
 */
void parts_close(struct parts *parts);

#endif
