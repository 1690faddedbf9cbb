/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The children of control: each is this same program, started again by fork and exec with its
 * channel on CHANNEL_FD and its role in argv[0]. One that dies is reaped, counted, and started
 * again in its slot: at once, then after doubling waits up to five seconds.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_PROCESS_H
#define FAIRLEAD_CONTROL_PROCESSES_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/channel.h"
#include "net/loop.h"

/* The slot of the observer in the table of processes; workers are 1..N, the logger N + 1, the
 * api role N + 2. */
#define PROCESS_OBSERVER 0

enum process_role { PROCESS_IS_OBSERVER, PROCESS_IS_WORKER, PROCESS_IS_LOGGER, PROCESS_IS_API };

#define PROCESS_ROLES (PROCESS_IS_API + 1)

enum process_state {
    PROCESS_STARTING, /* has not applied a snapshot yet */
    PROCESS_RUNNING,
    PROCESS_WAITING, /* dead, to be started again */
    PROCESS_STOPPED
};

/* Owned by processes. */
struct process {
    struct processes *all;
    unsigned slot;
    enum process_role role;
    bool is_wanted; /* started, and started again when it dies */
    char title[32]; /* "fairlead: worker 1" */
    pid_t pid;      /* 0: none */
    struct channel *channel;
    enum process_state state;
    uint64_t sent_base; /* the number of its snapshots' base; 0: none yet */
    uint64_t applied_generation;
    unsigned restarts;
    uint64_t started_ms;
    unsigned wait_ms;       /* before its next start */
    const char *killed_for; /* why we killed it, for last_end; NULL: we did not */
    bool is_hung;           /* shows no sign of life: not counted, and to be replaced */
    uint64_t heartbeat;     /* seen last */
    unsigned silent_ms;     /* of control's own running time */
    unsigned budget;        /* of messages that it may send now */
    uint64_t budget_ms;
    unsigned nonsense; /* messages that are not its to send */
    uint32_t walls;    /* around it, as it has said (enum sandbox_wall) */
    uint32_t lacking;  /* bits of message types that it had no descriptor for */
    char last_end[96];
    struct timer restart_timer;
    struct timer exit_timer;   /* its channel has ended, so it should */
    struct timer resend_timer; /* of what it is lacking */
};

struct process_callbacks {
    /* It has just been started: send what it needs to know. */
    void (*on_start)(void *argument, struct process *process);
    void (*on_message)(void *argument, struct process *process, const struct message *message);
    /* It has died, or every child has ended after processes_stop (process NULL). */
    void (*on_end)(void *argument, struct process *process);
    /* It had no descriptor for messages of these types (bits): send again what they tell. */
    void (*on_lacking)(void *argument, struct process *process, uint32_t types);
};

struct processes *processes_new(struct loop *loop, unsigned worker_count,
                                const struct process_callbacks *callbacks, void *argument);

/* Kills what still runs. */
void processes_free(struct processes **processes);

/* Those that are wanted: at first the observer and the workers. */
void processes_start(struct processes *processes);

/* Starts one that was not wanted, or asks one that was to finish. */
void process_set_wanted(struct process *process, bool is_wanted, unsigned stop_timeout_ms);

/* Asks all children to finish within the time; they are not started again. */
void processes_stop(struct processes *processes, unsigned timeout_ms);
void processes_kill(struct processes *processes);
/* The walls that stand around every child that has told of its own. */
uint32_t processes_walls(const struct processes *processes);

bool processes_are_stopping(const struct processes *processes);

/* After processes_stop: every child has ended. */
bool processes_have_stopped(const struct processes *processes);

unsigned processes_worker_count(const struct processes *processes);
struct process *processes_at(struct processes *processes, unsigned slot);
/* Of all slots. */
unsigned processes_count(const struct processes *processes);
struct process *processes_logger(struct processes *processes);
struct process *processes_api(struct processes *processes);
bool process_is_worker(const struct process *process);
bool process_is_alive(const struct process *process);

/* Ends it at once, with "was ended: REASON" as its end; it is started again. */
void process_replace(struct process *process, const char *reason);

/* It sent what is not its to send: told once, and after a few times it is replaced. */
void process_note_nonsense(struct process *process, enum message_type type);

/* To one that is alive, or to every worker that is; nothing where there is none. */
void process_send(struct process *process, enum message_type type, const void *payload, int fd);
void processes_send_workers(struct processes *processes, enum message_type type,
                            const void *payload, int fd);

/* What every living worker that is not hung has applied; newest when none is alive, as it will
 * start with it. */
uint64_t processes_applied_generation(const struct processes *processes, uint64_t newest);

const char *process_state_text(enum process_state state);
const char *process_role_text(enum process_role role);

#endif
