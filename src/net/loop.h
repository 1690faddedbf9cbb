/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of a process: descriptors, signals, shared coarse timers, and memory that is
 * freed after the current callbacks have returned. The only wrapper around libevent; one loop a
 * process.
 */
#ifndef FAIRLEAD_NET_LOOP_H
#define FAIRLEAD_NET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

struct loop;

/* A new loop, the only one; ends the process when the system gives none. */
struct loop *loop_new(void);

/* Frees what waits for it and the loop itself; every watch and timer must be closed before. */
void loop_free(struct loop **loop);

/* Runs until loop_stop. Each turn begins with clock_update; in a long one it comes again. */
void loop_run(struct loop *loop);

/* One turn without waiting longer than wait_ms; for tests and fuzzers. */
void loop_turn(struct loop *loop, unsigned wait_ms);
void loop_stop(struct loop *loop);

/*
 * Nothing is freed inside a callback: the object is closed at once, and its memory goes here,
 * to be released by free (NULL: free(3)) when the current turn's callbacks are done.
 */
void loop_free_later(struct loop *loop, void *object, void (*release)(void *object));

/* Calls on_turn_end once when the current turn's callbacks are done, before it sleeps. */
void loop_call_later(struct loop *loop, void (*on_turn_end)(void *argument), void *argument);

/*
 * A place in the line for the next turn: who could go on and on by itself asks for one instead,
 * so that everybody else's events come in between. One call a turn; what is left of a line that
 * takes longer than LOOP_LINE_MS goes on in the turn after. Embedded, zeroed before use.
 */
#define LOOP_LINE_MS 5

struct loop_place {
    TAILQ_ENTRY(loop_place) entry;
    void (*on_turn)(void *argument); /* NULL: not in the line */
    void *argument;
};

/* Does nothing when it stands in the line already. */
void loop_place_take(struct loop_place *place, struct loop *loop,
                     void (*on_turn)(void *argument), void *argument);

/* Must be called before a place's memory goes. */
void loop_place_leave(struct loop_place *place, struct loop *loop);

/* For the other files of src/net only: the process's loop, libevent's own handle, and what each
 * of its callbacks calls first, so that the turn's clock is read (and moves, when there are
 * many). */
struct loop *loop_of_process(void);
struct event_base *loop_base(struct loop *loop);
void loop_begin_turn(void);

/* What lives as long as the loop: loop_free calls on_end, once. Embedded. */
struct loop_end {
    SLIST_ENTRY(loop_end) entry;
    void (*on_end)(struct loop_end *end);
};

void loop_at_end(struct loop *loop, struct loop_end *end, void (*on_end)(struct loop_end *end));

/*
 * A descriptor watched for reading or writing until closed; embedded by its owner. The callback
 * may close the watch.
 */
typedef void watch_callback(int fd, short what, void *argument);

struct watch {
    struct event event;
    watch_callback *on_ready; /* NULL: closed */
    void *argument;
};

enum watch_for { WATCH_READ = EV_READ, WATCH_WRITE = EV_WRITE };

void watch_open(struct watch *watch, struct loop *loop, int fd, enum watch_for what,
                watch_callback *on_ready, void *argument);
void watch_pause(struct watch *watch);
void watch_resume(struct watch *watch);
bool watch_is_active(const struct watch *watch);

/* Stops watching; the descriptor stays open. Closing a zeroed watch is allowed. */
void watch_close(struct watch *watch);

/* A signal delivered as an event. */
void watch_signal(struct watch *watch, struct loop *loop, int number, watch_callback *on_signal,
                  void *argument);

/*
 * A coarse timer on the loop's shared wheel (LOOP_TICK_MS): setting it again for a later time,
 * as every request does, costs one store. Embedded, zeroed before the first timer_init.
 */
#define LOOP_TICK_MS 64

struct timer {
    TAILQ_ENTRY(timer) entry; /* tqe_prev NULL: it hangs nowhere */
    uint32_t deadline_tick;   /* 0: not set */
    uint32_t slot_tick;       /* where on the wheel it hangs, never later than the deadline */
    void (*on_time)(void *argument);
    void *argument;
};

void timer_init(struct timer *timer, void (*on_time)(void *argument), void *argument);

/* Fires once, at the first tick that is not before now + after_ms. */
void timer_set(struct timer *timer, struct loop *loop, uint64_t after_ms);
void timer_stop(struct timer *timer);

/* Must be called before a timer's memory goes. */
void timer_close(struct timer *timer, struct loop *loop);
bool timer_is_set(const struct timer *timer);

/* A precise timer of its own, for the few things that need milliseconds (probes, coalescing).
 */
struct alarm_clock {
    struct event event;
    void (*on_time)(void *argument);
    void *argument;
};

void alarm_clock_open(struct alarm_clock *alarm, struct loop *loop,
                      void (*on_time)(void *argument), void *argument);
void alarm_clock_set(struct alarm_clock *alarm, uint64_t after_us);
bool alarm_clock_is_set(const struct alarm_clock *alarm);
void alarm_clock_stop(struct alarm_clock *alarm);
void alarm_clock_close(struct alarm_clock *alarm);

#endif
