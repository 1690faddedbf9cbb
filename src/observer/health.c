/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A check is in one of three places: waiting for its alarm, waiting in line for a free probe,
 * or running. begin_check and on_probe_done are the two ends of a run; what a snapshot says
 * about a target comes in through adopt_target and drop_target.
 */
#include "observer/health.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "ipc/target_security.h"

/* Between checks of a target that has not passed one yet. */
enum { INITIAL_RETRY_MIN_MS = 100, INITIAL_RETRY_MAX_MS = 250 };

/* With more of them than this each waits longer: together they get about 2,000 checks a second.
 */
#define PROMPT_RETRIES 350

/* Regular checks come up to an n-th of the interval after their beat. */
#define JITTER_PART 20

enum place { PLACE_IDLE, PLACE_WAITING, PLACE_IN_LINE, PLACE_RUNNING };

/* A confirming check must begin after it was asked for. */
enum confirming { CONFIRMING_NO, CONFIRMING_NEXT, CONFIRMING_THIS };

/* One for each target that is not draining. Owned by its health. */
struct check {
    uint64_t target_id;
    struct health *health;
    struct address dial, address;       /* where it is reached, and as people know it */
    bool falls_back;                    /* to address, where it cannot be reached by dial */
    const struct snapshot_group *group; /* of the newest snapshot */
    uint64_t generation;                /* of the snapshot that it was last adopted from */
    unsigned planned_interval_ms;       /* that the alarm was set by */
    enum place place;
    enum confirming confirming;
    bool is_retrying; /* waits for its next check while initial */
    struct verdict verdict;
    struct probe_report last;
    struct alarm_clock alarm;
    const struct probe_kind *kind; /* of the probe */
    void *probe;
    TAILQ_ENTRY(check) line_entry;
    UT_hash_handle hh;
};

struct health {
    struct loop *loop;
    const struct probe_kind *const *kinds; /* by protocol version */
    health_report *report;
    void *argument;
    const struct snapshot *snapshot;
    struct target_security *security; /* for checks by HTTPS */
    struct certificate_book *book;    /* NULL: none has come */
    struct check *checks;
    TAILQ_HEAD(, check) line;
    unsigned running;
    unsigned retrying; /* checks that are */
};

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct check *
find_check(struct health *health, uint64_t target_id)
{
    struct check *check;

    HASH_FIND(hh, health->checks, &target_id, sizeof(target_id), check);
    return check;
}

static void
list_check(struct health *health, struct check *check)
{
    HASH_ADD(hh, health->checks, target_id, sizeof(check->target_id), check);
}

static void
unlist_check(struct health *health, struct check *check)
{
    HASH_DEL(health->checks, check);
}

/* NOLINTEND(readability-function-size) */

struct health *
health_new(struct loop *loop, const struct probe_kind *const *kinds, health_report *report,
           void *argument)
{
    struct health *health = memory_take(1, sizeof(*health));

    health->loop = loop;
    health->kinds = kinds;
    health->report = report;
    health->argument = argument;
    health->security = target_security_new();
    TAILQ_INIT(&health->line);
    return health;
}

uint64_t
health_next_beat_ms(uint64_t target_id, unsigned interval_ms, uint64_t after_ms)
{
    uint64_t hash = SLICE_HASH_START;

    for (unsigned shift = 0; shift < 64; shift += 8)
        hash = slice_hash_byte(hash, (char)(target_id >> shift));
    uint64_t phase = (hash ^ hash >> 32) % interval_ms;
    return after_ms + interval_ms - (after_ms + interval_ms - phase) % interval_ms;
}

static struct verdict_rules
rules_of(const struct snapshot_group *group)
{
    return (struct verdict_rules){.interval_ms = group->check_interval_ms,
                                  .healthy_count = group->check_healthy_count,
                                  .unhealthy_count = group->check_unhealthy_count,
                                  .initial_count = group->check_initial_count};
}

static bool
is_checked(const struct check *check)
{
    return (check->group->flags & GROUP_IS_USED) != 0 && check->group->check_enabled != 0;
}

static void
report(struct check *check)
{
    struct health *health = check->health;

    health->report(health->argument, check->target_id, &check->verdict, &check->last);
}

