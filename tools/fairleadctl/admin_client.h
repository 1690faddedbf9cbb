/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to fairlead's admin socket: one connection, one call at a time, on libcurl's easy
 * interface. An answer is one JSON document, plain text, or a stream of JSON lines.
 */
#ifndef FAIRLEADCTL_ADMIN_CLIENT_H
#define FAIRLEADCTL_ADMIN_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct admin_client;

/* Called with each line of a stream; non-zero ends the call. */
typedef int admin_line_handler(const char *line, void *argument);

struct admin_call {
    const char *method;
    const char *path;            /* with query */
    const char *body;            /* NULL: none */
    admin_line_handler *on_line; /* NULL: the answer is collected */
    void *argument;
};

/* Filled by admin_client_send; give back with admin_answer_clear. */
struct admin_answer {
    long status; /* 0: no daemon answered, and error says so */
    char *error;
    char *text;   /* the whole body, or what followed the last line of a stream */
    json_t *json; /* NULL where the body is not JSON */
};

struct admin_client *admin_client_new(const char *socket_path);
void admin_client_free(struct admin_client **client);

/* From now on an answer that does not come soon is none: somebody is looking. */
void admin_client_be_impatient(struct admin_client *client);

/* Sends and waits. 0: an answer with status came; -1: none. */
int admin_client_send(struct admin_client *client, const struct admin_call *call,
                      struct admin_answer *answer);

void admin_answer_clear(struct admin_answer *answer);

/* Percent-encodes for a path or query; give back with free(). */
char *admin_escape(const struct admin_client *client, const char *text);

#endif
