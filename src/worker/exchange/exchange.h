/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exchange: one request and its response. A table of named steps (exchange_steps.def) and
 * one runner: callbacks note what happened in the exchange and call exchange_run; a step does
 * what can be done now and names the next one, or waits. Every exchange reaches FINISH with
 * exactly one end reason. It belongs to its carrier from exchange_begin to FINISH. It decides
 * what happens (route, choose, retry, time, count); how bytes travel is its carrier's and its
 * target link's.
 */
#ifndef FAIRLEAD_WORKER_EXCHANGE_H
#define FAIRLEAD_WORKER_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/forwarding.h"
#include "http/head.h"
#include "ipc/counters.h"
#include "net/loop.h"
#include "worker/exchange/carrier.h"
#include "worker/exchange/origin.h"
#include "worker/targets/target_link.h"
#include "worker/targets/view.h"

struct splice_pipe;

enum exchange_step {

#define EXCHANGE_STEP(id, function, timeout_ms, passed, text) STEP_##id,
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP
    STEP_COUNT,
    STEP_WAIT = STEP_COUNT /* what a step returns to be called again when something happens */
};

/* How far the request has come; each includes those before it. */
enum exchange_request_state {
    REQUEST_HEAD_COMES, /* or it was refused before it was complete */
    REQUEST_BODY_COMES,
    REQUEST_READ, /* all of it has come from the client */
    REQUEST_SENT  /* and all of it went to the present target */
};

/* How far the response has come; each includes those before it. */
enum exchange_response_state {
    RESPONSE_AWAITED,
    RESPONSE_BEGUN, /* its first byte has come */
    RESPONSE_HEAD_SENT,
    RESPONSE_READ /* all of it has come from the target, or is our own */
};

/* A row of the table: see exchange_steps.def. */
struct exchange_row {
    enum exchange_step (*run)(struct exchange *exchange);
    uint64_t (*timeout_ms)(const struct exchange *exchange);
    enum exchange_step (*passed)(struct exchange *exchange);
    const char *name, *text;
};

/* Targets that one request may be handed to in one round, the first included. */
#define EXCHANGE_ATTEMPTS_MAX 4

/* What happened, noted by callbacks. */
struct exchange_events {
    bool client_is_readable, target_is_readable;
    bool connect_has_ended; /* one way or the other */
    bool target_is_lost;    /* closed or failed */
};

struct exchange {
    uint32_t tag;
    enum exchange_step step;
    const struct exchange_row *row; /* of the step */
    enum end_reason end;            /* END_REASON_COUNT: it goes on */
    enum end_reason last_failure;   /* of a target; COMPLETE: none */
    struct worker *worker;
    struct carrier *carrier;
    struct view *view;                        /* pinned: the rule was chosen from it */
    const struct snapshot_balancer *balancer; /* of it: the listener's */
    struct exchange_events events;

    struct forwarded_origin origin;

    /* The request. */
    enum exchange_request_state request_state;
    bool body_is_held;      /* the carrier can give everything read so far once more */
    bool nothing_was_sent;  /* to the present target */
    bool was_unprocessed;   /* by the last one, as it said */
    size_t first_write;     /* bytes of head and early body for the present target */
    uint64_t payload_bytes; /* of its body so far */

    /* Routing. */
    uint32_t rule;                             /* index, SNAPSHOT_NO_INDEX before ROUTE */
    const struct snapshot_action *rule_action; /* NULL before ROUTE */
    uint32_t challenge;                        /* index; of END_ACME_CHALLENGE only */
    uint32_t group_id;
    uint32_t route_row;       /* counter row; SNAPSHOT_NO_INDEX: none */
    struct view *choice_view; /* pinned: the target is chosen from it; NULL before that */
    struct view_group *group; /* in choice_view */
    struct target_state *target;
    struct target_link *link; /* in use, or connecting; NULL: none */
    uint64_t tried[EXCHANGE_ATTEMPTS_MAX];
    unsigned attempts;        /* of this round: tried holds them */
    unsigned attempts_before; /* in rounds before */
    bool is_pausing;
    bool takes_second_chance;
    bool wants_new_link; /* kept connections are not to be trusted */
    bool is_released;    /* it was held and let go, and counts as such in its group */
    unsigned pauses;
    uint64_t second_chance;     /* a target of which a kept connection was lost; 0: none */
    struct exchange_line *line; /* of held or doubted ones, in which it waits; NULL: none */
    TAILQ_ENTRY(exchange) line_entry;
    size_t line_bytes;      /* memory that counts in the line */
    uint64_t held_since_ms; /* when it was held for the first time; 0: never */
    unsigned doubts;        /* that are over */

