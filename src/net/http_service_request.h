/* SPDX-License-Identifier: Apache-2.0 */
/* A request handle from inside, for http_service.c; its users have http_service.h. */
#ifndef FAIRLEAD_NET_HTTP_SERVICE_REQUEST_H
#define FAIRLEAD_NET_HTTP_SERVICE_REQUEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/http_service.h"

#define HTTP_SERVICE_REQUEST_TAG 0x68737271u
#define HTTP_SERVICE_PARAMETERS_MAX 64

struct evhttp_request;

struct http_service_parameter {
    char *name;
    char *value;
};

/* Owned by its service; freed after the turn in which it is answered or its client goes. */
struct http_service_request {
    uint32_t tag;
    LIST_ENTRY(http_service_request) entry;
    struct http_service *service;
    struct evhttp_request *source; /* NULL: the client is gone */
    char *path;
    struct http_service_parameter parameters[HTTP_SERVICE_PARAMETERS_MAX];
    size_t parameter_count;
    void (*on_gone)(void *argument); /* streams only */
    void *on_gone_argument;
};

/* evhttp's bits of the methods that are served. */
uint16_t http_service_request_methods(void);

/* A handle with the request's path and parameters, in no service yet. */
struct http_service_request *http_service_request_new(struct evhttp_request *source);
void http_service_request_free(void *object);

#endif
