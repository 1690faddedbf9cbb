/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port that neither refuses nor accepts: its queue is full, so the kernel drops every further
 * SYN and a connect runs into its timeout. Prints the port, then waits for a signal.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILLERS = 8 };

int
main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof at) == -1 || listen(fd, 0) == -1 ||
        getsockname(fd, (struct sockaddr *)&at, &size) == -1) {
        perror("deaf_port");
        return EXIT_FAILURE;
    }
    for (int i = 0; i < FILLERS; i++) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(filler, (struct sockaddr *)&at, size);
    }
    printf("%u\n", ntohs(at.sin_port));
    fflush(stdout);
    pause();
    return EXIT_SUCCESS;
}
