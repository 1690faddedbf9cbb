/* SPDX-License-Identifier: Apache-2.0 */
/* One function for each state that checks can change: table `reactions`. */
#include "observer/verdict.h"

#include "base/check.h"

typedef void reaction(struct verdict *verdict, const struct verdict_rules *rules,
                      const struct probe_result *result, uint64_t now_ms);

static void
become_healthy(struct verdict *verdict)
{
    verdict->health = HEALTH_HEALTHY;
    verdict->reason = TARGET_REASON_NONE;
    verdict->cause = PROBE_NONE;
    verdict->http_code = 0;
}

static void
note_cause(struct verdict *verdict, const struct probe_result *result)
{
    verdict->cause = result->outcome == PROBE_PASSED ? PROBE_NONE : result->outcome;
    verdict->http_code = result->outcome == PROBE_WRONG_CODE ? result->http_code : 0;
}

static void
become_unhealthy(struct verdict *verdict, const struct probe_result *result)
{
    verdict->health = HEALTH_UNHEALTHY;
    verdict->reason = probe_outcome_reason(result->outcome);
    note_cause(verdict, result);
}

static void
react_initial(struct verdict *verdict, const struct verdict_rules *rules,
              const struct probe_result *result, uint64_t now_ms)
{
    uint64_t grace_ms = (uint64_t)rules->unhealthy_count * rules->interval_ms;

    if (verdict->passes >= rules->initial_count)
        become_healthy(verdict);
    else if (verdict->failures >= rules->unhealthy_count &&
             now_ms - verdict->begun_ms >= grace_ms)
        become_unhealthy(verdict, result);
    else
        note_cause(verdict, result);
}

static void
react_healthy(struct verdict *verdict, const struct verdict_rules *rules,
              const struct probe_result *result, uint64_t now_ms)
{
    (void)now_ms;
    if (verdict->failures >= rules->unhealthy_count)
        become_unhealthy(verdict, result);
}

static void
react_unhealthy(struct verdict *verdict, const struct verdict_rules *rules,
                const struct probe_result *result, uint64_t now_ms)
{
    (void)now_ms;
    if (verdict->passes >= rules->healthy_count)
        become_healthy(verdict);
    else if (result->outcome != PROBE_PASSED)
        become_unhealthy(verdict, result); /* the reason may be another one now */
}

static reaction *const reactions[] = {
    [HEALTH_INITIAL] = react_initial,
    [HEALTH_HEALTHY] = react_healthy,
    [HEALTH_UNHEALTHY] = react_unhealthy,
};

void
verdict_begin(struct verdict *verdict, enum target_health health, uint64_t now_ms)
{
    *verdict = (struct verdict){.health = health, .begun_ms = now_ms};
    if (health == HEALTH_INITIAL)
        verdict->reason = TARGET_REASON_INITIAL_HEALTH_CHECKING;
}

bool
verdict_set(struct verdict *verdict, enum target_health health, enum target_reason reason)
{
    bool changed = verdict->health != health || verdict->reason != reason;

    *verdict = (struct verdict){.health = health, .reason = reason};
    return changed;
}

bool
verdict_note(struct verdict *verdict, const struct verdict_rules *rules,
             const struct probe_result *result, uint64_t now_ms)
{
    struct verdict before = *verdict;

    CHECK(verdict->health < sizeof(reactions) / sizeof(reactions[0]));
    if (result->outcome == PROBE_PASSED) {
        verdict->passes++;
        verdict->failures = 0;
    } else {
        verdict->failures++;
        verdict->passes = 0;
    }
    reactions[verdict->health](verdict, rules, result, now_ms);
    return verdict->health != before.health || verdict->reason != before.reason ||
           verdict->cause != before.cause || verdict->http_code != before.http_code;
}

bool
verdict_note_confirming(struct verdict *verdict, const struct verdict_rules *rules,
                        const struct probe_result *result, uint64_t now_ms)
{
    if (verdict->health == HEALTH_HEALTHY && result->outcome != PROBE_PASSED)
        verdict->failures = rules->unhealthy_count - 1;
    return verdict_note(verdict, rules, result, now_ms);
}
