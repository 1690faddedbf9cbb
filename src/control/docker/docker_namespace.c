/* SPDX-License-Identifier: Apache-2.0 */
/* The socket tells the process that listens on it, and /proc its namespace. */
#include "control/docker/docker_namespace.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* 0: another process namespace; -1: unknown. */
static pid_t
find_listener(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer;
    socklen_t length = sizeof(peer);
    pid_t pid = -1;

    if (strlen(path) >= sizeof(address.sun_path))
        return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        pid = peer.pid;
    if (fd != -1)
        close(fd);
    return pid;
}

enum docker_namespace
docker_namespace_of(const char *endpoint)
{
    static const char scheme[] = "unix://";
    struct stat theirs, ours;
    char path[64];

    if (strncmp(endpoint, scheme, strlen(scheme)) != 0)
        return DOCKER_NAMESPACE_UNKNOWN;
    pid_t pid = find_listener(endpoint + strlen(scheme));
    if (pid <= 0)
        return pid == 0 ? DOCKER_NAMESPACE_OTHER : DOCKER_NAMESPACE_UNKNOWN;
    snprintf(path, sizeof(path), "/proc/%ld/ns/net", (long)pid);
    if (stat(path, &theirs) == -1 || stat("/proc/self/ns/net", &ours) == -1)
        return DOCKER_NAMESPACE_UNKNOWN;
    return theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev
               ? DOCKER_NAMESPACE_OURS
               : DOCKER_NAMESPACE_OTHER;
}
