/*
 * The parts of the control role, one of each a process: made and freed by control.c, reached by
 * what connects them (children.c, reload.c, admin_*.c). The parts themselves do not know each
 * other.
 */
#ifndef FAIRLEAD_CONTROL_PARTS_H
#define FAIRLEAD_CONTROL_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "control/processes/access_channels.h"
#include "control/processes/counter_board.h"
#include "control/registry/drain.h"
#include "control/registry/event_log.h"
#include "control/processes/listener_sockets.h"
#include "control/registry/numbers.h"
#include "control/processes/observer_fds.h"
#include "control/registry/passive_health.h"
#include "control/processes/privileges.h"
#include "control/discovery/problems.h"
#include "control/processes/process.h"
#include "control/discovery/providers.h"
#include "control/processes/publisher.h"
#include "control/registry/registry.h"
#include "control/run_lock.h"
#include "control/state_file.h"
#include "control/stickiness_key.h"
#include "control/registry/target_waits.h"
#include "control/registry/targets.h"
#include "control/discovery/task_events.h"
#include "ipc/snapshot_build.h"
#include "model/config.h"
#include "net/loop.h"

/* A connection to be closed in every worker once the next snapshot is out. */
struct pending_close {
    uint64_t target_id;
    bool is_evicted;
    struct pending_close *next;
};

struct admin;
struct roll;

struct control {
    const char *config_path;
    bool is_verbose;
    struct config *config;
    struct loop *loop;
    struct numbers *numbers;
    struct event_log *events;
    struct problems *problems;
    struct counter_board *board;
    struct targets *targets;
    struct target_waits *waits;
    struct registry *registry;
    struct task_events *task_events;
    struct drain *drain;
    struct passive_health *passive;
    struct providers *providers;
    struct listener_sockets *sockets;
    struct access_channels *access_channels;
    struct observer_fds *observer_fds;
    struct processes *processes;
    struct publisher *publisher;
    struct snapshot_builder *snapshot_builder; /* of the configuration in use */
    struct state_file *state;
    struct run_lock *run_lock;
    struct admin *admin;
    LIST_HEAD(roll_list, roll) rolls; /* under way */

    struct privileges privileges;
    uint8_t stickiness_key[STICKINESS_KEY_BYTES];
    uint64_t applied_generation; /* every living worker has it */
    struct pending_close *pending_closes;
    uint64_t started_ms, started_wall_us;
    bool is_stopping;
};

#endif
