/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups whose requests nobody can take, and what becomes of these requests (docs/deploys.md).
 * Where every target has a stop sign, requests are held for a second; who still answers its
 * check after that is recalled, until it does so no longer or its task is about to be ended by
 * force. Where the last target left because its task stopped, requests are held for as long as
 * the group's setting says, in which another one is expected. Where hands or a new
 * configuration took the last target, nothing is held.
 *
 * A target whose task is missing (registry_note_missing) counts as one with a stop sign, and is
 * checked until it answers again.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_VACANCIES_H
#define FAIRLEAD_CONTROL_REGISTRY_VACANCIES_H

#include "control/registry/numbers.h"
#include "control/registry/targets.h"
#include "ipc/snapshot.h"
#include "model/config.h"
#include "net/loop.h"

/* For so long nobody is asked who has got a stop sign. */
#define VACANCY_PARTING_MS 1000

struct vacancies;

/* All of it outlives the vacancies. */
struct vacancies_parts {
    struct loop *loop;
    struct numbers *numbers;
    struct targets *targets;
    /* Has the observer check a target now. */
    void (*check_now)(void *argument, uint64_t target_id);
    /* For some group vacancies_of says something else than for the newest snapshot. */
    void (*on_change)(void *argument);
    void *argument;
};

struct vacancies *vacancies_new(const struct vacancies_parts *parts);
void vacancies_free(struct vacancies **vacancies);

/* Lives until the next one is set. */
void vacancies_set_config(struct vacancies *vacancies, const struct config *config);

/* What becomes of a group's requests now, for the snapshot that is being built. */
enum snapshot_vacancy vacancies_of(struct vacancies *vacancies,
                                   const struct config_target_group *group);

/* The same as it stands in the newest snapshot. */
enum snapshot_vacancy vacancies_told(struct vacancies *vacancies,
                                     const struct config_target_group *group);

/* As the callback of targets: why the last one left decides. */
void vacancies_note_leave(struct vacancies *vacancies, const struct registered_target *target,
                          enum target_event event);

/* Something about some target is another: looks at all groups soon. */
void vacancies_note_change(struct vacancies *vacancies);

/* The observer's word of a target has come. */
void vacancies_note_verdict(struct vacancies *vacancies, struct registered_target *target);

/* A worker could not connect to it. */
void vacancies_note_refusal(struct vacancies *vacancies, struct registered_target *target);

/* Looks at all groups now; the timer does so while one is vacant. */
void vacancies_look(struct vacancies *vacancies);

#endif
