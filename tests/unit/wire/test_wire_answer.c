/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>
#include <string.h>

#include "wire/wire_answer.h"

static void
keeps_refusals_readable(void **state)
{
    static const enum wire wires[] = {WIRE_QUERY, WIRE_JSON_11};

    (void)state;
    for (size_t i = 0; i < sizeof(wires) / sizeof(*wires); i++) {
        char *text = wire_answer_error(wires[i], NULL, "Code",
                                       "a\xc3\xa4"
                                       "b\xc3'\xff\x01",
                                       "id");
        assert_non_null(text);
        assert_non_null(strstr(text, "a\xc3\xa4"
                                     "b?'??"));
        free(text);
    }
}

static void
knows_the_wire_of_a_target(void **state)
{
    (void)state;
    assert_int_equal(wire_answer_wire(SLICE_NONE), WIRE_QUERY);
    assert_int_equal(wire_answer_wire(SLICE_LITERAL("Nobody.Operation")), WIRE_JSON_11);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_refusals_readable),
        cmocka_unit_test(knows_the_wire_of_a_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
