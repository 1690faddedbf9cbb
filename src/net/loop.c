/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop on libevent: one turn is one event_base_loop call, whose first callback reads the
 * clocks. Timers hang on a wheel of WHEEL_SLOTS ticks that libevent drives with a single event,
 * and only while something hangs there. What was handed to loop_free_later goes after each
 * turn.
 */
#include "net/loop.h"

#include <signal.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

/* A power of two; timers further away hang in the last slot and are moved on when it comes. */
#define WHEEL_SLOTS 1024

/* Callbacks of one turn after which its clock is read once more: a few milliseconds. */
#define CALLS_A_CLOCK 64

TAILQ_HEAD(timer_list, timer);
TAILQ_HEAD(place_list, loop_place);
SLIST_HEAD(end_list, loop_end);

struct later {
    void (*call)(void *argument);
    void *argument;
};

struct loop {
    struct event_base *base;
    struct event tick_event;
    struct timer_list slots[WHEEL_SLOTS];
    uint32_t ticks_done; /* every slot up to this tick has been emptied */
    size_t timers_hanging;
    struct later *later;
    size_t later_count, later_capacity;
    struct place_list line; /* for the next turn */
    size_t line_length;
    struct end_list ends;
    bool is_stopping;
};

/* One loop a process, so the turn's begin is a property of the process, as the noted clock is.
 */
static struct loop *the_loop;
static bool is_in_turn;
static unsigned calls;

static void
begin_turn(void)
{
    if (is_in_turn && ++calls < CALLS_A_CLOCK)
        return;
    is_in_turn = true;
    calls = 0;
    clock_update();
}

#define LIBRARY_LINES_MAX 5
#define LIBRARY_LINES_MS 10000

/* Some of its warnings come as often as the loop turns: a few are told, the rest is counted. */
static void
on_library_line(int severity, const char *text)
{
    static uint64_t began_ms;
    static unsigned lines;

    if (severity < EVENT_LOG_WARN)
        return;
    if (clock_ms() - began_ms > LIBRARY_LINES_MS) {
        if (lines > LIBRARY_LINES_MAX)
            log_warning("libevent: %u more lines", lines - LIBRARY_LINES_MAX);
        began_ms = clock_ms();
        lines = 0;
    }
    if (lines++ < LIBRARY_LINES_MAX)
        log_warning("libevent: %s", text);
}

/* Ticks come round after 8 years: they are compared by how far they are apart. */
static uint32_t
ticks_passed(void)
{
    return (uint32_t)(clock_ms() / LOOP_TICK_MS);
}

static bool
is_later(uint32_t tick, uint32_t than)
{
    return (int32_t)(tick - than) > 0;
}

static void on_tick(int fd, short what, void *argument);

struct loop *
loop_new(void)
{
    struct loop *loop = memory_take(1, sizeof(*loop));
    struct event_config *config = event_config_new();

    CHECK(config != NULL && the_loop == NULL);
    the_loop = loop;
    event_set_log_callback(on_library_line);
    /* splice(2) has no MSG_NOSIGNAL: a peer that has gone is an error, never a signal. */
    signal(SIGPIPE, SIG_IGN);
    /* Without PRECISE_TIMER: it costs a timerfd_settime a turn, and a millisecond is enough. */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    CHECK(loop->base != NULL);
    clock_update();
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        TAILQ_INIT(&loop->slots[i]);
    TAILQ_INIT(&loop->line);
    loop->ticks_done = ticks_passed();
    event_assign(&loop->tick_event, loop->base, -1, EV_PERSIST, on_tick, loop);
    return loop;
}

static void
run_later(struct loop *loop)
{
    /* What is called here may ask for more, which runs in the same sweep. */
    for (size_t i = 0; i < loop->later_count; i++) {
        struct later later = loop->later[i];
        later.call(later.argument);
    }
    loop->later_count = 0;
}

static void
run_ends(struct loop *loop)
{
    struct loop_end *end;

    while ((end = SLIST_FIRST(&loop->ends)) != NULL) {
        SLIST_REMOVE_HEAD(&loop->ends, entry);
        end->on_end(end);
    }
}

void
loop_free(struct loop **loop)
{
    if (*loop == NULL)
        return;
    run_later(*loop);
    run_ends(*loop);
    event_del(&(*loop)->tick_event);
    event_base_free((*loop)->base);
    free((*loop)->later);
    free(*loop);
    *loop = NULL;
    the_loop = NULL;
}

/* Those who stood there when the turn began; whoever took a place since has the next one. */
__attribute__((noinline)) static void
run_line(struct loop *loop, size_t due)
{
    struct loop_place *place;
    uint64_t end_us = 0;

    for (; due > 0; due--) {
        if ((place = TAILQ_FIRST(&loop->line)) == NULL)
            return;
        void (*on_turn)(void *argument) = place->on_turn;
        clock_update();
        end_us = end_us == 0 ? clock_us() + LOOP_LINE_MS * 1000 : end_us;
        if (clock_us() >= end_us)
            return;
        CHECK(on_turn != NULL);
        loop_place_leave(place, loop);
        on_turn(place->argument);
    }
}

