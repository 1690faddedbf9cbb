/* SPDX-License-Identifier: Apache-2.0 */
/* NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment say what is wanted. */
#include "net/notify_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

/* At most so many in a message (the system takes 253). */
#define FDS_A_MESSAGE 64
#define TEXT_SIZE 320

static bool send_with_fds(const char *text, const int *fds, unsigned count);

void
notify_socket_store(const char *name, const int *fds, unsigned count)
{
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);
    for (unsigned i = 0; i < count; i += FDS_A_MESSAGE)
        send_with_fds(text, fds + i, count - i < FDS_A_MESSAGE ? count - i : FDS_A_MESSAGE);
}

void
notify_socket_drop(const char *name)
{
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
    notify_socket_send(text);
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

unsigned
notify_socket_take_stored(char **names)
{
    const char *listed = getenv("LISTEN_FDNAMES");
    uint64_t count = read_number("LISTEN_FDS");
    bool is_for_us = read_number("LISTEN_PID") == (uint64_t)getpid() && count < 65536;

    *names = is_for_us && listed != NULL ? memory_copy_text(listed) : NULL;
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDNAMES");
    for (int fd = NOTIFY_SOCKET_FIRST_FD; is_for_us && fd < NOTIFY_SOCKET_FIRST_FD + (int)count;
         fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return is_for_us ? (unsigned)count : 0;
}

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

bool
notify_socket_send(const char *text)
{
    return sd_notify(0, text) > 0;
}

static bool
send_with_fds(const char *text, const int *fds, unsigned count)
{
    return sd_pid_notify_with_fds(0, 0, text, fds, count) > 0;
}

uint64_t
notify_socket_watchdog_us(void)
{
    uint64_t us = 0;

    return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}

#else

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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

static void
add_fds(struct msghdr *message, const int *fds, unsigned count)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(*fds) * count);
    memcpy(CMSG_DATA(header), fds, sizeof(*fds) * count);
}

static bool
send_with_fds(const char *text, const int *fds, unsigned count)
{
    struct sockaddr_un address;

    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * FDS_A_MESSAGE)];
    } control = {0};
    struct iovec bytes = {(char *)text, strlen(text)};
    struct msghdr message = {.msg_name = &address,
                             .msg_namelen = find_listener(&address),
                             .msg_iov = &bytes,
                             .msg_iovlen = 1};
    int fd = message.msg_namelen == 0 ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return false;
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(*fds) * count);
        add_fds(&message, fds, count);
    }
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    close(fd);
    return sent == (ssize_t)strlen(text);
}

bool
notify_socket_send(const char *text)
{
    return send_with_fds(text, NULL, 0);
}

uint64_t
notify_socket_watchdog_us(void)
{
    bool is_for_us =
        getenv("WATCHDOG_PID") == NULL || read_number("WATCHDOG_PID") == (uint64_t)getpid();

    return is_for_us ? read_number("WATCHDOG_USEC") : 0;
}

#endif
