/* SPDX-License-Identifier: Apache-2.0 */
/* The acts, one a row of the table below. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define FLOOD 2000000
#define NEIGHBOURS 30

/* Its siblings were started just before and after it, control is its parent. */
static bool
touches_siblings(const struct hostile *hostile)
{
    const struct rlimit none = {0, 0};
    cpu_set_t processors;
    bool is_held = true;

    (void)hostile;
    memset(&processors, 0xff, sizeof(processors));
    for (pid_t pid = getpid() - NEIGHBOURS; pid < getpid() + NEIGHBOURS; pid++) {
        if (pid <= 0 || pid == getpid())
            continue;
        is_held &= syscall(SYS_kill, pid, SIGKILL) == -1 && errno == EPERM;
        is_held &= syscall(SYS_tgkill, pid, pid, SIGKILL) == -1 && errno == EPERM;
        is_held &= prlimit(pid, RLIMIT_NOFILE, &none, NULL) == -1 && errno == EPERM;
        is_held &= sched_setaffinity(pid, sizeof(processors), &processors) == -1;
    }
    return is_held;
}

static bool
shuts_down(const struct hostile *hostile)
{
    return shutdown(hostile->listener, SHUT_RDWR) == 0;
}

static bool
disconnects(const struct hostile *hostile)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    return connect(hostile->listener, &nowhere, sizeof(nowhere)) == 0;
}

static bool
changes_options(const struct hostile *hostile)
{
    struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
    struct sock_fprog filter = {1, &drop};
    int one = 1;

    return setsockopt(hostile->listener, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter,
                      sizeof(filter)) == -1 &&
           setsockopt(hostile->listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
                      sizeof(filter)) == -1 &&
           setsockopt(hostile->listener, SOL_SOCKET, SO_RCVBUF, &one, sizeof(one)) == -1 &&
           fcntl(hostile->listener, F_SETFL, 0) == -1 && listen(hostile->listener, 0) == -1;
}

/* Its successor's closes would wait for a client that reads nothing. */
static bool
lingers(const struct hostile *hostile)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 1000};

    return setsockopt(hostile->listener, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0;
}

static bool
reaches_out(const struct hostile *hostile)
{
    int pair[2];

    (void)hostile;
    return socket(AF_UNIX, SOCK_STREAM, 0) == -1 && socket(AF_NETLINK, SOCK_RAW, 0) == -1 &&
           socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 &&
           open("/etc/passwd", O_RDONLY) == -1 && open("admin.sock", O_RDONLY) == -1 &&
           open("/proc/self/environ", O_RDONLY) == -1;
}

static bool
seals_counters(const struct hostile *hostile)
{
    return fcntl(hostile->counters, F_ADD_SEALS, F_SEAL_WRITE) == -1 &&
           ftruncate(hostile->counters, 0) == -1;
}

static bool
sends_empty_packets(const struct hostile *hostile)
{
    for (int i = 0; i < 10; i++)
        if (send(hostile->access, "", 0, 0) == -1)
            return false;
    return true;
}

static bool
hangs_up(const struct hostile *hostile)
{
    return shutdown(hostile->access, SHUT_RDWR) == 0;
}

/* By the descriptor itself: what cannot be sent now is sent when control has read. */
static bool
flood(const void *packet, size_t length)
{
    struct pollfd channel = {.fd = CHANNEL_FD, .events = POLLOUT};

    for (int i = 0; i < FLOOD; i++) {
        while (send(CHANNEL_FD, packet, length, MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
            if (errno != EAGAIN)
                return true;
            poll(&channel, 1, 1000);
        }
    }
    return false;
}

static bool
floods(const struct hostile *hostile)
{
    struct message_packet packet;
    struct message_target_failures failures = {.target_id = 1, .requests = 1};

    (void)hostile;
    return flood(&packet, message_encode(&packet, MESSAGE_target_failures, &failures));
}

static bool
floods_with_nonsense(const struct hostile *hostile)
{
    struct message_packet packet;
    struct message_check_now check = {.target_id = 1};

    (void)hostile;
    return flood(&packet, message_encode(&packet, MESSAGE_check_now, &check));
}

static void
wait_for_query(const struct hostile *hostile, struct message_metrics_reply *reply)
{
    struct message message;

    while (channel_receive_now(hostile->channel, &message))
        if (message.type == MESSAGE_metrics_query) {
            reply->query_id = message.as.metrics_query.query_id;
            return;
        }
    _exit(1);
}

static bool
cuts_its_page(const struct hostile *hostile)
{
    struct message_metrics_reply reply;
    int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    for (int i = 0; i < 1000; i++)
        if (write(fd, "fairlead_up 1\n", 14) != 14)
            return false;
    wait_for_query(hostile, &reply);
    channel_send(hostile->channel, MESSAGE_metrics_reply, &reply, fd);
    return open("/proc/self/fd", O_RDONLY) == -1;
}

static bool
sends_a_large_page(const struct hostile *hostile)
{
    struct message_metrics_reply reply;
    int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (lseek(fd, (off_t)6 << 30, SEEK_SET) == -1 || write(fd, "x", 1) != 1 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1)
        return false;
    wait_for_query(hostile, &reply);
    channel_send(hostile->channel, MESSAGE_metrics_reply, &reply, fd);
    return true;
}

static bool
shuts_metrics_down(const struct hostile *hostile)
{
    return shutdown(hostile->metrics, SHUT_RDWR) == 0;
}

static bool
invents_verdicts(const struct hostile *hostile)
{
    for (uint32_t i = 0; i < 1000; i++) {
        struct message_health health = {
            .target_id = i, .health = i * 7919, .reason = i * 104729};
        channel_send(hostile->channel, MESSAGE_health, &health, -1);
    }
    return true;
}

hostile_act *
hostile_find_act(const char *name)
{
    static const struct {
        const char *name;
        hostile_act *act;
    } rows[] = {
        {"siblings", touches_siblings},
        {"shutdown", shuts_down},
        {"disconnect", disconnects},
        {"options", changes_options},
        {"linger", lingers},
        {"outside", reaches_out},
        {"seal", seals_counters},
        {"empty", sends_empty_packets},
        {"hangup", hangs_up},
        {"flood", floods},
        {"nonsense", floods_with_nonsense},
        {"cut_page", cuts_its_page},
        {"large_page", sends_a_large_page},
        {"metrics", shuts_metrics_down},
        {"verdicts", invents_verdicts},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].act;
    return hostile_find_api_act(name);
}
