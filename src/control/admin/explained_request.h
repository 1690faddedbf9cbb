/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request that a client would send for a URL, read as a worker reads it: the bytes of a
 * head are made and given to the same parser and judges, so that explain and workers cannot
 * differ.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_EXPLAINED_REQUEST_H
#define FAIRLEAD_CONTROL_ADMIN_EXPLAINED_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "http/head.h"
#include "ipc/snapshot.h"

/* A URL taken apart; slices of its text. */
struct explained_url {
    bool is_tls;
    struct slice authority; /* length 0: none given */
    uint64_t port;          /* that it names; 0: none */
    struct slice target;    /* what goes into the request line; may be empty: "/" */
};

/*
 * "http://host:port/path?query#fragment", the same without protocol, or what goes into the
 * request line as it is ("/path", "*"). False: another protocol. Nothing else is checked, that
 * is the judge's; as with any client, a fragment behind an authority is not sent (RFC
 * 9110 7.1).
 */
bool explained_url_read(struct explained_url *url, const char *text);

struct explained_request {
    char *bytes;
    struct http_head head; /* slices of the bytes */
    enum http_refusal refusal;
};

/*
 * The head of method (NULL: GET) and URL, with field lines ("Name: value") as they are. Host
 * comes from the URL, or is "localhost", unless a line brings it.
 */
struct explained_lines {
    const char *(*at)(const void *argument, size_t n); /* NULL behind the last */
    const void *argument;
};

void explained_request_make(struct explained_request *request, const char *method,
                            const struct explained_url *url,
                            const struct explained_lines *lines);

/* Reads it by the limits and its load balancer's attributes; refusal tells what a worker would
 * say. */
void explained_request_read(struct explained_request *request,
                            const struct snapshot_settings *settings,
                            const struct config_attributes *attributes);
void explained_request_clear(struct explained_request *request);

#endif
