/* SPDX-License-Identifier: Apache-2.0 */
/* Each of them is a named descriptor; a prepared one waits beside the one in use. */
#include "control/processes/observer_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/socket.h"

#define BACKLOG 64
#define FOLDER_MODE 0755
#define LOG_MODE 0640
#define API_MODE 0660

struct named_fd {
    char *name; /* NULL: not configured */
    int fd;
    bool is_kept;           /* by the last commit */
    bool is_adopted;        /* of the control before: no child of ours has heard of it */
    struct address address; /* of listeners */
    char *unix_path;        /* NULL: none; unlinked when it is closed and not kept */
};

struct observer_fds {
    struct named_fd metrics, api, log, connection_log;
    struct named_fd next_metrics, next_api, next_log, next_connection_log;
};

static void
clear(struct named_fd *named)
{
    if (named->fd != -1)
        close(named->fd);
    if (named->fd != -1 && named->unix_path != NULL)
        unlink(named->unix_path);
    free(named->unix_path);
    free(named->name);
    *named = (struct named_fd){.fd = -1};
}

struct observer_fds *
observer_fds_new(void)
{
    struct observer_fds *fds = memory_take(1, sizeof(*fds));

    fds->metrics.fd = fds->api.fd = fds->log.fd = fds->connection_log.fd = -1;
    fds->next_metrics.fd = fds->next_api.fd = -1;
    fds->next_log.fd = fds->next_connection_log.fd = -1;
    return fds;
}

void
observer_fds_free(struct observer_fds **fds)
{
    if (*fds == NULL)
        return;
    observer_fds_abandon(*fds);
    clear(&(*fds)->metrics);
    clear(&(*fds)->api);
    clear(&(*fds)->log);
    clear(&(*fds)->connection_log);
    free(*fds);
    *fds = NULL;
}

static int
listen_at(struct address *address, const char *text, unsigned port)
{
    if (!address_parse(address, text, (uint16_t)port)) {
        errno = EINVAL;
        return -1;
    }
    return socket_listen(address, false, BACKLOG);
}

static bool
is_device_name(const char *path)
{
    return strncmp(path, "/dev/", strlen("/dev/")) == 0;
}

/* Regular files that have one name, and FIFOs; devices only by their name. 0, or an error. */
static int
refuse_kind(const struct stat *status, const char *path)
{
    if (S_ISFIFO(status->st_mode) || is_device_name(path))
        return 0;
    if (!S_ISREG(status->st_mode))
        return ENOTSUP;
    return status->st_nlink > 1 ? EMLINK : 0;
}

/* Takes the descriptor over; it, or -1 with errno. */
static int
check_kind(int fd, const char *path)
{
    struct stat status;
    int error = fd == -1 || fstat(fd, &status) == -1 ? errno : refuse_kind(&status, path);

    if (error == 0)
        return fd;
    if (fd != -1)
        close(fd);
    errno = error;
    return -1;
}