static void
end_retry(struct check *check)
{
    if (check->is_retrying)
        check->health->retrying--;
    check->is_retrying = false;
}

static uint64_t
begin_retry(struct check *check)
{
    uint64_t wait_ms =
        INITIAL_RETRY_MIN_MS + random_below(INITIAL_RETRY_MAX_MS - INITIAL_RETRY_MIN_MS + 1);

    end_retry(check);
    check->is_retrying = true;
    check->health->retrying++;
    if (check->health->retrying > PROMPT_RETRIES)
        wait_ms = wait_ms * check->health->retrying / PROMPT_RETRIES;
    return wait_ms;
}

/* Sets the alarm for the next check, by the state that the target is in. */
static void
plan_check(struct check *check)
{
    unsigned interval_ms = check->group->check_interval_ms;
    uint64_t now_ms = clock_ms();
    uint64_t wait_ms;

    if (check->verdict.health == HEALTH_INITIAL) {
        wait_ms = begin_retry(check);
    } else {
        wait_ms = health_next_beat_ms(check->target_id, interval_ms, now_ms) - now_ms +
                  random_below(interval_ms / JITTER_PART + 1);
    }
    check->planned_interval_ms = interval_ms;
    check->place = PLACE_WAITING;
    alarm_clock_set(&check->alarm, wait_ms * 1000);
}

static void on_probe_done(void *argument, const struct probe_result *result);

static void
run_check(struct check *check)
{
    const struct snapshot_group *group = check->group;
    struct health *health = check->health;
    struct tls_target tls;
    struct probe_order order = {
        .dial = check->dial,
        .address = check->address,
        .path = snapshot_slice(health->snapshot, group->check_path),
        .host = snapshot_slice(health->snapshot, group->check_host),
        .codes = group->check_codes,
        .is_grpc = group->protocol_version == PROTOCOL_VERSION_GRPC,
        .limits = snapshot_settings(health->snapshot)->limits,
        .is_secure = group->check_protocol == PROTOCOL_HTTPS,
        .has_proxy_header = (group->flags & GROUP_PROXY_HEADER) != 0,
        .timeout_ms = group->check_timeout_ms,
    };

    /* A port of its own is one of the target's host. */
    if (group->check_port != 0) {
        order.address.port = (uint16_t)group->check_port;
        order.dial = order.address;
    }
    if (order.is_secure &&
        target_security_of(health->security, health->snapshot, group, &tls)) {
        tls.address = &order.address;
        order.tls = &tls;
    }
    if (check->confirming == CONFIRMING_NEXT)
        check->confirming = CONFIRMING_THIS;
    check->place = PLACE_RUNNING;
    health->running++;
    check->kind = health->kinds[group->protocol_version];
    check->probe = check->kind->start(health->loop, &order, on_probe_done, check);
}

/* Runs the check now, or as soon as a running one ends; confirming ones first. */
static void
begin_check(struct check *check)
{
    struct health *health = check->health;

    alarm_clock_stop(&check->alarm);
    end_retry(check);
    if (health->running < HEALTH_PROBES_MAX) {
        run_check(check);
        return;
    }
    check->place = PLACE_IN_LINE;
    if (check->confirming == CONFIRMING_NO)
        TAILQ_INSERT_TAIL(&health->line, check, line_entry);
    else
        TAILQ_INSERT_HEAD(&health->line, check, line_entry);
}

static void
run_next_in_line(struct health *health)
{
    struct check *check = TAILQ_FIRST(&health->line);

    if (check == NULL || health->running >= HEALTH_PROBES_MAX)
        return;
    TAILQ_REMOVE(&health->line, check, line_entry);
    run_check(check);
}

static void
on_alarm(void *argument)
{
    begin_check(argument);
}

/* The way to it fails, which says nothing of the target itself: the check is made again the
 * other way, and whoever hears the report sends requests that way too. */
static bool
falls_back(struct check *check, const struct probe_result *result)
{
    if (!check->falls_back || check->group->check_port != 0 ||
        (result->outcome != PROBE_NOT_CONNECTED && result->outcome != PROBE_UNREACHABLE))
        return false;
    check->falls_back = false;
    check->dial = check->address;
    if (check->confirming == CONFIRMING_THIS)
        check->confirming = CONFIRMING_NEXT;
    return true;
}

