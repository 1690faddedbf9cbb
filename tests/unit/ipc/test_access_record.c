/* SPDX-License-Identifier: Apache-2.0 */
/* Access records: what is packed comes out; cut, full and malformed batches. */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "ipc/access_record.h"

static struct access_record
sample_record(void)
{
    struct access_record record = {.created_wall_us = 1,
                                   .total_us = -1,
                                   .rule_priority = -1,
                                   .status = 503,
                                   .end_reason = 3,
                                   .action = ACCESS_FORWARD,
                                   .http_minor = 1};

    record.client.family = ADDRESS_IPV4;
    record.texts[ACCESS_METHOD] = SLICE_LITERAL("GET");
    record.texts[ACCESS_TARGET_URI] = SLICE_LITERAL("/a?b");
    record.texts[ACCESS_TARGET_GENERATION] = SLICE_LITERAL("17");
    return record;
}

static void
unpacks_what_was_packed_one_after_another(void **state)
{
    char batch[1024];
    size_t used = 0;
    struct access_record record = sample_record(), read;

    (void)state;
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    record.status = 200;
    record.texts[ACCESS_METHOD] = SLICE_LITERAL("POST");
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    struct slice rest = slice_make(batch, used);
    assert_true(access_record_unpack(&rest, &read));
    assert_int_equal(read.status, 503);
    assert_int_equal(read.total_us, -1);
    assert_true(slice_equal(read.texts[ACCESS_METHOD], SLICE_LITERAL("GET")));
    assert_int_equal(read.texts[ACCESS_HOST].length, 0);
    assert_true(access_record_unpack(&rest, &read));
    assert_int_equal(read.status, 200);
    assert_true(slice_equal(read.texts[ACCESS_METHOD], SLICE_LITERAL("POST")));
    assert_true(slice_equal(read.texts[ACCESS_TARGET_GENERATION], SLICE_LITERAL("17")));
    assert_false(access_record_unpack(&rest, &read));
    assert_int_equal(rest.length, 0);
}

static void
leaves_a_batch_alone_that_has_no_room(void **state)
{
    char batch[1024];
    size_t used = 0;
    struct access_record record = sample_record();

    (void)state;
    while (access_record_pack(&record, batch, sizeof(batch), &used))
        continue;
    size_t full = used;
    assert_true(full <= sizeof(batch));
    assert_false(access_record_pack(&record, batch, sizeof(batch), &used));
    assert_int_equal(used, full);
}

static void
cuts_long_texts_so_that_any_request_fits_a_batch(void **state)
{
    char *text = memory_take(1, 20000);
    char *batch = memory_take(1, ACCESS_BATCH_BYTES);
    size_t used = 0;
    struct access_record record = sample_record(), read;

    (void)state;
    for (int i = ACCESS_METHOD; i <= ACCESS_TRACE_ID; i++)
        record.texts[i] = slice_make(text, 20000);
    record.texts[ACCESS_REDIRECT_URL] = slice_make(text, 20000);
    assert_true(access_record_pack(&record, batch, ACCESS_BATCH_BYTES, &used));
    struct slice rest = slice_make(batch, used);
    assert_true(access_record_unpack(&rest, &read));
    assert_int_equal(read.texts[ACCESS_HOST].length, ACCESS_TEXT_BYTES);
    free(batch);
    free(text);
}

static void
refuses_values_out_of_range(void **state)
{
    char batch[1024];
    size_t used = 0;
    struct access_record record = sample_record(), read;

    (void)state;
    record.end_reason = 255;
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    struct slice rest = slice_make(batch, used);
    assert_false(access_record_unpack(&rest, &read));
    assert_int_equal(rest.length, used);
}

/* Exact-size copies on the heap: a byte too far is seen by sanitizers and valgrind. */
static void
never_reads_past_a_damaged_batch(void **state)
{
    char batch[1024];
    size_t used = 0;
    struct access_record record = sample_record(), read;

    (void)state;
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    random_seed_for_test(3);
    for (int i = 0; i < 5000; i++) {
        size_t length = random_below(used + 1);
        char *damaged = memory_copy_bytes(batch, length);
        for (uint64_t n = length == 0 ? 0 : random_below(4); n > 0; n--)
            damaged[random_below(length)] = (char)random_next();
        struct slice rest = slice_make(damaged, length);
        while (access_record_unpack(&rest, &read))
            for (int text = 0; text < ACCESS_TEXT_COUNT; text++)
                assert_true(read.texts[text].at + read.texts[text].length <= damaged + length);
        free(damaged);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_what_was_packed_one_after_another),
        cmocka_unit_test(leaves_a_batch_alone_that_has_no_room),
        cmocka_unit_test(cuts_long_texts_so_that_any_request_fits_a_batch),
        cmocka_unit_test(refuses_values_out_of_range),
        cmocka_unit_test(never_reads_past_a_damaged_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
