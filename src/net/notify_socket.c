/* SPDX-License-Identifier: Apache-2.0 */
/* NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment say what is wanted. */
#include "net/notify_socket.h"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

bool
notify_socket_send(const char *text)
{
    return sd_notify(0, text) > 0;
}

uint64_t
notify_socket_watchdog_us(void)
{
    uint64_t us = 0;

    return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}

#else

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or behind an @ a name without a file. Its length; 0: nobody listens. */
static socklen_t
find_listener(struct sockaddr_un *address)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path == NULL ? 0 : strlen(path);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof(address->sun_path) || strchr("/@", *path) == NULL)
        return 0;
    memcpy(address->sun_path, path, length);
    if (*path == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

bool
notify_socket_send(const char *text)
{
    struct sockaddr_un address;
    socklen_t length = find_listener(&address);
    int fd = length == 0 ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return false;
    ssize_t sent =
        sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    close(fd);
    return sent == (ssize_t)strlen(text);
}

/* A number of the environment; 0 where there is none. */
static uint64_t
read_number(const char *name)
{
    const char *text = getenv(name);
    char *end;

    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : 0;
}

uint64_t
notify_socket_watchdog_us(void)
{
    bool is_for_us =
        getenv("WATCHDOG_PID") == NULL || read_number("WATCHDOG_PID") == (uint64_t)getpid();

    return is_for_us ? read_number("WATCHDOG_USEC") : 0;
}

#endif
