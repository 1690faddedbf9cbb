/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fairlead, but for one child: the file "hostile" in the folder that it was started in says
 * which
 * ("worker 1 ACT"), and is removed by that child, so that its successor is an honest one.
 * Prints "hostile ACT: held" or "broken" and ends.
 */
#include "hostile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/title.h"
#include "control/control.h"
#include "logger/logger.h"
#include "observer/observer.h"
#include "worker/worker.h"

#define MOST_MESSAGES 1000

static void
take(struct hostile *hostile, const struct message *message)
{
    struct message_applied applied = {.generation = message->as.snapshot.generation};

    if (message->type == MESSAGE_listener_open)
        hostile->listener = message->fd;
    else if (message->type == MESSAGE_access_channel)
        hostile->access = message->fd;
    else if (message->type == MESSAGE_counters && message->as.counters.is_writable)
        hostile->counters = message->fd;
    else if (message->type == MESSAGE_metrics_listener)
        hostile->metrics = message->fd;
    else if (message->type == MESSAGE_snapshot)
        channel_send(hostile->channel, MESSAGE_applied, &applied, -1);
}

static bool
has_all(const struct hostile *hostile, bool is_worker, bool has_snapshot)
{
    return has_snapshot && (is_worker ? hostile->listener != -1 && hostile->access != -1
                                      : hostile->metrics != -1);
}

static int
be_hostile(bool is_worker, const char *name)
{
    struct hostile hostile = {channel_open(CHANNEL_FD, NULL, NULL), -1, -1, -1, -1};
    hostile_act *act = hostile_find_act(name);
    const char *error = NULL;
    bool has_snapshot = false;
    struct message message;

    if (act == NULL || !channel_receive_now(hostile.channel, &message) ||
        !sandbox_enter(is_worker ? SANDBOX_WORKER : SANDBOX_OBSERVER, message.as.hello.uid,
                       message.as.hello.gid, &error))
        return 1;
    while (!has_all(&hostile, is_worker, has_snapshot) &&
           channel_receive_now(hostile.channel, &message)) {
        take(&hostile, &message);
        has_snapshot |= message.type == MESSAGE_snapshot;
    }
    bool is_held = act(&hostile);
    fprintf(stderr, "hostile %s: %s\n", name, is_held ? "held" : "broken");
    return 0;
}

/* The act that this child is to do. */
static bool
is_chosen(const char *title, char act[32])
{
    char line[64] = "", who[32];
    FILE *file = fopen("hostile", "r");
    unsigned slot;

    if (file == NULL)
        return false;
    bool is_read = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    if (is_read && sscanf(line, "worker %u %31s", &slot, act) == 2)
        snprintf(who, sizeof(who), "fairlead: worker %u", slot);
    else if (is_read && sscanf(line, "observer %31s", act) == 1)
        snprintf(who, sizeof(who), "fairlead: observer");
    else
        return false;
    return strcmp(title, who) == 0 && unlink("hostile") == 0;
}

int
main(int argc, char **argv)
{
    bool is_worker = strncmp(argv[0], "fairlead: worker", 16) == 0;
    bool is_observer = strncmp(argv[0], "fairlead: observer", 18) == 0;
    char act[32];

    if ((is_worker || is_observer) && is_chosen(argv[0], act))
        return be_hostile(is_worker, act);
    title_init(argc, argv);
    if (is_worker)
        return worker_run();
    if (is_observer)
        return observer_run();
    if (strncmp(argv[0], "fairlead: logger", 16) == 0)
        return logger_run();
    const struct control_options options = {.config_path =
                                                argc == 3 ? argv[2] : "fairlead.conf"};
    return control_run(&options);
}