static void
run_turn(struct loop *loop, int flags)
{
    size_t due = loop->line_length;

    flags |= due > 0 ? EVLOOP_NONBLOCK : 0;
    is_in_turn = false;
    int result = event_base_loop(loop->base, EVLOOP_ONCE | flags);
    CHECK(result != -1);
    begin_turn();
    if (due > 0)
        run_line(loop, due);
    run_later(loop);
}

void
loop_run(struct loop *loop)
{
    loop->is_stopping = false;
    while (!loop->is_stopping)
        run_turn(loop, 0);
}

void
loop_turn(struct loop *loop, unsigned wait_ms)
{
    struct timeval most = {wait_ms / 1000, (suseconds_t)(wait_ms % 1000) * 1000};

    if (wait_ms > 0)
        event_base_loopexit(loop->base, &most);
    run_turn(loop, wait_ms == 0 ? EVLOOP_NONBLOCK : 0);
}

void
loop_stop(struct loop *loop)
{
    loop->is_stopping = true;
    event_base_loopbreak(loop->base);
}

void
loop_call_later(struct loop *loop, void (*on_turn_end)(void *argument), void *argument)
{
    if (loop->later_count == loop->later_capacity) {
        loop->later_capacity = loop->later_capacity == 0 ? 64 : loop->later_capacity * 2;
        loop->later = memory_resize(loop->later, loop->later_capacity, sizeof(*loop->later));
    }
    loop->later[loop->later_count++] = (struct later){on_turn_end, argument};
}

void
loop_free_later(struct loop *loop, void *object, void (*release)(void *object))
{
    loop_call_later(loop, release == NULL ? free : release, object);
}

void
loop_place_take(struct loop_place *place, struct loop *loop, void (*on_turn)(void *argument),
                void *argument)
{
    if (place->on_turn != NULL)
        return;
    place->on_turn = on_turn;
    place->argument = argument;
    TAILQ_INSERT_TAIL(&loop->line, place, entry);
    loop->line_length++;
}

void
loop_place_leave(struct loop_place *place, struct loop *loop)
{
    if (place->on_turn == NULL)
        return;
    TAILQ_REMOVE(&loop->line, place, entry);
    loop->line_length--;
    place->on_turn = NULL;
}

struct event_base *
loop_base(struct loop *loop)
{
    return loop->base;
}

struct loop *
loop_of_process(void)
{
    return the_loop;
}

void
loop_at_end(struct loop *loop, struct loop_end *end, void (*on_end)(struct loop_end *end))
{
    end->on_end = on_end;
    SLIST_INSERT_HEAD(&loop->ends, end, entry);
}

/* Watches: the owner's callback runs as libevent's own, so the turn begins in a wrapper. */

static void
on_watch(int fd, short what, void *argument)
{
    struct watch *watch = argument;

    begin_turn();
    watch->on_ready(fd, what, watch->argument);
}

/* NOLINTBEGIN(readability-function-size): a callback comes with its argument. */
void
watch_open(struct watch *watch, struct loop *loop, int fd, enum watch_for what,
           watch_callback *on_ready, void *argument)
{
    watch->on_ready = on_ready;
    watch->argument = argument;
    event_assign(&watch->event, loop->base, fd, (short)((short)what | EV_PERSIST), on_watch,
                 watch);
    CHECK(event_add(&watch->event, NULL) == 0);
}

/* NOLINTEND(readability-function-size) */

void
watch_signal(struct watch *watch, struct loop *loop, int number, watch_callback *on_signal,
             void *argument)
{
    watch->on_ready = on_signal;
    watch->argument = argument;
    event_assign(&watch->event, loop->base, number, EV_SIGNAL | EV_PERSIST, on_watch, watch);
    CHECK(event_add(&watch->event, NULL) == 0);
}

void
watch_pause(struct watch *watch)
{
    event_del(&watch->event);
}

void
watch_resume(struct watch *watch)
{
    CHECK(event_add(&watch->event, NULL) == 0);
}

bool
watch_is_active(const struct watch *watch)
{
    return watch->on_ready != NULL &&
           event_pending(&watch->event, EV_READ | EV_WRITE | EV_SIGNAL, NULL) != 0;
}

void
watch_close(struct watch *watch)
{
    if (watch->on_ready == NULL)
        return;
    event_del(&watch->event);
    watch->on_ready = NULL;
}

/* The wheel. A slot holds timers of one tick only: none hangs WHEEL_SLOTS or more ticks ahead.
 */

