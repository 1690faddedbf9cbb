/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints COUNT (1) TCP ports that nobody listens on at 127.0.0.1, below the range that the
 * kernel gives to outgoing connections, so that they stay free until the caller binds them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_PORT = 12000, PORTS = 18000, TRIES = 1000 };

static int
try_port(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof at) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

int
main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    for (int tries = 0; count > 0 && tries < TRIES; tries++) {
        unsigned number = 0;
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            return EXIT_FAILURE;
        unsigned port = FIRST_PORT + number % PORTS;
        if (try_port(port) == -1) /* stays open, so that no port is printed twice */
            continue;
        printf("%u\n", port);
        count--;
    }
    return count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
