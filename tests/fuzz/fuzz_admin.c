/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on a connection to the service behind the admin socket and the metrics port, in two
 * pieces as the first byte says: each request has a method, a path and parameters that can be
 * read, its body is read as JSON as the admin does, and every one is answered once.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "base/check.h"
#include "net/http_service.h"
#include "net/socket.h"

#define TURNS 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_request(struct http_service_request *request, void *argument)
{
    size_t length;
    const char *body = http_service_body(request, &length);
    json_t *object = json_loadb(body, length, 0, NULL);
    const char *group = http_service_parameter(request, "target_group");

    (void)argument;
    CHECK(*http_service_method(request) != '\0' && http_service_path(request) != NULL);
    json_decref(object);
    if (group == NULL)
        group = "none";
    http_service_reply(request, 200, "text/plain", group, strlen(group));
}

static void
write_piece(int fd, struct loop *loop, const uint8_t *bytes, size_t length)
{
    if (length > 0)
        (void)send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    for (int i = 0; i < TURNS; i++)
        loop_turn(loop, 0);
}

static struct http_service *
open_service(struct loop *loop, struct address *address)
{
    CHECK(address_parse(address, "127.0.0.1", 0));
    int fd = socket_listen(address, false, 16);
    CHECK(fd != -1 && socket_local_address(fd, address));
    return http_service_new(loop, fd, on_request, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct loop *loop;
    static struct http_service *service;
    static struct address address;
    char answer[4096];

    if (size < 1)
        return 0;
    if (loop == NULL) {
        loop = loop_new();
        service = open_service(loop, &address);
    }
    CHECK(service != NULL);
    size_t first = data[0] < size - 1 ? data[0] : size - 1;
    int fd = socket_connect(&address);
    CHECK(fd != -1);
    write_piece(fd, loop, data + 1, first);
    write_piece(fd, loop, data + 1 + first, size - 1 - first);
    while (recv(fd, answer, sizeof(answer), MSG_DONTWAIT) > 0)
        ;
    /* At once, so that no port stays taken by what has been closed. */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    close(fd);
    write_piece(-1, loop, NULL, 0);
    return 0;
}
