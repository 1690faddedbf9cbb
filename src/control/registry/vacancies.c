/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Level, not edge: each look works out of the counts where a group stands; noted is only since
 * when, and why the last target left. Start reading at judge, then at tend.
 */
#include "control/registry/vacancies.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/registry/task_record.h"

/* Who may be recalled, or is, is checked so often; with more than so many of them less. */
#define TEND_MS 200
#define TENDED_AT_ONCE 400
/* And those that nobody waits for. */
#define TEND_IDLE_MS 1000
/* Nobody relies on a task right before it is ended by force; who still answers so long after
 * that was not meant. */
#define BEFORE_END_MS 1000
#define AFTER_END_MS 3000

struct vacancy {
    uint32_t group_id;
    bool is_by_task;            /* the target that left last did so because its task stopped */
    uint64_t parting_ms;        /* since when all that take requests have a stop sign; 0: no */
    uint64_t since_ms;          /* since when nobody takes requests; 0: somebody does */
    enum snapshot_vacancy told; /* as in the newest snapshot */
    UT_hash_handle hh;
};

struct vacancies {
    struct vacancies_parts parts;
    const struct config *config;
    struct vacancy *all;
    struct alarm_clock alarm;
    bool is_looking_soon;
};

static void
on_time(void *argument)
{
    vacancies_look(argument);
}

