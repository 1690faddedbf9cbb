/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fairlead, but for one child: the file "hostile" in the folder that it was started in says
 * which ("worker 1 ACT"), and is removed by that child, so that its successor is an honest one.
 * Prints "hostile ACT: held" or "broken" and ends.
 */
#include "hostile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/title.h"
#include "control/control.h"
#include "logger/logger.h"
#include "observer/observer.h"
#include "worker/worker.h"

/* The children that may be taken over. */
static const struct role {
    const char *title; /* "worker 1" stands for the first of them */
    enum sandbox_profile profile;
    int (*run)(void);
} roles[] = {
    {"fairlead: worker", SANDBOX_WORKER, worker_run},
    {"fairlead: observer", SANDBOX_OBSERVER, observer_run},
    {"fairlead: logger", SANDBOX_LOGGER, logger_run},
    {"fairlead: api", SANDBOX_API, api_run},
};

static void
take(struct hostile *hostile, const struct message *message)
{
    struct message_applied applied = {.generation = message->as.snapshot.generation};

    if (message->type == MESSAGE_listener_open || message->type == MESSAGE_api_listener)
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
has_all(const struct hostile *hostile, const struct role *role)
{
    return role->profile == SANDBOX_OBSERVER ? hostile->metrics != -1
                                             : hostile->listener != -1 && hostile->access != -1;
}

static int
be_hostile(const struct role *role, const char *name)
{
    struct hostile hostile = {channel_open(CHANNEL_FD, NULL, NULL), -1, -1, -1, -1};
    hostile_act *act = hostile_find_act(name);
    const char *error = NULL;
    bool has_snapshot = false;
    struct message message;

    hostile_capture();
    if (act == NULL || !channel_receive_now(hostile.channel, &message) ||
        !sandbox_enter(role->profile, message.as.hello.uid, message.as.hello.gid, &error))
        return 1;
    while (!(has_snapshot && has_all(&hostile, role)) &&
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
    char line[64] = "";
    FILE *file = fopen("hostile", "r");

    if (file == NULL)
        return false;
    bool is_read = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    char *last = strrchr(line, ' ');
    if (!is_read || last == NULL)
        return false;
    *last = '\0';
    snprintf(act, 32, "%s", last + 1);
    return strcmp(title + strlen("fairlead: "), line) == 0 && unlink("hostile") == 0;
}

static const struct role *
find_role(const char *title)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strncmp(title, roles[i].title, strlen(roles[i].title)) == 0)
            return &roles[i];
    return NULL;
}

int
main(int argc, char **argv)
{
    const struct role *role = find_role(argv[0]);
    char act[32];

    if (role != NULL && is_chosen(argv[0], act))
        return be_hostile(role, act);
    title_init(argc, argv);
    if (role != NULL)
        return role->run();
    const struct control_options options = {.config_path =
                                                argc == 3 ? argv[2] : "fairlead.conf"};
    return control_run(&options);
}
