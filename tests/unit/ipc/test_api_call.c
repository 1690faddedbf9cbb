/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the api role: what was written comes back; what a hostile role writes is refused. */
#include "../unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc/api_call.h"
#include "ipc/page.h"

enum { PARTS = 7, BODY_MAX = 1024 * 1024 };

static const struct api_call sample = {
    .canonical_request = SLICE_LITERAL("POST\n/v1/drain\n"),
    .authorization = SLICE_LITERAL("AWS4-HMAC-SHA256 Credential="),
    .invocation_id = SLICE_LITERAL("6f1c"),
    .client = SLICE_LITERAL("127.0.0.1:4711"),
    .body = SLICE_LITERAL("{\"a\0b\"}"),
};

static void
expect_refused(int fd, const char *reason)
{
    struct api_call call;
    const char *error;

    assert_int_not_equal(fd, -1);
    assert_false(api_call_read(fd, &call, &error));
    assert_string_equal(error, reason);
    assert_null(call.memory);
    assert_int_equal(call.body.length, 0);
    close(fd);
}

/* A page of these lengths and as many bytes behind them. */
static int
page_of(const uint32_t lengths[PARTS], size_t bytes)
{
    size_t total = PARTS * sizeof(uint32_t) + bytes;
    char *page = calloc(total, 1);

    memcpy(page, lengths, PARTS * sizeof(uint32_t));
    int fd = page_create(slice_make(page, total));
    free(page);
    return fd;
}

static void
gives_back_what_was_written(void **state)
{
    struct api_call call;
    const char *error;

    (void)state;
    int fd = api_call_write(&sample);
    assert_int_not_equal(fd, -1);
    assert_true(api_call_read(fd, &call, &error));
    assert_true(slice_equal(call.canonical_request, sample.canonical_request));
    assert_true(slice_equal(call.authorization, sample.authorization));
    assert_int_equal(call.request_line.length, 0);
    assert_true(slice_equal(call.invocation_id, sample.invocation_id));
    assert_true(slice_equal(call.client, sample.client));
    assert_true(slice_equal(call.body, sample.body));
    api_call_clear(&call);
    assert_null(call.memory);
    close(fd);
}

static void
takes_a_body_of_a_mebibyte_and_no_byte_more(void **state)
{
    char *bytes = calloc(BODY_MAX + 1, 1);
    struct api_call call = {.body = slice_make(bytes, BODY_MAX)}, again;
    const char *error;

    (void)state;
    int fd = api_call_write(&call);
    assert_true(api_call_read(fd, &again, &error));
    assert_int_equal(again.body.length, BODY_MAX);
    api_call_clear(&again);
    close(fd);
    call.body.length++;
    assert_int_equal(api_call_write(&call), -1);
    assert_int_equal(errno, EMSGSIZE);
    free(bytes);
}

static void
refuses_lengths_that_the_page_does_not_hold(void **state)
{
    (void)state;
    expect_refused(page_create(SLICE_NONE), "it is too short");
    expect_refused(page_create(SLICE_LITERAL("short")), "it is too short");
    expect_refused(page_of((const uint32_t[PARTS]){10, 0, 0, 0, 0, 0}, 9), "it is too short");
    expect_refused(page_of((const uint32_t[PARTS]){10, 0, 0, 0, 0, 1}, 10), "it is too short");
    expect_refused(page_of((const uint32_t[PARTS]){0}, 1), "something follows its parts");
}

static void
refuses_parts_over_their_bounds(void **state)
{
    static const uint32_t bounds[PARTS] = {64 * 1024, 4 * 1024, 16 * 1024, 256,
                                           128,       64,       BODY_MAX};

    (void)state;
    for (unsigned i = 0; i < PARTS; i++) {
        uint32_t lengths[PARTS] = {0};
        struct api_call call;
        const char *error;

        lengths[i] = bounds[i];
        int fd = page_of(lengths, bounds[i]);
        assert_true(api_call_read(fd, &call, &error));
        api_call_clear(&call);
        close(fd);
        lengths[i] = bounds[i] + 1;
        expect_refused(page_of(lengths, bounds[i] + 1), "a part is over its bound");
        lengths[i] = UINT32_MAX;
        expect_refused(page_of(lengths, 0), "a part is over its bound");
    }
}

static void
refuses_what_is_no_sealed_page_of_its_size(void **state)
{
    static const uint32_t none[PARTS] = {0};

    (void)state;
    expect_refused(memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING), "it is not sealed");
    expect_refused(page_of(none, 2 * BODY_MAX), "it is too large");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(takes_a_body_of_a_mebibyte_and_no_byte_more),
        cmocka_unit_test(refuses_lengths_that_the_page_does_not_hold),
        cmocka_unit_test(refuses_parts_over_their_bounds),
        cmocka_unit_test(refuses_what_is_no_sealed_page_of_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
