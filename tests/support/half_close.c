/* SPDX-License-Identifier: Apache-2.0 */
/*
 * half_close SOCKET [FILE]: sends its standard input to a UNIX socket, shuts its sending side,
 * makes the file to tell so, and prints what comes back until the end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
copy(int from, int to)
{
    char bytes[4096];
    ssize_t count;
    while ((count = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, (size_t)count) != count)
            return -1;
    return (int)count;
}

static int
tell(const char *path)
{
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return path == NULL ? 0 : close(fd);
}

int
main(int argc, char **argv)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (argc < 2 || argc > 3 || strlen(argv[1]) >= sizeof at.sun_path) {
        fprintf(stderr, "usage: half_close SOCKET [FILE]\n");
        return 2;
    }
    memcpy(at.sun_path, argv[1], strlen(argv[1]));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&at, sizeof at) == -1 ||
        copy(STDIN_FILENO, fd) == -1 || shutdown(fd, SHUT_WR) == -1 || tell(argv[2]) == -1 ||
        copy(fd, STDOUT_FILENO) == -1) {
        perror("half_close");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
