/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin socket: HTTP/1.1 and JSON for people and scripts on the machine
 * (docs/admin-api.md). The table of what it answers is admin_commands.def; each handler stands
 * in one of admin_*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "control/discovery/problems.h"
#include "control/discovery/providers.h"
#include "control/discovery/task_events.h"
#include "control/keys/access_keys.h"
#include "control/keys/key_uses.h"
#include "control/object_orders.h"
#include "control/objects/objects.h"
#include "control/processes/children.h"
#include "control/processes/config_reader.h"
#include "control/processes/counter_board.h"
#include "control/processes/finishing.h"
#include "control/processes/group_rates.h"
#include "control/processes/listener_sockets.h"
#include "control/processes/publisher.h"
#include "control/registry/event_log.h"
#include "control/registry/group_watch.h"
#include "control/registry/registry.h"
#include "control/registry/target_waits.h"
#include "control/registry/targets.h"
#include "control/reload_order.h"
#include "control/rollout/rollout.h"
#include "control/upgrade.h"
#include "model/config.h"
#include "net/loop.h"

struct admin;

/* What its calls may reach; all of it outlives the admin. */
struct admin_parts {
    const struct config *config; /* in force; changed by admin_set_config */
    uint64_t configured_wall_us; /* when that was */
    bool is_refused;             /* what the file has become since then */
    const char *config_path;
    uint64_t started_ms, started_wall_us;
    struct loop *loop;
    struct event_log *events;
    struct targets *targets;
    struct target_waits *waits;
    struct group_watch *watch;
    struct registry *registry;
    struct state_file *state;
    struct problems *problems;
    struct task_events *task_events;
    struct providers *providers;
    struct listener_sockets *sockets;
    struct counter_board *board;
    struct group_rates *rates;
    struct publisher *publisher;
    struct children *children;
    struct rollout *rollout;
    struct config_readers *readers;
    const struct certificate_store *certificates;
    const struct challenges *challenges;
    struct access_keys *keys;
    struct key_uses *key_uses;
    struct objects *objects;
    /* Reads the configuration again; the order is answered later, unless withdrawn. */
    void (*reload)(void *argument, struct reload_order *order);
    void (*withdraw_reload)(void *argument, struct reload_order *order);
    void *reload_argument;
    struct object_orders *orders;
    const struct scheduler *scheduler;
    const struct finishing *finishing;
    struct upgrade *upgrade;
    int adopted_fd; /* an admin socket that listens already; 0: it is to be made */
};

/* NULL, with a line logged, when the socket of parts->config cannot be made. */
struct admin *admin_new(const struct admin_parts *parts);
int admin_listening_fd(const struct admin *admin);
void admin_set_config(struct admin *admin, const struct config *config);

/* A reload was refused; until the next admin_set_config status tells of it. */
void admin_note_refusal(struct admin *admin);
void admin_free(struct admin **admin);

/* Control is stopping: gives the socket up, and tells everybody who waits for an answer. */
void admin_close(struct admin *admin);

/* Another program takes over: who follows something is told to ask that one. */
void admin_end_streams(struct admin *admin);

/* A call of the api role has come; takes the descriptor. False: it is nonsense. */
bool admin_api_call(struct admin *admin, uint64_t call_id, int fd);

/* The answer to one of its calls is not wanted any more, or to any: the role has ended. */
void admin_api_cancel(struct admin *admin, uint64_t call_id);
void admin_api_forget(struct admin *admin);

/* The observer's metrics page has come; takes the descriptor. */
void admin_metrics_reply(struct admin *admin, uint64_t query_id, int fd);

#endif
