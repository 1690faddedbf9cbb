/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call on the admin socket, as its handler sees it: the request, the words that the path
 * matched, and ways to answer. Private to admin*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_CALL_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_CALL_H

#include <stdbool.h>
#include <sys/queue.h>

#include <jansson.h>

#include "control/admin/admin.h"
#include "control/admin/admin_request.h"

#define ADMIN_WORD_SIZE 128

/* Lives during the handler only; the request lives until it is answered. */
struct admin_call {
    struct admin *admin;
    const struct admin_parts *parts;
    struct admin_request *request;
    char word[ADMIN_WORD_SIZE]; /* what stood for the braces; "" */
};

/* Handlers: one a row of admin_commands.def, each answers now or later, once. */
#define ADMIN_COMMAND(method, path, access, handler, help)                                     \
    void handler(struct admin_call *call);
#include "control/admin/admin_commands.def"
#undef ADMIN_COMMAND

/* Answers with a JSON object, whose reference it takes. */
void admin_answer(struct admin_request *request, int status, json_t *object);

/* Answers with {"error": {"code", "message"}}. */
void admin_refuse(struct admin_request *request, int status, const char *code,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with a list of details, as a refused configuration has. */
void admin_refuse_config(struct admin_request *request, const struct config_errors *errors);

/* The body as a JSON object, the caller's, its members of their types and none of null; NULL
 * after a refusal. */
json_t *admin_read_body(struct admin_call *call);

/* The same for the members of an object within a body; false after a refusal. */
bool admin_check_members(struct admin_call *call, json_t *object);

struct admin_range {
    unsigned least, most;
};

/* A whole number, also written as a text; *number stays as it is where the body has none.
 * False: it is something else, or out of range; nothing has been answered then. */
bool admin_read_number(const json_t *body, const char *member, struct admin_range range,
                       unsigned *number);

/* A query parameter that is true, 1 or yes. */
bool admin_flag(const struct admin_call *call, const char *name);

/* The configured group of that name, or NULL after a refusal. */
const struct config_target_group *admin_find_group(struct admin_call *call, const char *name);

/* Sets a text member, or null where there is none. */
void admin_set_text(json_t *object, const char *member, const char *text);
void admin_set_time(json_t *object, const char *member, uint64_t wall_us);
void admin_set_number(json_t *object, const char *member, uint64_t number);

/* 503, to a call that came too late or was not done in time. */
void admin_refuse_stopping(struct admin_request *request);

/* Embedded by a call that is answered later: what becomes of it when control stops first. */
struct admin_wait {
    void (*on_stop)(void *argument); /* answers, and ends the wait */
    void *argument;
    LIST_ENTRY(admin_wait) link;
};

void admin_wait_begin(struct admin *admin, struct admin_wait *wait);
void admin_wait_end(struct admin_wait *wait);

/* Asks the observer for the metrics page; the request is answered when it comes. */
void admin_ask_metrics(struct admin_call *call);

#endif