static struct timer_list *
slot_of(struct loop *loop, uint32_t tick)
{
    return &loop->slots[tick % WHEEL_SLOTS];
}

static bool
hangs(const struct timer *timer)
{
    return timer->entry.tqe_prev != NULL;
}

static void
hang(struct loop *loop, struct timer *timer)
{
    uint32_t tick = timer->deadline_tick;
    const struct timeval interval = {0, LOOP_TICK_MS * 1000};

    if (loop->timers_hanging == 0) {
        loop->ticks_done = ticks_passed();
        event_add(&loop->tick_event, &interval);
    }
    if (!is_later(tick, loop->ticks_done))
        tick = loop->ticks_done + 1;
    if (is_later(tick, loop->ticks_done + WHEEL_SLOTS - 2))
        tick = loop->ticks_done + WHEEL_SLOTS - 2;
    timer->slot_tick = tick;
    TAILQ_INSERT_TAIL(slot_of(loop, tick), timer, entry);
    loop->timers_hanging++;
}

static void
unhang(struct loop *loop, struct timer *timer)
{
    TAILQ_REMOVE(slot_of(loop, timer->slot_tick), timer, entry);
    timer->entry.tqe_prev = NULL;
    if (--loop->timers_hanging == 0)
        event_del(&loop->tick_event);
}

static void
empty_slot(struct loop *loop, struct timer_list *slot, uint32_t now)
{
    struct timer *timer;

    while ((timer = TAILQ_FIRST(slot)) != NULL) {
        unhang(loop, timer);
        if (timer->deadline_tick == 0)
            continue;
        if (is_later(timer->deadline_tick, now)) {
            hang(loop, timer);
            continue;
        }
        timer->deadline_tick = 0;
        begin_turn();
        timer->on_time(timer->argument);
    }
}

static void
on_tick(int fd, short what, void *argument)
{
    struct loop *loop = argument;

    (void)fd;
    (void)what;
    begin_turn();
    uint32_t now = ticks_passed();
    /* After a long stall every slot is due once; more rounds would find them empty. */
    if (is_later(now, loop->ticks_done + WHEEL_SLOTS))
        loop->ticks_done = now - WHEEL_SLOTS;
    while (is_later(now, loop->ticks_done) && loop->timers_hanging > 0) {
        loop->ticks_done++;
        empty_slot(loop, slot_of(loop, loop->ticks_done), now);
    }
    loop->ticks_done = now;
}

void
timer_init(struct timer *timer, void (*on_time)(void *argument), void *argument)
{
    timer->deadline_tick = 0;
    timer->entry.tqe_prev = NULL;
    timer->on_time = on_time;
    timer->argument = argument;
}

void
timer_set(struct timer *timer, struct loop *loop, uint64_t after_ms)
{
    uint32_t tick = (uint32_t)((clock_ms() + after_ms + LOOP_TICK_MS - 1) / LOOP_TICK_MS);

    timer->deadline_tick = tick == 0 ? 1 : tick;
    if (hangs(timer)) {
        if (!is_later(timer->slot_tick, timer->deadline_tick))
            return;
        unhang(loop, timer);
    }
    hang(loop, timer);
}

void
timer_stop(struct timer *timer)
{
    timer->deadline_tick = 0;
}

void
timer_close(struct timer *timer, struct loop *loop)
{
    timer->deadline_tick = 0;
    if (hangs(timer))
        unhang(loop, timer);
}

bool
timer_is_set(const struct timer *timer)
{
    return timer->deadline_tick != 0;
}

static void
on_alarm(int fd, short what, void *argument)
{
    struct alarm_clock *alarm = argument;

    (void)fd;
    (void)what;
    begin_turn();
    alarm->on_time(alarm->argument);
}

void
alarm_clock_open(struct alarm_clock *alarm, struct loop *loop, void (*on_time)(void *argument),
                 void *argument)
{
    alarm->on_time = on_time;
    alarm->argument = argument;
    evtimer_assign(&alarm->event, loop->base, on_alarm, alarm);
}

void
alarm_clock_set(struct alarm_clock *alarm, uint64_t after_us)
{
    struct timeval after = {(time_t)(after_us / 1000000), (suseconds_t)(after_us % 1000000)};

    evtimer_add(&alarm->event, &after);
}

bool
alarm_clock_is_set(const struct alarm_clock *alarm)
{
    return alarm->on_time != NULL && evtimer_pending(&alarm->event, NULL) != 0;
}

void
alarm_clock_stop(struct alarm_clock *alarm)
{
    if (alarm->on_time != NULL)
        evtimer_del(&alarm->event);
}

void
alarm_clock_close(struct alarm_clock *alarm)
{
    alarm_clock_stop(alarm);
    alarm->on_time = NULL;
}

void
loop_begin_turn(void)
{
    begin_turn();
}
