/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 service on evhttp for people and scripts: control's admin socket, the
 * observer's metrics port and the api role's. Not for client traffic.
 */
#ifndef FAIRLEAD_NET_HTTP_SERVICE_H
#define FAIRLEAD_NET_HTTP_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/address.h"
#include "net/loop.h"

struct http_service;
struct http_service_request;
struct tls_service;

/* Called for every request; must reply now or keep the handle and reply later, exactly once. */
typedef void http_service_handler(struct http_service_request *request, void *argument);

/*
 * Serves on a listening socket, which it takes over. The number of connections is bounded: at
 * the bound those go that have been silent for longest, and without descriptors accepting
 * pauses. A request must be complete a short time after its connection was accepted or the one
 * before it answered.
 */
struct http_service *http_service_new(struct loop *loop, int listening_fd,
                                      http_service_handler *on_request, void *argument);
void http_service_free(struct http_service **service);

/* Connections from now on are TLS by this one, which stays the caller's until another one, or
 * NULL for none, is set. */
void http_service_secure(struct http_service *service, struct tls_service *tls);

/* Takes no connections any more; those that are open go on. */
void http_service_stop_listening(struct http_service *service);

/* Ends every stream with these last bytes; their on_gone is called. */
void http_service_end_streams(struct http_service *service, const char *bytes, size_t length);

/* The process behind a Unix socket's other end; 0: not known. */
pid_t http_service_peer(const struct http_service_request *request);

/* The address of the other end, without its port, or "unix". */
void http_service_client(const struct http_service_request *request,
                         char text[ADDRESS_TEXT_SIZE]);

/* The target as it was sent, with its query; "" when the client is gone. */
const char *http_service_target(const struct http_service_request *request);

/* The value of the first field of that name, or NULL; and the fields one by one, false behind
 * the last one. */
const char *http_service_field(const struct http_service_request *request, const char *name);
bool http_service_field_at(const struct http_service_request *request, size_t index,
                           const char **name, const char **value);

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

/* A field for the head of the answer, before that begins; in place of one of ours with its
 * name. */
void http_service_add_field(struct http_service_request *request, const char *name,
                            const char *value);

void http_service_reply(struct http_service_request *request, int status,
                        const char *content_type, const char *body, size_t length);

/*
 * A chunked answer that goes on until ended here or by the client; on_gone tells the latter,
 * after which the handle is invalid. A reader that falls 4 MiB behind is cut off, earlier where
 * there are many.
 */
void http_service_stream_begin(struct http_service_request *request, const char *content_type,
                               void (*on_gone)(void *argument), void *argument);
void http_service_stream_add(struct http_service_request *request, const char *bytes,
                             size_t length);
void http_service_stream_end(struct http_service_request *request);

#endif
