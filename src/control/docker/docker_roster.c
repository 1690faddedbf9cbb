/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from outside: events, the end of a connection, stops of our own. */
#include "control/docker/docker_roster.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/docker/docker_entry.h"
#include "control/docker/docker_sweep.h"

/* Acts on a kill before anything is read again. */
static void
take_kill(struct docker_entry *entry, const struct docker_event *event)
{
    const struct discovery_sink *sink = entry->roster->sink;
    uint64_t time_ns = event->time_ns != 0 ? event->time_ns : clock_wall_us() * 1000;
    bool was_known = docker_stop_sign_holds(&entry->stop);
    char sign[32];

    if (!docker_stop_sign_take(&entry->stop, event->signal, time_ns))
        return;
    timer_set(&entry->hold, entry->roster->loop, docker_stop_sign_left_ms(&entry->stop));
    if (entry->task == NULL || was_known)
        return;
    docker_entry_judge_stop(entry);
    snprintf(sign, sizeof(sign), "kill with signal %d", event->signal);
    sink->on_stop_sign(sink->argument, entry->roster->place->source, entry->id, sign);
}

/* Podman reports each probe: a value that is known already is no news. */
static bool
is_known_health(const struct docker_entry *entry, const struct docker_event *event)
{
    if (entry->task == NULL || event->health == NULL || entry->is_hinted)
        return false;
    return strcasecmp(task_health_text(entry->task->health_status), event->health) == 0;
}

void
docker_roster_take_event(struct docker_roster *roster, const struct docker_event *event,
                         bool is_podman)
{
    const struct discovery_sink *sink = roster->sink;
    struct docker_entry *entry = docker_entry_find(roster, event->container_id);
    char end[DOCKER_END_TEXT_SIZE];

    if (*event->container_id == '\0') {
        log_warning("provider %s: an event is longer than 1 MiB and was passed over",
                    roster->place->source);
        docker_roster_sweep(roster, DOCKER_SWEEP_CHANGED);
        return;
    }
    if (entry == NULL && (event->is_ours || is_podman))
        entry = docker_entry_find_or_add(roster, event->container_id);
    if (entry == NULL)
        return;
    if (event->kind == DOCKER_EVENT_CUT)
        entry->is_oversized = true;
    if (docker_end_take(&entry->end, event, end))
        sink->on_end(sink->argument, roster->place->source, entry->id, end);
    if (event->kind == DOCKER_EVENT_OOM)
        return;
    if (event->kind == DOCKER_EVENT_KILL)
        take_kill(entry, event);
    if (event->kind == DOCKER_EVENT_HEALTH && is_known_health(entry, event))
        return;
    docker_entry_hint(entry);
}

void
docker_roster_suspend(struct docker_roster *roster)
{
    struct docker_entry *entry, *next;

    api_request_cancel(&roster->list);
    docker_list_clear(&roster->listed);
    roster->is_sweeping = false;
    timer_stop(&roster->grace);
    timer_stop(&roster->retry);
    HASH_ITER (hh, roster->entries, entry, next) {
        docker_entry_suspend(entry);
    }
    roster->inspects = 0;
}

void
docker_roster_expect_stop(struct docker_roster *roster, const char *id,
                          unsigned timeout_seconds)
{
    struct docker_entry *entry = docker_entry_find(roster, id);

    if (entry == NULL)
        return;
    entry->stop.expected_seconds = timeout_seconds;
    entry->end.is_by_fairlead = true;
}

struct docker_roster *
docker_roster_new(struct loop *loop, struct docker_engine *engine,
                  const struct docker_place *place, const struct discovery_sink *sink,
                  const struct docker_roster_owner *owner)
{
    struct docker_roster *roster = memory_take(1, sizeof(*roster));

    roster->tag = DOCKER_ROSTER_TAG;
    roster->loop = loop;
    roster->engine = engine;
    roster->place = place;
    roster->sink = sink;
    roster->owner = owner;
    roster->on_read = docker_sweep_end_if_done;
    TAILQ_INIT(&roster->queue);
    timer_init(&roster->retry, docker_roster_retry, roster);
    timer_init(&roster->grace, docker_sweep_on_grace_end, roster);
    return roster;
}

void
docker_roster_free(struct docker_roster **roster)
{
    struct docker_roster *closed = *roster;
    struct docker_entry *entry, *next;

    *roster = NULL;
    if (closed == NULL)
        return;
    docker_roster_suspend(closed);
    HASH_ITER (hh, closed->entries, entry, next) {
        docker_entry_set_problem(entry, NULL, NULL);
        docker_entry_drop(entry);
    }
    timer_close(&closed->retry, closed->loop);
    timer_close(&closed->grace, closed->loop);
    loop_free_later(closed->loop, closed, NULL);
}