static bool
is_fifo(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A FIFO is opened by being its reader, too: lines wait in it for whoever comes. No symbolic
 * link is followed: who may write to a log's folder must not choose what control writes to. */
static int
open_log(const char *path)
{
    int flags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                (is_device_name(path) ? 0 : O_NOFOLLOW);
    int fd = open(path, flags | O_WRONLY, LOG_MODE);

    if (fd == -1 && errno != ENXIO)
        return -1;
    if (fd != -1 && !is_fifo(fd))
        return check_kind(fd, path);
    if (fd != -1)
        close(fd);
    return check_kind(open(path, flags | O_RDWR, LOG_MODE), path);
}

static const char *
log_error_text(int error)
{
    switch (error) {
    case ELOOP:
        return "it is a symbolic link";
    case EMLINK:
        return "it has another name, too (a hard link)";
    case ENOTSUP:
        return "it is neither a file nor a FIFO";
    default:
        return strerror(error);
    }
}

/* What is in use under the same name stays; a dup of it is prepared. */
static bool
keep(const struct named_fd *used, struct named_fd *next)
{
    if (used->name == NULL || strcmp(used->name, next->name) != 0)
        return false;
    next->fd = fcntl(used->fd, F_DUPFD_CLOEXEC, 0);
    next->is_kept = next->fd != -1;
    next->is_adopted = used->is_adopted;
    next->address = used->address;
    return next->is_kept;
}

static bool
prepare_metrics(struct observer_fds *fds, const struct config *config,
                struct config_errors *errors)
{
    if (config->metrics_address == NULL)
        return true;
    fds->next_metrics.name =
        memory_print("%s:%u", config->metrics_address, config->metrics_port);
    if (keep(&fds->metrics, &fds->next_metrics))
        return true;
    fds->next_metrics.fd =
        listen_at(&fds->next_metrics.address, config->metrics_address, config->metrics_port);
    if (fds->next_metrics.fd != -1)
        return true;
    config_errors_add(errors,
                      memory_print("%s: metrics: cannot listen on %s: %s; choose another "
                                   "metrics.port or leave metrics out",
                                   config->path, fds->next_metrics.name, strerror(errno)));
    return false;
}

static int
listen_for_api(struct named_fd *api, const struct config *config)
{
    if (config->api_unix == NULL)
        return listen_at(&api->address, config->api_address, config->api_port);
    folder_make_for(config->api_unix, FOLDER_MODE); /* what is wrong, bind will say */
    int fd = socket_listen_unix(config->api_unix, API_MODE, BACKLOG);
    if (fd != -1)
        api->unix_path = memory_copy_text(config->api_unix);
    return fd;
}

static bool
prepare_api(struct observer_fds *fds, const struct config *config, struct config_errors *errors)
{
    static const char *const ways[] = {"api.unix", "api.port", "api.address"};
    struct named_fd *next = &fds->next_api;

    if (!config_has_api(config))
        return true;
    next->name = config->api_unix != NULL
                     ? memory_print("unix:%s", config->api_unix)
                     : memory_print("%s:%u", config->api_address, config->api_port);
    if (keep(&fds->api, next))
        return true;
    next->fd = listen_for_api(next, config);
    if (next->fd != -1)
        return true;
    int error = errno;
    char *from = config_place_text(
        config, config_find_place(config, ways, sizeof(ways) / sizeof(*ways)));
    config_errors_add(
        errors, memory_print("%s: api: cannot listen on %s: %s; choose another api.%s or leave "
                             "api out",
                             from, next->name, strerror(error),
                             config->api_unix != NULL ? "unix" : "port"));
    free(from);
    return false;
}

/* A log, "access_log": path NULL: none. */
struct wanted_log {
    const char *setting, *path;
    const struct named_fd *used;
    struct named_fd *next;
};

static bool
prepare_log(const struct wanted_log *wanted, const struct config *config,
            struct config_errors *errors)
{
    struct named_fd *next = wanted->next;

    if (wanted->path == NULL)
        return true;
    next->name = memory_copy_text(wanted->path);
    if (keep(wanted->used, next))
        return true;
    folder_make_for(next->name, FOLDER_MODE); /* what is wrong, open will say */
    next->fd = open_log(next->name);
    if (next->fd != -1)
        return true;
    config_errors_add(errors, memory_print("%s: %s: cannot open %s: %s; make its folder and "
                                           "let this user write there",
                                           config->path, wanted->setting, next->name,
                                           log_error_text(errno)));
    return false;
}

static bool
prepare_logs(struct observer_fds *fds, const struct config *config,
             struct config_errors *errors)
{
    const struct wanted_log requests = {"access_log", config->access_log_path, &fds->log,
                                        &fds->next_log};
    const struct wanted_log connections = {"connection_log", config->connection_log_path,
                                           &fds->connection_log, &fds->next_connection_log};
    bool has_requests = prepare_log(&requests, config, errors);

    return prepare_log(&connections, config, errors) && has_requests;
}

bool
observer_fds_prepare(struct observer_fds *fds, const struct config *config,
                     struct config_errors *errors)
{
    bool has_metrics = prepare_metrics(fds, config, errors);
    bool has_api = prepare_api(fds, config, errors);
    bool has_logs = prepare_logs(fds, config, errors);

    if (has_metrics && has_api && has_logs)
        return true;
    observer_fds_abandon(fds);
    return false;
}

static struct named_fd *
named(struct observer_fds *fds, enum observer_fd which)
{
    struct named_fd *const all[] = {&fds->metrics, &fds->api, &fds->log, &fds->connection_log};

    return all[which];
}

void
observer_fds_adopt(struct observer_fds *fds, enum observer_fd which, const char *name, int fd)
{
    static const char unix_start[] = "unix:";
    struct named_fd *used = named(fds, which);

    clear(used);
    used->name = memory_copy_text(name);
    used->fd = fd;
    used->is_adopted = true;
    if (which == OBSERVER_FD_LOG || which == OBSERVER_FD_CONNECTION_LOG)
        return;
    if (strncmp(name, unix_start, strlen(unix_start)) == 0)
        used->unix_path = memory_copy_text(name + strlen(unix_start));
    else
        socket_local_address(fd, &used->address);
}

const char *
observer_fds_name(struct observer_fds *fds, enum observer_fd which, int *fd)
{
    const struct named_fd *used = named(fds, which);

    *fd = used->fd;
    return used->name;
}

void
observer_fds_abandon(struct observer_fds *fds)
{
    clear(&fds->next_metrics);
    clear(&fds->next_api);
    clear(&fds->next_log);
    clear(&fds->next_connection_log);
}

static void
commit(struct named_fd *used, struct named_fd *next)
{
    if (next->is_kept) { /* the file is the next one's */
        next->unix_path = used->unix_path;
        used->unix_path = NULL;
    }
    clear(used);
    *used = *next;
    *next = (struct named_fd){.fd = -1};
}

void
observer_fds_commit(struct observer_fds *fds)
{
    commit(&fds->metrics, &fds->next_metrics);
    commit(&fds->api, &fds->next_api);
    commit(&fds->log, &fds->next_log);
    commit(&fds->connection_log, &fds->next_connection_log);
}

bool
observer_fds_metrics_stayed(const struct observer_fds *fds)
{
    return fds->metrics.is_kept && !fds->metrics.is_adopted;
}

bool
observer_fds_api_stayed(const struct observer_fds *fds)
{
    return fds->api.is_kept && !fds->api.is_adopted;
}

static void
reopen_log(struct named_fd *log, const char *title)
{
    if (log->name == NULL)
        return;
    int fd = open_log(log->name);
    if (fd == -1) {
        log_error("%s %s: cannot be opened again: %s; going on with the file before", title,
                  log->name, log_error_text(errno));
        return;
    }
    close(log->fd);
    log->fd = fd;
}

void
observer_fds_reopen_logs(struct observer_fds *fds)
{
    reopen_log(&fds->log, "access log");
    reopen_log(&fds->connection_log, "connection log");
}

static bool
mend(struct named_fd *named, const char *title)
{
    if (named->fd == -1 || socket_mend_listening(named->fd))
        return false;
    /* The path is taken as long as the file is there. */
    if (named->unix_path != NULL)
        unlink(named->unix_path);
    int renewed = named->unix_path != NULL
                      ? socket_listen_unix(named->unix_path, API_MODE, BACKLOG)
                      : socket_listen(&named->address, false, BACKLOG);
    if (renewed == -1)
        return false;
    log_warning("%s: it is bound again", title);
    close(named->fd);
    named->fd = renewed;
    return true;
}

bool
observer_fds_mend_metrics(struct observer_fds *fds)
{
    return mend(&fds->metrics, "the metrics listener was shut down by an observer");
}

bool
observer_fds_mend_api(struct observer_fds *fds)
{
    return mend(&fds->api, "the api listener was shut down by an api role");
}

int
observer_fds_metrics(const struct observer_fds *fds)
{
    return fds->metrics.fd;
}

int
observer_fds_api(const struct observer_fds *fds)
{
    return fds->api.fd;
}

bool
observer_fds_api_is_unix(const struct observer_fds *fds)
{
    return fds->api.unix_path != NULL;
}

int
observer_fds_log(const struct observer_fds *fds, enum config_log which)
{
    return which == LOG_OF_CONNECTIONS ? fds->connection_log.fd : fds->log.fd;
}

bool
observer_fds_has_log(const struct observer_fds *fds)
{
    return fds->log.fd != -1 || fds->connection_log.fd != -1;
}
