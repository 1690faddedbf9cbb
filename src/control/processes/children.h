/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The children of control: what each is told when it starts and when something changes, and
 * what becomes of their answers. Owns the processes.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_CHILDREN_H
#define FAIRLEAD_CONTROL_PROCESSES_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "control/certificates/certificate_store.h"
#include "control/certificates/ticket_keys.h"
#include "control/processes/access_channels.h"
#include "control/processes/counter_board.h"
#include "control/processes/listener_sockets.h"
#include "control/processes/observer_fds.h"
#include "control/processes/privileges.h"
#include "control/processes/process.h"
#include "control/processes/publisher.h"
#include "ipc/message.h"
#include "model/config.h"
#include "net/loop.h"

struct children;

/* What is handed to children; all of it outlives them. */
struct children_parts {
    struct loop *loop;
    struct counter_board *board;
    struct listener_sockets *sockets;
    struct access_channels *access_channels;  /* from the workers to the logger */
    struct access_channels *failure_channels; /* from the workers to the api role */
    struct observer_fds *observer_fds;
    struct certificate_store *certificates;
    struct ticket_keys *ticket_keys;
    struct publisher *publisher;
    enum log_level log_level;
    enum log_form log_form;
};

/* What they say; the messages are checked for who may send them, not for what they hold. */
struct children_callbacks {
    /* Every living worker chooses by this generation, which only grows. */
    void (*on_applied)(void *argument, uint64_t generation);
    /* A check's verdict, of the observer. */
    void (*on_health)(void *argument, const struct message_health *message);
    /* What a worker met when it sent requests to a target. */
    void (*on_failures)(void *argument, const struct message_target_failures *message);
    /* The observer's metrics page; takes the descriptor. */
    void (*on_metrics)(void *argument, uint64_t query_id, int fd);
    /* A call of the api role; takes the descriptor. False: it has too many of them. */
    bool (*on_api_call)(void *argument, uint64_t call_id, int fd);
    /* The answer to that call is not wanted any more. */
    void (*on_api_cancel)(void *argument, uint64_t call_id);
    /* One has been started, so that its process has a number. */
    void (*on_start)(void *argument, const struct process *process);
    /* One has died and is started again. */
    void (*on_death)(void *argument, const struct process *process);
    /* One shows no sign of life, and will be replaced. */
    void (*on_hung)(void *argument, const struct process *process);
    /* After children_stop: all have ended. */
    void (*on_end)(void *argument);
};

struct children *children_new(const struct children_parts *parts, unsigned worker_count,
                              const struct children_callbacks *callbacks, void *argument);

/* Kills what still runs. */
void children_free(struct children **children);

/* The settings that are about children: at the start and after each reload. */
void children_set_config(struct children *children, const struct config *config);

/* Starts them all; privileges are what they take on. */
void children_start(struct children *children, const struct privileges *privileges);

/* For who looks at them one by one. */
struct processes *children_processes(struct children *children);

/* The newest generation that every living worker has applied. */
uint64_t children_applied_generation(const struct children *children);

/* After a publication: the snapshot, and what had to come behind it. */
void children_send_snapshot(struct children *children);

/* The certificates in force, to the workers, before the snapshot whose listeners have them. */
void children_send_certificates(struct children *children);

/* Other keys of session tickets, to the workers. */
void children_send_ticket_keys(struct children *children);

/* A target's connections are to be closed in every worker once the next snapshot is out. */
void children_close_target(struct children *children, uint64_t target_id, bool is_evicted);

/* The observer checks a target at once. */
void children_check_target(struct children *children, uint64_t target_id);

/* The listeners of the last reload, behind their snapshot; and those that are gone. */
void children_open_listeners(struct children *children);
void children_close_listener(void *argument, uint32_t listener_id);

/* What the observer may not open itself: the metrics listener, or that there is none. */
void children_send_metrics_listener(struct children *children);

/* There is an api role while the configuration has an api; it serves on this listener. */
/* Whether the api speaks TLS; true: that is new, and its listener is to be sent. */
bool children_set_api_security(struct children *children, bool is_secure);

void children_send_api_listener(struct children *children);

/* To a call of the api role; the descriptor stays the caller's. */
void children_answer_api(struct children *children, const struct message_api_answer *answer,
                         int fd);

/* There is a logger while the configuration has an access log; it writes as this one says. */
void children_set_logs(struct children *children, const struct config *config);

/* The logger goes on in the files that observer_fds holds now. */
void children_reopen_logs(struct children *children);

#endif
