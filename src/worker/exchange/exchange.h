/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exchange: one request and its response. A table of named steps (exchange_steps.def) and
 * one runner: callbacks note what happened in the exchange and call exchange_run; a step does
 * what can be done now and names the next one, or waits. Every exchange reaches FINISH with
 * exactly one end reason. It belongs to its client from exchange_begin to FINISH.
 */
#ifndef FAIRLEAD_WORKER_EXCHANGE_H
#define FAIRLEAD_WORKER_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/forwarding.h"
#include "http/head.h"
#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "ipc/counters.h"
#include "worker/http1/backlog.h"
#include "worker/http1/client.h"
#include "worker/exchange/splice.h"
#include "worker/http1/target_connection.h"
#include "worker/targets/view.h"

enum exchange_step {

#define EXCHANGE_STEP(id, function, text) STEP_##id,
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP
    STEP_COUNT,
    STEP_WAIT = STEP_COUNT /* what a step returns to be called again when something happens */
};

/* Targets that one request may be handed to in one round, the first included. */
#define EXCHANGE_ATTEMPTS_MAX 4

/* A response on its way: taken from the pool with its first byte, given back when its head is
 * sent. */
struct response {
    struct http1_parser parser;
    char *partial; /* head bytes of earlier reads, NULL when the first read held it all */
    size_t partial_length;
    struct http_head head; /* last: its unused fields are never touched */
};

struct exchange {
    uint32_t tag;
    enum exchange_step step;
    enum end_reason end;
    struct worker *worker;
    struct client *client;
    struct view *view; /* pinned: the rule was chosen from it */

    /* What happened, noted by callbacks. */
    bool client_is_readable, target_is_readable;
    bool connect_has_ended; /* one way or the other */
    bool target_is_lost;    /* closed or failed */
    bool is_aborted;        /* end is set: no more than finishing */

    /* The request. */
    bool has_head;         /* complete and judged well-formed */
    bool request_is_read;  /* all of it has come from the client */
    bool request_is_sent;  /* and all of it went into the target's stream */
    bool body_is_held;     /* everything read so far still stands in the client's input */
    bool nothing_was_sent; /* to the present target */
    bool continue_was_sent;
    size_t head_fed;    /* bytes of the input that the parser has seen */
    size_t first_write; /* bytes of head and early body for the present target */
    size_t body_start;  /* where the body begins in the input, for a replay */
    struct http1_body request_body;
    struct http1_parser parser;

    /* Routing. */
    uint32_t rule; /* index, SNAPSHOT_NO_INDEX before ROUTE */
    uint32_t group_id;
    uint32_t route_row;       /* counter row; SNAPSHOT_NO_INDEX: none */
    struct view *choice_view; /* pinned: the target is chosen from it; NULL before that */
    struct view_group *group; /* in choice_view */
    struct target_state *target;
    struct target_connection *connection;
    uint64_t tried[EXCHANGE_ATTEMPTS_MAX];
    unsigned attempts;        /* of this round: tried holds them */
    unsigned attempts_before; /* in rounds before */
    bool is_pausing;
    unsigned pauses;
    uint64_t second_chance; /* a target of which a kept connection was lost; 0: none */
    bool takes_second_chance;
    bool is_sticky;  /* the target was named by a cookie */
    bool is_held;    /* in group->state->held */
    bool is_doubted; /* in worker->doubted */
    TAILQ_ENTRY(exchange) held_entry;
    uint64_t held_since_ms;

    /* The response. */
    bool response_has_begun; /* its first byte has come */
    bool response_head_sent;
    bool response_is_read;   /* all of it has come from the target */
    bool client_keeps_alive; /* as the response head told the client */
    bool target_keeps_alive;
    enum http_framing client_framing;
    unsigned interim_count;
    struct response *response;
    struct http1_body response_body;
    struct backlog to_target, to_client;
    struct splice_pipe *request_pipe, *response_pipe;

    /* For the record. */
    uint16_t status, target_status;
    uint8_t action; /* enum access_action */
    bool is_upgraded;
    bool client_has_ended, target_has_ended; /* of a tunnel: that side sent its end */
    uint64_t received_bytes, sent_bytes;
    uint64_t begun_us, begun_wall_us;
    uint64_t head_us, connect_begun_us, connected_us, sent_us, first_byte_us, response_head_us;
    struct forwarding_trace trace;
    char redirect_url[512];
    struct http_head request; /* last: its unused fields are never touched */
};

/* Begins an exchange of a client with bytes in its input, and runs it. */
void exchange_begin(struct client *client);

/* Gives it another step, which the next run begins with; traced at level debug. */
void exchange_enter(struct exchange *exchange, enum exchange_step next);

/* Runs steps until one waits. The exchange may be gone afterwards. */
void exchange_run(struct exchange *exchange);

/* What callbacks of its two connections note. */
void exchange_on_client_readable(struct exchange *exchange);
void exchange_on_client_writable(struct exchange *exchange);
void exchange_on_target_readable(struct exchange *exchange);
void exchange_on_target_writable(struct exchange *exchange);

/* The time for what is being waited for is over. */
void exchange_on_time(struct exchange *exchange);

/* The client sent its end or failed. */
void exchange_on_client_end(struct exchange *exchange, bool has_failed);

/* Inside a step: notes that the client is gone; the step goes on to STEP_FINISH. */
void exchange_on_client_end_noted(struct exchange *exchange, bool has_failed);

/*
 * The target's connection goes: its deregistration delay is over, or (is_evicted) it is not
 * there any more, and the request may go to another one as after any lost connection.
 */
void exchange_on_target_closed(struct exchange *exchange, bool is_evicted);

/* The time to stop is over. */
void exchange_on_shutdown(struct exchange *exchange);

/*
 * Ends it with a reason: with an answer of its own (status) while no response head has been
 * sent, else by cutting the connection. Returns the step to go on with.
 */
enum exchange_step exchange_fail(struct exchange *exchange, enum end_reason reason);

/* The connection to the target is lost before the response began: try another one, or fail. */
enum exchange_step exchange_target_lost(struct exchange *exchange, enum end_reason reason);

/* Whether the whole request, a small one, went to the target in one write, and is still here.
 */
bool exchange_was_sent_at_once(const struct exchange *exchange);

/* After the loss of a target, with the reason in end: another one, or fail. */
enum exchange_step exchange_try_again(struct exchange *exchange);

/* Takes one retry from the group's budget; false, and counted, when none is left. */
bool exchange_spend_retry(struct exchange *exchange);

/* Refuses the request with the refusal's own status and closes the client connection
 * afterwards. */
enum exchange_step exchange_refuse(struct exchange *exchange, enum http_refusal refusal);

/* What the rules' conditions look at. */
struct route_request;
void exchange_route_request(const struct exchange *exchange, struct route_request *out);

/* Gives the response's memory back; nothing when there is none. */
void response_give_back(struct exchange *exchange);

/* Lets go of target and connection. */
void exchange_release_target(struct exchange *exchange, enum target_connection_outcome outcome);

/* The steps, in exchange_request.c, exchange_target.c, relay.c, tunnel.c, reply.c and
 * exchange.c. */
#define EXCHANGE_STEP(id, function, text)                                                      \
    enum exchange_step step_##function(struct exchange *exchange);
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP

/* Restarts the timer for whatever the exchange waits for now. */
void exchange_touch(struct exchange *exchange);

#endif