    /* The response. */
    enum exchange_response_state response_state;
    enum http_framing answer_framing; /* towards the client; set by the carrier */
    uint64_t interim_bytes;
    struct splice_pipe *request_pipe, *response_pipe;
    bool is_upgraded;
    bool is_resting;                         /* in STEP_REST, whose patience has begun */
    bool client_has_ended, target_has_ended; /* of a tunnel: that side sent its end */

    /* For the record. */
    uint16_t status, target_status;
    uint8_t action; /* enum access_action */
    uint64_t received_bytes, sent_bytes;
    uint64_t begun_us, begun_wall_us;
    uint64_t head_us, connect_begun_us, connected_us, sent_us, first_byte_us, response_head_us;
    struct forwarding_trace trace;
    char redirect_url[512];
    struct timer timer;       /* for what the present step waits for; see exchange_begin */
    struct http_head request; /* last: its unused fields are never touched */
};

/* Whether it reads the client's head or body now; else what comes is to be left or kept. */
static inline bool
exchange_reads_head(const struct exchange *exchange)
{
    return exchange->step == STEP_READ_HEAD;
}

static inline bool
exchange_reads_body(const struct exchange *exchange)
{
    return exchange->step == STEP_TUNNEL ||
           ((exchange->step == STEP_RELAY || exchange->step == STEP_REST) &&
            exchange->request_state < REQUEST_READ);
}

/* Inside a step: notes that the client is gone; the step goes on to STEP_FINISH. */
void exchange_on_client_end_noted(struct exchange *exchange, bool has_failed);

/*
 * Ends it with a reason: with an answer of its own (status) while no response head has been
 * sent, else by cutting what carries it. Returns the step to go on with.
 */
enum exchange_step exchange_fail(struct exchange *exchange, enum end_reason reason);

/* The connection to the target is lost before the response began: try another one, or fail. */
enum exchange_step exchange_target_lost(struct exchange *exchange, enum end_reason reason);

/* The target says that it has not looked at the request: another one gets it, or the same one
 * on another connection. */
enum exchange_step exchange_target_declined(struct exchange *exchange);

/* Takes one retry from the group's budget; false, and counted, when none is left. */
bool exchange_spend_retry(struct exchange *exchange);

/* Refuses the request with the refusal's own status and closes the client connection
 * afterwards. */
enum exchange_step exchange_refuse(struct exchange *exchange, enum http_refusal refusal);

/* Targets that were tried may be chosen again. */
void exchange_new_round(struct exchange *exchange);

/* What stickiness looks at. */
struct stickiness;
void exchange_stickiness(const struct exchange *exchange, struct stickiness *out);

/* What the rules' conditions look at. */
struct route_request;
void exchange_route_request(const struct exchange *exchange, struct route_request *out);

/* Waiting for a new view in a line, with the timer set; leaving one is allowed at any time. */
void exchange_join_line(struct exchange *exchange, struct exchange_line *line);
void exchange_leave_line(struct exchange *exchange);

/* The target has said all: its link is free for others, even while the client still reads. */
void exchange_target_done(struct exchange *exchange, bool is_clean);

/* Lets go of target and link. */
void exchange_release_target(struct exchange *exchange, enum target_link_outcome outcome);

/* The steps, in exchange_request.c, exchange_target.c, exchange_retry.c, hold.c, pause.c,
 * relay.c, tunnel.c, reply.c and exchange_run.c. */
#define EXCHANGE_STEP(id, function, timeout_ms, passed, text)                                  \
    enum exchange_step step_##function(struct exchange *exchange);
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP

/* The client has sent its end though it wanted to keep the connection: it has most likely gone.
 */
bool exchange_client_seems_gone(const struct exchange *exchange);

/* Restarts the timer for whatever the exchange waits for now. */
void exchange_touch(struct exchange *exchange);

#endif
