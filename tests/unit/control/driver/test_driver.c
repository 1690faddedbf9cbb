/* SPDX-License-Identifier: Apache-2.0 */
/* Calls and watches of a driver whose engine is a few lines of this program. */
#include "../../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/driver/driver_kind.h"

struct engine {
    struct driver_call *call; /* the newest */
    struct driver_order order;
    unsigned begun, cancelled;
};

struct stand {
    struct loop *loop;
    struct driver *driver;
    struct engine engine;
    unsigned ends, hints;
    enum driver_fault fault;
};

static void *
begin(void *object, const struct driver_order *order, struct driver_call *call)
{
    struct engine *engine = object;

    engine->order = *order;
    engine->call = call;
    engine->begun++;
    return engine;
}

static void
cancel(void *object, void *work)
{
    struct engine *engine = object;

    assert_ptr_equal(engine, work);
    engine->cancelled++;
}

static bool
is_connected(const void *object)
{
    const struct engine *engine = object;

    return engine->begun > 0;
}

static const struct driver_kind kind = {begin, cancel, is_connected};

static void
on_done(void *argument, const struct driver_result *result)
{
    struct stand *stand = argument;

    stand->ends++;
    stand->fault = result->fault;
}

static void
on_hint(void *argument)
{
    struct stand *stand = argument;

    stand->hints++;
}

static int
set_up(void **state)
{
    struct stand *stand = memory_take(1, sizeof(*stand));

    stand->loop = loop_new();
    stand->driver = driver_new(stand->loop, &kind, &stand->engine);
    *state = stand;
    return 0;
}

static int
tear_down(void **state)
{
    struct stand *stand = *state;

    driver_free(&stand->driver);
    loop_free(&stand->loop);
    free(stand);
    return 0;
}

static void
wait_for_hints(struct stand *stand, unsigned hints)
{
    for (int turn = 0; turn < 500 && stand->hints < hints; turn++)
        loop_turn(stand->loop, 10);
    assert_int_equal(stand->hints, hints);
}

static void
a_call_ends_once(void **state)
{
    struct stand *stand = *state;
    const struct driver_result missing = {.fault = DRIVER_NOT_FOUND, .error = "no such image"};

    driver_pull(stand->driver, "web:1", on_done, stand);
    assert_int_equal(stand->engine.order.act, DRIVER_ACT_PULL);
    assert_string_equal(stand->engine.order.object, "web:1");
    assert_int_equal(stand->ends, 0);
    driver_call_end(stand->engine.call, &missing);
    assert_int_equal(stand->ends, 1);
    assert_int_equal(stand->fault, DRIVER_NOT_FOUND);
    driver_free(&stand->driver);
    assert_int_equal(stand->ends, 1);
    assert_int_equal(stand->engine.cancelled, 0);
}

static void
a_cancelled_call_is_not_told(void **state)
{
    struct stand *stand = *state;
    struct driver_call *call = driver_start(stand->driver, "a", on_done, stand);

    driver_cancel(&call);
    assert_null(call);
    driver_cancel(&call);
    assert_int_equal(stand->engine.cancelled, 1);
    driver_free(&stand->driver);
    assert_int_equal(stand->ends, 0);
}

static void
a_driver_that_goes_ends_its_calls(void **state)
{
    struct stand *stand = *state;

    driver_start(stand->driver, "a", on_done, stand);
    driver_stop(stand->driver, "b", 5, on_done, stand);
    assert_int_equal(stand->engine.order.number, 5);
    driver_free(&stand->driver);
    assert_int_equal(stand->ends, 2);
    assert_int_equal(stand->engine.cancelled, 2);
    assert_int_equal(stand->fault, DRIVER_UNREACHABLE);
}

static void
hints_come_coalesced_and_later(void **state)
{
    struct stand *stand = *state;
    struct driver_watch *watch = driver_watch_open(stand->driver, on_hint, stand);

    driver_note_change(stand->driver);
    driver_note_change(stand->driver);
    assert_int_equal(stand->hints, 0);
    wait_for_hints(stand, 1);
    driver_note_change(stand->driver);
    wait_for_hints(stand, 2);
    driver_watch_close(&watch);
    assert_null(watch);
    driver_note_change(stand->driver);
    loop_turn(stand->loop, 30);
    assert_int_equal(stand->hints, 2);
}

static void
a_watch_outlives_its_driver(void **state)
{
    struct stand *stand = *state;
    struct driver_watch *watch = driver_watch_open(stand->driver, on_hint, stand);

    driver_note_change(stand->driver);
    assert_false(driver_watch_is_over(watch));
    driver_free(&stand->driver);
    assert_true(driver_watch_is_over(watch));
    loop_turn(stand->loop, 30);
    assert_int_equal(stand->hints, 0);
    driver_watch_close(&watch);
}

static void
says_whether_its_engine_is_followed(void **state)
{
    struct stand *stand = *state;

    assert_false(driver_is_connected(stand->driver));
    driver_info(stand->driver, on_done, stand);
    assert_true(driver_is_connected(stand->driver));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_ends_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_call_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_driver_that_goes_ends_its_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hints_come_coalesced_and_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_watch_outlives_its_driver, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_whether_its_engine_is_followed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
