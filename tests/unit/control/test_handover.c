/* SPDX-License-Identifier: Apache-2.0 */
/* What another version's program wrote: how much of it is taken, and what is believed at all.
 */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "control/handover.h"
#include "control/handover_form.h"
#include "ipc/certificate_book_build.h"
#include "ipc/page.h"

/* As the environment of a program that was executed in place. */
static void
hand(const char *text)
{
    char number[16];
    int fd = page_create(slice_of(text));

    assert_true(fd != -1);
    snprintf(number, sizeof(number), "%d", fd);
    setenv(HANDOVER_VARIABLE, number, 1);
}

static void
hand_core(int form, long pid)
{
    char text[512];

    snprintf(
        text, sizeof(text),
        "{\"form\":%d,\"pid\":%ld,\"version\":\"7.8\",\"number\":3,\"workers\":2,"
        "\"state_dir\":\"/a\",\"admin_socket\":\"/b\",\"layout\":\"0 0\","
        "\"records\":\"0 0\",\"blocks\":[],\"access\":[[1000,1001],[1002,1003]],\"state\":{}}",
        form, pid);
    hand(text);
}

static void
takes_nothing_where_there_is_nothing(void **state)
{
    (void)state;
    unsetenv(HANDOVER_VARIABLE);
    assert_null(handover_receive(false));
    setenv(HANDOVER_VARIABLE, "no number", 1);
    assert_null(handover_receive(false));
    hand("no JSON");
    assert_null(handover_receive(false));
    assert_null(getenv(HANDOVER_VARIABLE));
    setenv(HANDOVER_VARIABLE, "0", 1); /* no memory file */
    assert_null(handover_receive(false));
}

static void
is_for_the_process_that_wrote_it(void **state)
{
    (void)state;
    hand_core(HANDOVER_FORM, (long)getpid() + 1);
    assert_null(handover_receive(false));
    hand_core(HANDOVER_FORM, (long)getpid() + 1);
    struct handover *tried = handover_receive(true);
    assert_non_null(tried);
    handover_free(&tried);
}

static void
says_what_cannot_be_gone_over_to(void **state)
{
    char a[] = "/a", b[] = "/b", c[] = "/c";
    struct config config = {.state_dir = a, .admin_socket = b};

    (void)state;
    hand_core(HANDOVER_FORM, (long)getpid());
    struct handover *handover = handover_receive(false);
    assert_null(handover_obstacle(handover, &config));
    config.state_dir = c;
    assert_non_null(strstr(handover_obstacle(handover, &config), "state_dir"));
    config.state_dir = a;
    config.admin_socket = c;
    assert_non_null(strstr(handover_obstacle(handover, &config), "admin.socket"));
    handover_free(&handover);
}

/* Sockets, lock and children come all the same; the rest is as behind a restart. */
static void
takes_the_core_of_a_form_that_it_does_not_know(void **state)
{
    struct parts parts = {.started_ms = 5};

    (void)state;
    hand_core(HANDOVER_FORM + 1, (long)getpid());
    struct handover *handover = handover_receive(false);
    assert_non_null(handover);
    assert_int_equal(handover_number(handover), 3);
    assert_int_equal(handover_workers(handover), 2);
    assert_string_equal(handover_version(handover), "7.8");
    assert_null(handover_channels(handover, 2, false));
    assert_false(handover_put_state(handover, &parts));
    handover_put_numbers(handover, &parts);
    assert_int_equal(parts.started_ms, 5);
    handover_free(&handover);
}

static void
counts_anew_where_counters_lie_otherwise(void **state)
{
    (void)state;
    hand_core(HANDOVER_FORM, (long)getpid());
    struct handover *handover = handover_receive(false);
    assert_null(handover_board(handover, 2));
    assert_null(handover_channels(handover, 2, false));
    handover_free(&handover);
}

/* With a book in that form, or with empty files. */
static void
hand_certificates(const char *layout, bool is_written, struct certificate_files *files)
{
    struct certificate_builder *builder = certificate_builder_new();
    char text[512];

    assert_true(certificate_files_make(files));
    if (is_written)
        assert_true(certificate_builder_write(builder, files->fd, files->keys_fd));
    certificate_builder_free(&builder);
    snprintf(text, sizeof(text),
             "{\"form\":%d,\"pid\":%ld,\"certificates\":[%d,%d,%d],\"book\":\"%s\"}",
             HANDOVER_FORM, (long)getpid(), files->fd, files->keys_fd, files->api_fd, layout);
    hand(text);
}

static void
takes_certificates_that_lie_as_here_and_are_sound(void **state)
{
    const struct {
        bool has_layout, is_written;
    } rows[] = {{true, true}, {false, true}, {true, false}};

    char *layout = certificate_book_layout();
    struct certificate_files files;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        hand_certificates(rows[i].has_layout ? layout : "0 0", rows[i].is_written, &files);
        struct handover *handover = handover_receive(false);
        struct certificate_files taken = handover_certificates(handover);
        bool is_taken = rows[i].has_layout && rows[i].is_written;
        assert_int_equal(taken.fd, is_taken ? files.fd : -1);
        assert_int_equal(taken.keys_fd, is_taken ? files.keys_fd : -1);
        assert_int_equal(taken.api_fd, is_taken ? files.api_fd : -1);
        assert_int_equal(fcntl(files.keys_fd, F_GETFD), is_taken ? FD_CLOEXEC : -1);
        certificate_files_close(&taken);
        handover_free(&handover);
    }
    free(layout);
    hand_core(HANDOVER_FORM, (long)getpid());
    struct handover *handover = handover_receive(false);
    assert_int_equal(handover_certificates(handover).fd, -1);
    handover_free(&handover);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_nothing_where_there_is_nothing),
        cmocka_unit_test(is_for_the_process_that_wrote_it),
        cmocka_unit_test(says_what_cannot_be_gone_over_to),
        cmocka_unit_test(takes_the_core_of_a_form_that_it_does_not_know),
        cmocka_unit_test(counts_anew_where_counters_lie_otherwise),
        cmocka_unit_test(takes_certificates_that_lie_as_here_and_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
