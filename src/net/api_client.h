/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests to APIs (container engines, later cloud ones) on libcurl's multi interface
 * driven by the loop: unix sockets, TLS, streaming answers. One client serves one endpoint;
 * never a blocking call.
 */
#ifndef FAIRLEAD_NET_API_CLIENT_H
#define FAIRLEAD_NET_API_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

struct api_client;
struct api_request;

/* The end of a request: status 0 when no complete answer came, with the reason in error. */
struct api_answer {
    long status;
    const char *error; /* NULL when status is set */
    bool is_too_long;  /* it came, but was longer than it may be */
    bool is_late;      /* it was asked for, and did not come within the time */
    int os_error;      /* errno of a connect that failed; 0: something else */
    const char *body;  /* NULL for a streamed one; NUL-terminated */
    size_t body_length;
};

struct api_callbacks {
    /* A header field of the answer, name in lower case; may be NULL. */
    void (*on_field)(void *argument, const char *name, const char *value);
    /* Streaming: bytes as they come; NULL: the body is collected. */
    void (*on_bytes)(void *argument, const char *bytes, size_t length);
    /* Called exactly once unless the request was cancelled. */
    void (*on_done)(void *argument, const struct api_answer *answer);
};

/* With a CA the connection is TLS: the server's certificate must come from it and have the
 * URL's host in it, and ours is shown to it. */
struct api_endpoint {
    const char *url; /* "unix:///path", "http://host:port", "tcp://host:port" */
    const char *ca;  /* PEM files; NULL: no TLS */
    const char *certificate, *key;
    unsigned connections; /* at the same time; what is beyond waits. 0: 16 */
};

/* NULL with *error set (free it). */
struct api_client *api_client_new(struct loop *loop, const struct api_endpoint *endpoint,
                                  char **error);

/* Which media types its requests ask for, from now on; any without. Static words. */
void api_client_accept(struct api_client *client, const char *media_types);

/* Cancels all requests of the client; allowed inside its callbacks. */
void api_client_free(struct api_client **client);

/* What is asked for; everything is copied. */
struct api_call {
    const char *method;    /* GET, POST, ... */
    const char *path;      /* with its query */
    const char *json_body; /* NULL: none */
    unsigned timeout_ms;   /* of all of it; 0: none, for streams */
    size_t most_bytes;     /* of a collected body; 0: 64 MiB */
};

/*
 * Sends a request. It belongs to the client and is gone after on_done or api_request_cancel; no
 * callback is called before this function returns.
 */
struct api_request *api_client_send(struct api_client *client, const struct api_call *call,
                                    const struct api_callbacks *callbacks, void *argument);

/* The status of the answer as far as it has come; 0: none yet. */
long api_request_status(const struct api_request *request);

/* No callback comes any more; allowed inside callbacks and for NULL. */
void api_request_cancel(struct api_request **request);

/* Percent-encodes for use inside a path segment or query; give back with free(). */
char *api_escape(const char *text);

#endif
