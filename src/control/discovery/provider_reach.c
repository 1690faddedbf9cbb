/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the loopback itself, which answers at once; never any other address. */
#include "control/discovery/provider_reach.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/target_address.h"

/* Enough to know: the rest stands on the same loopback. */
#define TRIED_MOST 8

static bool
is_refused(const struct address *address)
{
    struct sockaddr_storage system;
    socklen_t length = address_to_system(address, &system);
    int fd = socket(system.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return false;
    int error = connect(fd, (struct sockaddr *)&system, length) == -1 ? errno : 0;
    /* The loopback has answered by now, but connect(2) does not wait even for that. */
    length = sizeof(error);
    if (error == EINPROGRESS && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1)
        error = errno;
    close(fd);
    return error == ECONNREFUSED;
}

/* False: one of the task's targets may well be reached. */
static bool
are_refused(const struct task_record *record, unsigned *tried)
{
    const struct registered_target *target;

    LIST_FOREACH (target, &record->targets, of_task) {
        const struct address *address = &target->place.address;
        if (!target_address_is_loopback(address) || target->checked_health == HEALTH_HEALTHY)
            return false;
        if (*tried < TRIED_MOST && !is_refused(address))
            return false;
        (*tried)++;
    }
    return true;
}

char *
provider_reach_advice(struct registry *registry, const struct config_provider *config,
                      const char *name)
{
    struct task_record *record = NULL;
    unsigned tried = 0;

    if (config->host != NULL)
        return NULL;
    while ((record = registry_next_task(registry, record)) != NULL) {
        if (strcmp(record->task->source, name) == 0 && !are_refused(record, &tried))
            return NULL;
    }
    return tried == 0 ? NULL
                      : memory_print(
                            "all its targets (%u) refuse connections on the loopback, and the "
                            "engine runs in another network namespace than fairlead: set host "
                            "in providers to an address at which the engine's machine can be "
                            "reached from here, or connect fairlead's own container to their "
                            "network",
                            tried);
}
