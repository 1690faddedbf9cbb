/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins tasks with configured services into targets: the one place that says which targets
 * there should be. It owns the tasks that providers report, the targets of the configuration
 * and those registered by hand, and drives the targets towards what they ask for. Level,
 * not edge: each task is compared whole with what was known of it.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_REGISTRY_H
#define FAIRLEAD_CONTROL_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/registry/dials.h"
#include "control/registry/event_log.h"
#include "control/registry/plain_targets.h"
#include "control/registry/service_match.h"
#include "control/registry/targets.h"
#include "control/registry/task_record.h"
#include "model/config.h"
#include "model/task.h"

struct registry;

/* dials NULL: targets are dialled at their places. */
struct registry *registry_new(struct targets *targets, struct event_log *events,
                              struct dials *dials);
void registry_free(struct registry **registry);

/* Who is told why a task, or a target of the configuration (source "configuration"), is not
 * served; reason NULL: that is over. */
typedef void registry_on_problem(void *argument, const char *source, const char *object,
                                 const char *reason);
void registry_watch_problems(struct registry *registry, registry_on_problem *on_problem,
                             void *argument);

/* For those who ask whether a service takes a task. */
const struct service_matcher *registry_matcher(const struct registry *registry);

/* Why no target may have the address, in static words; NULL: one may. */
const char *registry_address_fault(const struct registry *registry,
                                   const struct address *address);

/* Another configuration: targets follow it. It must live until the next one is set. */
void registry_set_config(struct registry *registry, const struct config *config);

/* What providers report; see struct discovery_sink. Tasks are the registry's from then on. */
void registry_put_task(struct registry *registry, struct task *task);
void registry_remove_task(struct registry *registry, const char *source, const char *id,
                          uint64_t generation);
unsigned registry_put_full_set(struct registry *registry, const char *source,
                               struct task **tasks, size_t count);
/* How the run of a task ended; what is then told of it and its targets says so. */
void registry_note_end(struct registry *registry, const char *source, const char *id,
                       const char *end);

/* The source saw that the task is about to stop: its targets leave, but may be recalled. */
void registry_stop_sign(struct registry *registry, const char *source, const char *id,
                        const char *sign);

/* fairlead means to stop the task: its targets are deregistered for good, until it is said
 * that this is not meant (any more). */
void registry_withdraw(struct registry *registry, const char *source, const char *id,
                       bool is_meant);

/* The task is not to be served, whatever its labels say: likewise, but nobody stops it. */
void registry_leave_out(struct registry *registry, const char *source, const char *id);

/*
 * The task's port refuses connections, and its source cannot be asked whether it ended: as
 * with a stop sign, its targets leave but may be recalled; until that is over, or the source
 * speaks of the task again.
 */
void registry_note_missing(struct registry *registry, const struct registered_target *target,
                           bool is_missing);

/* A task of an earlier process: served, but marked stale. */
void registry_put_stale_task(struct registry *registry, struct task *task);

/* The provider was removed from the configuration: its tasks are gone. */
void registry_forget_source(struct registry *registry, const char *source);

/* By a source and an id, or by an id, a name or an unambiguous beginning of an id alone. */
struct task_record *registry_find(struct registry *registry, const char *source,
                                  const char *id);
struct task_record *registry_find_by_word(struct registry *registry, const char *word);

/* All tasks in the order in which they came; next of NULL is the first. */
struct task_record *registry_next_task(struct registry *registry,
                                       const struct task_record *record);
size_t registry_task_count(const struct registry *registry, const char *source);

/*
 * By hand. A deregistered target of a task or of the configuration stays out until it is
 * registered by hand again, or the task is gone. False: refused, all counter rows are taken, or
 * (deregister) there is no such target.
 */
bool registry_register(struct registry *registry, const char *group,
                       const struct address *address, const char *zone);
bool registry_deregister(struct registry *registry, const char *group,
                         const struct address *address);

/* drain and ready: out of rotation and back, without forgetting the target. What leaves anyway,
 * because nothing asks for it any more, can neither be held nor come back. False: an obstacle.
 */
enum hold_obstacle { HOLD_POSSIBLE, HOLD_NOT_REGISTERED, HOLD_LEAVING };
enum hold_obstacle registry_hold_obstacle(struct registry *registry, const char *group,
                                          const struct address *address);
bool registry_hold(struct registry *registry, const char *group, const struct address *address,
                   bool is_held);

/* Forgets what hands have said of a group that is there no more; false: nothing. */
bool registry_forget_group(struct registry *registry, const char *group);

/* What hands have said, for the state file; override puts one of them back. */
const struct overrides *registry_overrides(const struct registry *registry);
void registry_override(struct registry *registry, const struct override_spec *spec);

/* A target became gone: what else asks for its place may come back at registry_settle. */
void registry_note_gone(struct registry *registry, struct registered_target *target);
void registry_settle(struct registry *registry);

#endif