static void
note_result(struct check *check, const struct probe_result *result)
{
    struct verdict_rules rules = rules_of(check->group);
    enum target_health before = check->verdict.health;
    bool is_confirming = check->confirming == CONFIRMING_THIS;

    if (is_confirming)
        verdict_note_confirming(&check->verdict, &rules, result, clock_ms());
    else
        verdict_note(&check->verdict, &rules, result, clock_ms());
    if (is_confirming)
        check->confirming = CONFIRMING_NO;
    if (check->verdict.health != before && log_would_write(LOG_LEVEL_DEBUG))
        log_debug("target %llu: %s -> %s (%s)", (unsigned long long)check->target_id,
                  target_health_text(before), target_health_text(check->verdict.health),
                  target_reason_code(check->verdict.reason));
}

static void
on_probe_done(void *argument, const struct probe_result *result)
{
    struct check *check = argument;
    struct health *health = check->health;

    CHECK(check->place == PLACE_RUNNING);
    check->probe = NULL;
    check->place = PLACE_IDLE;
    health->running--;
    check->last = (struct probe_report){.outcome = result->outcome,
                                        .http_code = result->http_code,
                                        .timeout_ms = check->group->check_timeout_ms,
                                        .latency_us = result->latency_us,
                                        .wall_us = clock_wall_us()};
    bool is_the_way = falls_back(check, result);
    if (!is_the_way)
        note_result(check, result);
    report(check);
    if (is_the_way || check->confirming == CONFIRMING_NEXT)
        begin_check(check);
    else
        plan_check(check);
    run_next_in_line(health);
}

/* Takes the check out of whatever place it is in. */
static void
stop_check(struct check *check)
{
    struct health *health = check->health;

    alarm_clock_stop(&check->alarm);
    end_retry(check);
    if (check->place == PLACE_IN_LINE)
        TAILQ_REMOVE(&health->line, check, line_entry);
    if (check->place == PLACE_RUNNING) {
        check->kind->cancel(check->probe);
        check->probe = NULL;
        health->running--;
    }
    check->place = PLACE_IDLE;
}

static void
remove_check(struct check *check)
{
    struct health *health = check->health;

    stop_check(check);
    alarm_clock_close(&check->alarm);
    unlist_check(health, check);
    loop_free_later(health->loop, check, NULL);
}

static struct check *
add_check(struct health *health, const struct snapshot_target *target)
{
    struct check *check = memory_take(1, sizeof(*check));

    check->target_id = target->id;
    check->health = health;
    check->address = target->address;
    verdict_begin(&check->verdict, target->health, clock_ms());
    alarm_clock_open(&check->alarm, health->loop, on_alarm, check);
    list_check(health, check);
    return check;
}

/* A target whose group takes no part, or wants no checks: a state without checks. */
static void
rest(struct check *check)
{
    bool is_used = (check->group->flags & GROUP_IS_USED) != 0;
    bool has_changed =
        is_used ? verdict_set(&check->verdict, HEALTH_UNAVAILABLE,
                              TARGET_REASON_HEALTH_CHECK_DISABLED)
                : verdict_set(&check->verdict, HEALTH_UNUSED, TARGET_REASON_NOT_IN_USE);

    stop_check(check);
    if (has_changed || check->confirming != CONFIRMING_NO)
        report(check);
    check->confirming = CONFIRMING_NO;
}

/* A target that takes part now: an unused one begins anew. */
static void
take_part(struct check *check)
{
    if (check->verdict.health == HEALTH_UNUSED || check->verdict.health == HEALTH_UNAVAILABLE) {
        verdict_begin(&check->verdict, HEALTH_INITIAL, clock_ms());
        report(check);
    }
    if (check->place == PLACE_IDLE && check->verdict.health == HEALTH_INITIAL)
        begin_check(check);
    else if (check->place == PLACE_IDLE ||
             (check->place == PLACE_WAITING &&
              check->planned_interval_ms != check->group->check_interval_ms))
        plan_check(check);
}

