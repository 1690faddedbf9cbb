/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logger's start, the messages from control (table `handlers`), and its end: it leaves when
 * it was told to, or when control is gone, and no worker can send records any more.
 */
#include "logger/logger.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/title.h"
#include "ipc/child_entry.h"
#include "ipc/counters.h"
#include "logger/access_log.h"

/* The last records of workers that used up their time to stop. */
#define LAST_RECORDS_MS 500
#define COUNT_EVERY_MS 250

/* One a process, on logger_run's stack. */
struct logger {
    struct loop *loop;
    struct channel *channel;   /* NULL: control is gone */
    struct counters *counters; /* its own; NULL: not yet here */
    struct access_log *access_log;
    struct access_log_totals totals;
    struct timer stop_timer, count_timer;
    bool is_stopping;
};

static void
count(struct logger *logger)
{
    const struct access_log_totals *totals = &logger->totals;

    if (logger->counters == NULL)
        return;
    uint64_t *values = logger->counters->values;
    counter_set(&values[COUNTER_ACCESS_LINES_WRITTEN], totals->requests.lines);
    counter_set(&values[COUNTER_ACCESS_LINES_LOST], totals->requests.lost_lines);
    counter_set(&values[COUNTER_CONNECTION_LINES_WRITTEN], totals->connections.lines);
    counter_set(&values[COUNTER_CONNECTION_LINES_LOST], totals->connections.lost_lines);
}

static void
on_count_time(void *argument)
{
    struct logger *logger = argument;

    count(logger);
    if (logger->counters != NULL)
        counter_add(&logger->counters->heartbeat, 1);
    if (logger->channel != NULL)
        channel_reserve(logger->channel);
    timer_set(&logger->count_timer, logger->loop, COUNT_EVERY_MS);
}

static void
go_on(struct counters *counters, struct log_file_totals *totals, enum counter written,
      enum counter lost)
{
    totals->lines += counter_read(&counters->values[written]);
    totals->lost_lines += counter_read(&counters->values[lost]);
}

/* The counters outlive loggers: this one goes on where the last has ended. */
static void
on_counters(struct logger *logger, const struct message *message)
{
    struct counters *counters =
        message->as.counters.is_writable ? counters_map(message->fd, true) : NULL;

    close(message->fd);
    if (counters == NULL || logger->counters != NULL)
        return;
    logger->counters = counters;
    go_on(counters, &logger->totals.requests, COUNTER_ACCESS_LINES_WRITTEN,
          COUNTER_ACCESS_LINES_LOST);
    go_on(counters, &logger->totals.connections, COUNTER_CONNECTION_LINES_WRITTEN,
          COUNTER_CONNECTION_LINES_LOST);
}

static void
on_access_channel(struct logger *logger, const struct message *message)
{
    access_log_add_channel(logger->access_log, message->as.access_channel.slot, message->fd);
}

static void
on_log_file(struct logger *logger, const struct message *message)
{
    const struct message_log_file *file = &message->as.log_file;
    size_t length = strnlen(file->load_balancer, sizeof(file->load_balancer));
    struct line_log *log = file->which == LOG_OF_CONNECTIONS
                               ? access_log_connections(logger->access_log)
                               : access_log_requests(logger->access_log);

    line_log_set_form(log, (enum config_log_format)file->format,
                      slice_make(file->load_balancer, length));
    line_log_set_file(log, message->fd);
}

static void
stop(void *argument)
{
    struct logger *logger = argument;

    loop_stop(logger->loop);
}

/*
 * Leaves once no worker can send records any more, at the latest a little after the time that
 * the workers themselves have.
 */
static void
on_shutdown(struct logger *logger, const struct message *message)
{
    logger->is_stopping = true;
    if (!access_log_has_channels(logger->access_log))
        stop(logger);
    else
        timer_set(&logger->stop_timer, logger->loop,
                  (uint64_t)message->as.shutdown.timeout_ms + LAST_RECORDS_MS);
}

static void (*const handlers[MESSAGE_COUNT])(struct logger *logger,
                                             const struct message *message) = {
    [MESSAGE_counters] = on_counters,
    [MESSAGE_access_channel] = on_access_channel,
    [MESSAGE_log_file] = on_log_file,
    [MESSAGE_shutdown] = on_shutdown,
};

static void
on_message(void *owner, const struct message *message)
{
    struct logger *logger = owner;

    if (handlers[message->type] != NULL) {
        handlers[message->type](logger, message);
        return;
    }
    log_warning("message %s is not for the logger, ignored", message_text(message->type));
    if (message->fd != -1)
        close(message->fd);
}

static void
on_last_access_end(void *argument)
{
    struct logger *logger = argument;

    if (logger->is_stopping || logger->channel == NULL)
        stop(logger);
}

/* Without control the log goes on while workers do. */
static void
on_end(void *owner, const char *reason)
{
    struct logger *logger = owner;

    if (!logger->is_stopping)
        log_warning("control is gone (%s)", reason);
    channel_close(&logger->channel);
    if (!access_log_has_channels(logger->access_log))
        stop(logger);
}

static void
on_shortage(void *owner, enum message_type type)
{
    struct logger *logger = owner;

    channel_ask_again(logger->channel, type);
}

static const struct channel_callbacks channel_callbacks = {on_message, on_end, on_shortage};

static void
open_all(struct logger *logger)
{
    logger->loop = loop_new();
    logger->access_log = access_log_new(logger->loop, &logger->totals);
    access_log_on_last_end(logger->access_log, on_last_access_end, logger);
    timer_init(&logger->stop_timer, stop, logger);
    timer_init(&logger->count_timer, on_count_time, logger);
    timer_set(&logger->count_timer, logger->loop, COUNT_EVERY_MS);
    channel_start(logger->channel, logger->loop);
    channel_reserve(logger->channel);
}

static void
close_all(struct logger *logger)
{
    channel_close(&logger->channel);
    access_log_free(&logger->access_log);
    count(logger);
    if (logger->counters != NULL)
        counters_unmap(&logger->counters);
    timer_close(&logger->stop_timer, logger->loop);
    timer_close(&logger->count_timer, logger->loop);
    loop_free(&logger->loop);
}

int
logger_run(void)
{
    struct logger logger = {0};
    struct message_hello hello;

    log_set_role("logger");
    title_set("fairlead: logger");
    logger.channel = channel_open(CHANNEL_FD, &channel_callbacks, &logger);
    if (!child_enter(logger.channel, SANDBOX_LOGGER, "the logger", &hello)) {
        channel_close(&logger.channel);
        return 1;
    }
    open_all(&logger);
    loop_run(logger.loop);
    close_all(&logger);
    return 0;
}
