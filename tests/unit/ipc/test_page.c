/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: what was written comes back; what a hostile writer sends is refused and never mapped.
 */
#include "../unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc/page.h"

static void
expect_refused(int fd, const char *reason)
{
    const char *error;
    size_t length;

    assert_int_not_equal(fd, -1);
    assert_null(page_read(fd, PAGE_BYTES_MAX, &length, &error));
    assert_string_equal(error, reason);
    close(fd);
}

static void
gives_back_what_was_written(void **state)
{
    static const char *const texts[] = {"", "a", "fairlead_up 1\n"};
    const char *error;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t length;
        int fd = page_create(slice_of(texts[i]));
        char *text = page_read(fd, PAGE_BYTES_MAX, &length, &error);
        assert_int_equal(length, strlen(texts[i]));
        assert_string_equal(text, texts[i]);
        assert_int_equal(ftruncate(fd, 100), -1);
        free(text);
        close(fd);
    }
}

static void
refuses_what_its_writer_could_still_cut(void **state)
{
    int pipe_fds[2];
    int half = memfd_create("half", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    (void)state;
    assert_int_equal(fcntl(half, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    expect_refused(half, "it is not sealed");
    expect_refused(memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING), "it is not sealed");
    expect_refused(open("/dev/zero", O_RDONLY | O_CLOEXEC), "it is not sealed");
    assert_int_equal(pipe(pipe_fds), 0);
    expect_refused(pipe_fds[0], "it is not sealed");
    close(pipe_fds[1]);
}

static void
refuses_what_is_too_large(void **state)
{
    int fd = memfd_create("large", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    (void)state;
    assert_int_equal(ftruncate(fd, INT64_C(6) << 30), 0);
    assert_int_equal(
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    expect_refused(fd, "it is too large");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(refuses_what_its_writer_could_still_cut),
        cmocka_unit_test(refuses_what_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
