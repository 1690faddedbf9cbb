/* One alarm serves both: a request sets it a few milliseconds ahead, an urgent one to now. */
#include "control/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

#define GATHER_US 2000
#define RETRY_US 1000000

struct publisher {
    struct publisher_callbacks callbacks;
    void *argument;
    struct alarm_clock alarm;
    bool is_urgent; /* the alarm is set to now already */
    uint64_t generation;
    int fd;
};

static void
on_time(void *argument)
{
    publisher_publish(argument);
}

struct publisher *
publisher_new(struct loop *loop, const struct publisher_callbacks *callbacks, void *argument)
{
    struct publisher *publisher = memory_take(1, sizeof(*publisher));

    publisher->callbacks = *callbacks;
    publisher->argument = argument;
    publisher->fd = -1;
    alarm_clock_open(&publisher->alarm, loop, on_time, publisher);
    return publisher;
}

void
publisher_free(struct publisher **publisher)
{
    if (*publisher == NULL)
        return;
    alarm_clock_close(&(*publisher)->alarm);
    if ((*publisher)->fd != -1)
        close((*publisher)->fd);
    free(*publisher);
    *publisher = NULL;
}

void
publisher_request(struct publisher *publisher, bool is_urgent)
{
    if (is_urgent && !publisher->is_urgent) {
        publisher->is_urgent = true;
        alarm_clock_set(&publisher->alarm, 0);
    } else if (!alarm_clock_is_set(&publisher->alarm)) {
        alarm_clock_set(&publisher->alarm, GATHER_US);
    }
}

void
publisher_publish(struct publisher *publisher)
{
    alarm_clock_stop(&publisher->alarm);
    publisher->is_urgent = false;
    int fd = publisher->callbacks.build(publisher->argument, publisher->generation + 1);
    if (fd == -1) {
        log_error("snapshot %llu: cannot be built: %s; the one before stays, trying again",
                  (unsigned long long)publisher->generation + 1, strerror(errno));
        alarm_clock_set(&publisher->alarm, RETRY_US);
        return;
    }
    if (publisher->fd != -1)
        close(publisher->fd);
    publisher->fd = fd;
    publisher->generation++;
    publisher->callbacks.on_published(publisher->argument, publisher->generation, fd);
}

uint64_t
publisher_generation(const struct publisher *publisher)
{
    return publisher->generation;
}

int
publisher_fd(const struct publisher *publisher)
{
    return publisher->fd;
}