struct vacancies *
vacancies_new(const struct vacancies_parts *parts)
{
    struct vacancies *vacancies = memory_take(1, sizeof(*vacancies));

    vacancies->parts = *parts;
    alarm_clock_open(&vacancies->alarm, parts->loop, on_time, vacancies);
    return vacancies;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
void
vacancies_free(struct vacancies **vacancies)
{
    struct vacancy *vacancy, *next;

    if (*vacancies == NULL)
        return;
    HASH_ITER (hh, (*vacancies)->all, vacancy, next) {
        HASH_DEL((*vacancies)->all, vacancy);
        free(vacancy);
    }
    alarm_clock_close(&(*vacancies)->alarm);
    free(*vacancies);
    *vacancies = NULL;
}

static struct vacancy *
find_or_add(struct vacancies *vacancies, uint32_t group_id)
{
    struct vacancy *vacancy;

    HASH_FIND(hh, vacancies->all, &group_id, sizeof(group_id), vacancy);
    if (vacancy != NULL)
        return vacancy;
    vacancy = memory_take(1, sizeof(*vacancy));
    vacancy->group_id = group_id;
    HASH_ADD(hh, vacancies->all, group_id, sizeof(vacancy->group_id), vacancy);
    return vacancy;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
vacancies_set_config(struct vacancies *vacancies, const struct config *config)
{
    vacancies->config = config;
    vacancies_note_change(vacancies);
}

void
vacancies_note_change(struct vacancies *vacancies)
{
    if (!vacancies->is_looking_soon)
        alarm_clock_set(&vacancies->alarm, 0);
    vacancies->is_looking_soon = true;
}

void
vacancies_note_leave(struct vacancies *vacancies, const struct registered_target *target,
                     enum target_event event)
{
    find_or_add(vacancies, target->place.group_id)->is_by_task =
        event != TARGET_EVENT_DEREGISTER && event != TARGET_EVENT_HOLD;
}

static bool
is_past(uint64_t moment_ms)
{
    return clock_ms() >= moment_ms;
}

static void
note_since(uint64_t *since_ms, bool is_so)
{
    if (!is_so)
        *since_ms = 0;
    else if (*since_ms == 0)
        *since_ms = clock_ms();
}

static bool
may_recall(const struct vacancy *vacancy)
{
    return vacancy->parting_ms != 0 && is_past(vacancy->parting_ms + VACANCY_PARTING_MS);
}

/* Whether the targets by themselves say what is to be done: they serve, start or fail open. */
static bool
takes_requests(const struct vacancy *vacancy, const struct target_count *count)
{
    if (count->healthy > 0 || count->recalled > 0)
        return true;
    return count->registered > 0 && (count->stopping == 0 || may_recall(vacancy));
}

static enum snapshot_vacancy
judge(struct vacancy *vacancy, const struct config_target_group *group,
      const struct target_count *count)
{
    note_since(&vacancy->parting_ms, count->healthy == 0 && count->stopping > 0);
    bool is_vacant = !takes_requests(vacancy, count);
    bool is_expected = count->stopping > 0 || vacancy->is_by_task;

    note_since(&vacancy->since_ms, is_vacant);
    if (!is_vacant || !is_expected || group->hold_requests == 0 || group->hold_ms == 0)
        return VACANCY_NONE;
    return is_past(vacancy->since_ms + group->hold_ms) ? VACANCY_OVER : VACANCY_HOLDS;
}

static struct vacancy *
look_at(struct vacancies *vacancies, const struct config_target_group *group,
        enum snapshot_vacancy *judged)
{
    uint32_t id = numbers_group_id(vacancies->parts.numbers, group->name);
    struct target_count count = targets_count_group(vacancies->parts.targets, id);
    struct vacancy *vacancy = find_or_add(vacancies, id);

    *judged = judge(vacancy, group, &count);
    return vacancy;
}

enum snapshot_vacancy
vacancies_of(struct vacancies *vacancies, const struct config_target_group *group)
{
    enum snapshot_vacancy judged;
    struct vacancy *vacancy = look_at(vacancies, group, &judged);

    vacancy->told = judged;
    return judged;
}

enum snapshot_vacancy
vacancies_told(struct vacancies *vacancies, const struct config_target_group *group)
{
    return find_or_add(vacancies, numbers_group_id(vacancies->parts.numbers, group->name))
        ->told;
}

/* Whether its task is about to be ended by force, or has just been. */
static bool
is_ending(const struct registered_target *target)
{
    return target->stop_ends_ms != 0 && is_past(target->stop_ends_ms - BEFORE_END_MS) &&
           !is_past(target->stop_ends_ms + AFTER_END_MS);
}

static void
recall(struct vacancies *vacancies, struct registered_target *target)
{
    targets_apply(vacancies->parts.targets, target, TARGET_EVENT_RECALL, NULL);
}

static void
dismiss(struct vacancies *vacancies, struct registered_target *target, const char *why)
{
    targets_apply(vacancies->parts.targets, target, TARGET_EVENT_DISMISS, why);
}

/* Without checks nobody knows whether it answers: it gets one chance to refuse. */
static void
tend_unchecked(struct vacancies *vacancies, struct registered_target *target)
{
    if (target->membership == MEMBERSHIP_STOPPING && !target->was_recalled)
        recall(vacancies, target);
}

/* One that is stopping or recalled, where nobody else takes its group's requests. */
static void
tend_last(struct vacancies *vacancies, struct registered_target *target)
{
    if (is_ending(target))
        dismiss(vacancies, target, "its stop timeout is over soon");
    else if (target->health == HEALTH_UNAVAILABLE)
        tend_unchecked(vacancies, target);
    else
        vacancies->parts.check_now(vacancies->parts.argument, target->id);
}

static bool
is_missing(const struct registered_target *target)
{
    return target->record != NULL && target->record->is_missing;
}

/* True when it is to be looked at again before long. */
static bool
tend(struct vacancies *vacancies, struct registered_target *target)
{
    const struct vacancy *vacancy = find_or_add(vacancies, target->place.group_id);

    if (is_missing(target))
        vacancies->parts.check_now(vacancies->parts.argument, target->id);
    else if (may_recall(vacancy))
        tend_last(vacancies, target);
    else if (vacancy->parting_ms == 0)
        dismiss(vacancies, target, "others take its group's requests");
    return is_missing(target) || may_recall(vacancy);
}

/* How many are to be looked at again. */
static unsigned
tend_all(struct vacancies *vacancies)
{
    struct registered_target *target;
    unsigned tended = 0;

    TAILQ_FOREACH (target, targets_live(vacancies->parts.targets), in_table)
        if (target_is_stopping(target->membership))
            tended += tend(vacancies, target);
    return tended;
}

void
vacancies_note_verdict(struct vacancies *vacancies, struct registered_target *target)
{
    bool has_passed =
        target->health == HEALTH_HEALTHY && target->last_check.outcome == PROBE_PASSED;

    if (target->membership == MEMBERSHIP_RECALLED && !has_passed)
        dismiss(vacancies, target, "it no longer answers its check");
    else if (target->membership == MEMBERSHIP_STOPPING && has_passed && !is_ending(target) &&
             may_recall(find_or_add(vacancies, target->place.group_id)))
        recall(vacancies, target);
}

void
vacancies_note_refusal(struct vacancies *vacancies, struct registered_target *target)
{
    if (target->membership == MEMBERSHIP_RECALLED)
        dismiss(vacancies, target, "its port refuses connections");
}

static uint64_t
earlier_of(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* When time alone changes what is to be done for the group; UINT64_MAX: it does not. */
static uint64_t
next_moment_ms(const struct vacancy *vacancy, const struct config_target_group *group)
{
    uint64_t next_ms = UINT64_MAX;

    if (vacancy->parting_ms != 0 && !may_recall(vacancy))
        next_ms = vacancy->parting_ms + VACANCY_PARTING_MS;
    if (vacancy->told == VACANCY_HOLDS)
        next_ms = earlier_of(next_ms, vacancy->since_ms + group->hold_ms);
    return next_ms;
}

struct judgement {
    bool has_changed; /* some group's requests are to be treated otherwise than they are */
    bool has_parting; /* in some group only those that are stopping could take requests */
    uint64_t next_ms; /* when time alone changes something */
};

static struct judgement
judge_all(struct vacancies *vacancies)
{
    const struct config *config = vacancies->config;
    struct judgement all = {.next_ms = UINT64_MAX};

    for (size_t i = 0; i < config->target_group_count; i++) {
        const struct config_target_group *group = &config->target_groups[i];
        enum snapshot_vacancy judged;
        struct vacancy *vacancy = look_at(vacancies, group, &judged);
        all.has_changed |= vacancy->told != judged;
        all.has_parting |= vacancy->parting_ms != 0 && judged != VACANCY_OVER;
        vacancy->told = judged;
        all.next_ms = earlier_of(all.next_ms, next_moment_ms(vacancy, group));
    }
    return all;
}

/* When those that were tended are to be looked at again. */
static uint64_t
next_tending_ms(const struct judgement *all, unsigned tended)
{
    uint64_t wait_ms = all->has_parting ? TEND_MS : TEND_IDLE_MS;

    return tended == 0 ? UINT64_MAX : clock_ms() + wait_ms * (1 + tended / TENDED_AT_ONCE);
}

void
vacancies_look(struct vacancies *vacancies)
{
    vacancies->is_looking_soon = false;
    if (vacancies->config == NULL)
        return;
    struct judgement all = judge_all(vacancies);
    unsigned tended = tend_all(vacancies);
    uint64_t next_ms = earlier_of(all.next_ms, next_tending_ms(&all, tended));
    if (all.has_changed)
        vacancies->parts.on_change(vacancies->parts.argument);
    /* Else what was done just now has set it. */
    if (next_ms != UINT64_MAX && !vacancies->is_looking_soon)
        alarm_clock_set(&vacancies->alarm,
                        is_past(next_ms) ? 0 : (next_ms - clock_ms()) * 1000);
}