static bool
is_followed(const struct snapshot_target *target)
{
    return target_is_checked(target->membership);
}

static void
adopt_target(struct health *health, const struct snapshot_target *target)
{
    struct check *check = find_check(health, target->id);

    if (check == NULL)
        check = add_check(health, target);
    check->dial = target->dial;
    check->falls_back = target->falls_back != 0;
    check->generation = snapshot_generation(health->snapshot);
    check->group = snapshot_group(health->snapshot, target->group);
    if (is_checked(check))
        take_part(check);
    else
        rest(check);
}

static void
drop_target(struct health *health, const struct snapshot_target *target)
{
    struct check *check = find_check(health, target->id);

    if (check != NULL)
        remove_check(check);
}

static void
adopt_all(struct health *health)
{
    const struct snapshot *snapshot = health->snapshot;
    struct check *check, *next;

    for (uint32_t i = 0; i < snapshot_target_count(snapshot); i++) {
        if (is_followed(snapshot_target(snapshot, i)))
            adopt_target(health, snapshot_target(snapshot, i));
    }
    HASH_ITER (hh, health->checks, check, next) {
        if (check->generation != snapshot_generation(snapshot))
            remove_check(check);
    }
}

/* The order of rows in every snapshot of a base. */
static int
compare(const struct snapshot_target *one, const struct snapshot_target *other)
{
    if (one->group != other->group)
        return one->group < other->group ? -1 : 1;
    return (one->id > other->id) - (one->id < other->id);
}

/*
 * On the same base a target that stays goes on as it is: only those that came, went, or are
 * dialled elsewhere are looked at, which both orders of rows tell without a look at the checks.
 */
static void
adopt_changes(struct health *health, const struct snapshot *older)
{
    const struct snapshot *newer = health->snapshot;
    uint32_t i = 0, j = 0;

    while (i < snapshot_target_count(older) || j < snapshot_target_count(newer)) {
        const struct snapshot_target *before = snapshot_target(older, i);
        const struct snapshot_target *now = snapshot_target(newer, j);
        int order = i == snapshot_target_count(older)   ? 1
                    : j == snapshot_target_count(newer) ? -1
                                                        : compare(before, now);
        bool was_followed = order <= 0 && is_followed(before);
        bool is_now = order >= 0 && is_followed(now);
        if (was_followed && !is_now)
            drop_target(health, before);
        if (is_now && (!was_followed || !address_equal(&before->dial, &now->dial)))
            adopt_target(health, now);
        i += order <= 0;
        j += order >= 0;
    }
}

void
health_apply(struct health *health, const struct snapshot *snapshot)
{
    const struct snapshot *older = health->snapshot;

    health->snapshot = snapshot;
    target_security_update(health->security, snapshot, health->book);
    if (older != NULL && snapshot_has_same_base(older, snapshot))
        adopt_changes(health, older);
    else
        adopt_all(health);
    while (health->running < HEALTH_PROBES_MAX && !TAILQ_EMPTY(&health->line))
        run_next_in_line(health);
}

void
health_trust(struct health *health, struct certificate_book *book)
{
    certificate_book_release(&health->book);
    health->book = book;
    if (health->snapshot != NULL)
        target_security_update(health->security, health->snapshot, book);
}

void
health_check_now(struct health *health, uint64_t target_id)
{
    const struct verdict unknown = {.health = HEALTH_UNUSED,
                                    .reason = TARGET_REASON_NOT_REGISTERED};
    const struct probe_report none = {0};
    struct check *check = find_check(health, target_id);

    if (check == NULL) {
        health->report(health->argument, target_id, &unknown, &none);
        return;
    }
    if (!is_checked(check)) {
        report(check);
        return;
    }
    check->confirming = CONFIRMING_NEXT;
    if (check->place == PLACE_WAITING)
        begin_check(check);
}

void
health_free(struct health **health)
{
    struct health *old = *health;
    struct check *check;
    struct check *next;

    if (old == NULL)
        return;
    *health = NULL;
    HASH_ITER (hh, old->checks, check, next) {
        remove_check(check);
    }
    target_security_free(&old->security);
    certificate_book_release(&old->book);
    loop_free_later(old->loop, old, NULL);
}
