/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 service on evhttp for people and scripts: control's admin socket and the
 * observer's metrics port. Not for client traffic.
 */
#ifndef FAIRLEAD_NET_HTTP_SERVICE_H
#define FAIRLEAD_NET_HTTP_SERVICE_H

#include <stddef.h>
#include <sys/types.h>

#include "net/loop.h"

struct http_service;
struct http_service_request;

/* Called for every request; must reply now or keep the handle and reply later, exactly once. */
typedef void http_service_handler(struct http_service_request *request, void *argument);

/*
 * Serves on a listening socket, which it takes over. The number of connections is bounded: at
 * the bound, and without descriptors, accepting pauses. A request must be complete a short time
 * after its connection was accepted or the one before it answered.
 */
struct http_service *http_service_new(struct loop *loop, int listening_fd,
                                      http_service_handler *on_request, void *argument);
void http_service_free(struct http_service **service);

/* Takes no connections any more; those that are open go on. */
void http_service_stop_listening(struct http_service *service);

/* Ends every stream with these last bytes; their on_gone is called. */
void http_service_end_streams(struct http_service *service, const char *bytes, size_t length);

/* The process behind a Unix socket's other end; 0: not known. */
pid_t http_service_peer(const struct http_service_request *request);

const char *http_service_method(const struct http_service_request *request);
/* The decoded path without query. */
const char *http_service_path(const struct http_service_request *request);
/* A decoded query parameter, or NULL. */
const char *http_service_parameter(const struct http_service_request *request,
                                   const char *name);
/* The n-th (from 0) value of a parameter that may repeat, or NULL. */
const char *http_service_parameter_at(const struct http_service_request *request,
                                      const char *name, size_t n);
const char *http_service_body(const struct http_service_request *request, size_t *length);

void http_service_reply(struct http_service_request *request, int status,
                        const char *content_type, const char *body, size_t length);

/*
 * A chunked answer that goes on until ended here or by the client; on_gone tells the latter,
 * after which the handle is invalid.
 */
void http_service_stream_begin(struct http_service_request *request, const char *content_type,
                               void (*on_gone)(void *argument), void *argument);
void http_service_stream_add(struct http_service_request *request, const char *bytes,
                             size_t length);
void http_service_stream_end(struct http_service_request *request);

#endif
