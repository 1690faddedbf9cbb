/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How control acts on a container engine: what a source (discovery.h) reports, a driver starts
 * and stops. An act is asynchronous and has a time limit; who asked is told of its end once,
 * never before the function that began it has returned. Bodies and answers are the engine API's
 * JSON. Engines' own side is driver_kind.h.
 */
#ifndef FAIRLEAD_CONTROL_DRIVER_DRIVER_H
#define FAIRLEAD_CONTROL_DRIVER_DRIVER_H

#include <jansson.h>
#include <stdbool.h>

/*
 * An engine that acts. It belongs to the provider that follows the engine and goes with it: ask
 * for it anew (discovery_driver) after each reload, and keep it no longer than a turn.
 */
struct driver;

/* One act under way; the driver's, gone after driver_done or driver_cancel. */
struct driver_call;

enum driver_fault {
    DRIVER_OK,
    DRIVER_NOT_FOUND,   /* there is no such container, image, volume or network */
    DRIVER_CONFLICT,    /* the name is taken, or its state forbids it */
    DRIVER_TIMEOUT,     /* no answer in time: it may have been done */
    DRIVER_UNREACHABLE, /* the engine was not reached, or went away */
    DRIVER_REFUSED      /* anything else that the engine says */
};

/* The end of an act; valid during the callback. */
struct driver_result {
    enum driver_fault fault;
    const char *error;    /* for people, with the engine's name; NULL: it is done */
    const char *message;  /* the engine's own words within it; NULL: it said nothing */
    const json_t *answer; /* NULL: none */
};

typedef void driver_done(void *argument, const struct driver_result *result);

/* Whether the engine is followed now. Acts may be begun at any time: they fail by themselves.
 */
bool driver_is_connected(const struct driver *driver);

/* NAME[:TAG|@DIGEST], "latest" where neither is given. At most 30 minutes. */
struct driver_call *driver_pull(struct driver *driver, const char *image, driver_done *on_done,
                                void *argument);

/* The body of POST /containers/create; the answer has "Id". */
struct driver_call *driver_create(struct driver *driver, const char *name, const json_t *body,
                                  driver_done *on_done, void *argument);

/* Started already is well. */
struct driver_call *driver_start(struct driver *driver, const char *id, driver_done *on_done,
                                 void *argument);

/*
 * Its stop signal, and SIGKILL after the time. Stopped already is well. Discovery takes it as a
 * stop that we ordered: targets are not asked any more.
 */
struct driver_call *driver_stop(struct driver *driver, const char *id, unsigned timeout_seconds,
                                driver_done *on_done, void *argument);

/* signal: a name such as "SIGHUP"; one that does not run is a conflict. */
struct driver_call *driver_kill(struct driver *driver, const char *id, const char *signal,
                                driver_done *on_done, void *argument);

/* How a container is removed, added up. */
enum driver_removal {
    DRIVER_REMOVE_STOPPED = 0, /* one that runs is a conflict */
    DRIVER_REMOVE_FORCED = 1,  /* also one that runs */
    DRIVER_REMOVE_VOLUMES = 2  /* with its volumes that have no name */
};

struct driver_call *driver_remove(struct driver *driver, const char *id, unsigned removal,
                                  driver_done *on_done, void *argument);
struct driver_call *driver_rename(struct driver *driver, const char *id, const char *name,
                                  driver_done *on_done, void *argument);
struct driver_call *driver_inspect(struct driver *driver, const char *id, driver_done *on_done,
                                   void *argument);
struct driver_call *driver_inspect_image(struct driver *driver, const char *image,
                                         driver_done *on_done, void *argument);

/* Label of containers that fairlead itself has made: with the value 1. */
#define DRIVER_MANAGED_LABEL "fairlead.managed"

/* All managed containers, whatever their state: an array as of GET /containers/json. */
struct driver_call *driver_list_managed(struct driver *driver, driver_done *on_done,
                                        void *argument);

/* GET /info: NCPU, MemTotal, Name, Architecture, OSType ... */
struct driver_call *driver_info(struct driver *driver, driver_done *on_done, void *argument);

/* One reading, as of GET /containers/ID/stats. */
struct driver_call *driver_stats(struct driver *driver, const char *id, driver_done *on_done,
                                 void *argument);

/*
 * The last lines of its output, at most 4 MiB of them: an array of {"stream" ("stdout",
 * "stderr"), "time" (RFC 3339; "" unknown), "text"}.
 */
struct driver_call *driver_logs(struct driver *driver, const char *id, unsigned lines,
                                driver_done *on_done, void *argument);

/* The body of POST /volumes/create; one that is there already is well. */
struct driver_call *driver_create_volume(struct driver *driver, const json_t *body,
                                         driver_done *on_done, void *argument);
struct driver_call *driver_remove_volume(struct driver *driver, const char *name,
                                         driver_done *on_done, void *argument);

/* The body of POST /networks/ID/connect. */
struct driver_call *driver_connect(struct driver *driver, const char *network,
                                   const json_t *body, driver_done *on_done, void *argument);

/* No callback comes any more; the act itself may still be done. Allowed inside callbacks and
 * for NULL. */
void driver_cancel(struct driver_call **call);

/*
 * Hints that managed containers may have changed: list again. They come coalesced, never
 * inside of another call, also after each reconnection, and until the driver goes.
 */
struct driver_watch;

typedef void driver_hint(void *argument);

struct driver_watch *driver_watch_open(struct driver *driver, driver_hint *on_hint,
                                       void *argument);

/* Also of one whose driver has gone before. */
void driver_watch_close(struct driver_watch **watch);

/* Whether its driver has gone: no hint comes any more. */
bool driver_watch_is_over(const struct driver_watch *watch);

#endif
