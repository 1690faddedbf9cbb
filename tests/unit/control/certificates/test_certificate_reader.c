/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of files, what is said of them, and what is taken from the book in force. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../../support/certificates.h"
#include "base/memory.h"
#include "control/certificates/certificate_reader.h"
#include "ipc/certificate_book.h"
#include "model/config_inspect.h"

#define LISTENER(name, text)                                                                   \
    "{ name = \"" name "\"; unix = \"/" name "\"; protocol = \"HTTPS\"; " text                 \
    " default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); }"
#define PAIR(name) "{ certificate = \"@/" name ".pem\"; private_key = \"@/" name ".key\"; }"

static char folder[] = "/tmp/fairlead-test-XXXXXX";
static struct certificate_files in_force;
static struct config_errors errors, warnings;
static int progress_count;
static bool begins_anew;

static char *
path_of(const char *name, const char *ending)
{
    return memory_print("%s/%s.%s", folder, name, ending);
}

/* Older than what may be written again unseen. */
static void
write_text(const char *name, const char *ending, const char *text, mode_t mode)
{
    char *path = path_of(name, ending);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

static void
make_pair(const char *name, const struct wanted_pair *wanted)
{
    struct made_pair made = pair_make(wanted);

    write_text(name, "pem", made.certificate, 0644);
    write_text(name, "key", made.key, 0600);
    pair_free(&made);
}

static void
make_valid(const char *name)
{
    char *names = memory_print("DNS:%s.test", name);

    make_pair(name, &(struct wanted_pair){.key = "P-256", .names = names});
    free(names);
}

static void
on_progress(void *argument)
{
    (void)argument;
    progress_count++;
}

/* Reads the listeners, with the folder in place of each @; what is read is in force then,
 * unless it is refused. True: other files were written. */
static bool
read_listeners(const char *text)
{
    struct certificate_reader *reader = certificate_reader_new(&in_force);
    struct certificate_files written;
    char conf[64];

    config_errors_clear(&errors);
    config_errors_clear(&warnings);
    progress_count = 0;
    snprintf(conf, sizeof(conf), "%s/conf", folder);
    FILE *file = fopen(conf, "w");
    assert_non_null(file);
    fputs("listeners = ( ", file);
    for (; *text != '\0'; text++)
        if (*text == '@')
            fputs(folder, file);
        else
            fputc(*text, file);
    fputs(" );\n", file);
    assert_int_equal(fclose(file), 0);
    certificate_reader_on_progress(reader, on_progress, NULL);
    if (begins_anew)
        certificate_reader_begin_anew(reader);
    struct config *config = config_load(conf, certificate_reader_inspector(reader), &errors);
    bool is_new = false;
    if (config != NULL) {
        warnings = config->warnings;
        config->warnings = (struct config_errors){.lines = NULL};
        assert_true(certificate_files_make(&written));
        assert_true(certificate_reader_write(reader, &written));
        is_new = !certificate_files_are_empty(&written);
        if (is_new)
            certificate_files_close(&in_force);
        else
            certificate_files_close(&written);
        if (is_new)
            in_force = written;
    }
    config_free(&config);
    certificate_reader_free(&reader);
    return is_new;
}

static struct certificate_book *
open_book(void)
{
    const char *error = "";
    struct certificate_book *book =
        certificate_book_open(in_force.fd, in_force.keys_fd, &error);

    if (book == NULL)
        fail_msg("%s", error);
    return book;
}

static void
assert_said(const struct config_errors *lines, const char *end)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strstr(lines->lines[i], end) != NULL)
            return;
    fail_msg("nobody said: %s", end);
}

static int
begin(void **state)
{
    (void)state;
    in_force = CERTIFICATE_FILES_NONE;
    return mkdir(folder, 0700);
}

static int
end(void **state)
{
    char *command = memory_print("rm -rf %s", folder);

    (void)state;
    certificate_files_close(&in_force);
    config_errors_clear(&errors);
    config_errors_clear(&warnings);
    int status = system(command); /* NOLINT(cert-env33-c): of its own folder */
    free(command);
    return status;
}

static void
reads_a_pair_once_for_all_listeners(void **state)
{
    (void)state;
    make_valid("a");
    make_valid("b");
    assert_true(read_listeners(LISTENER(
        "one", "certificates = ( " PAIR("a") " ); certificate_list = ( " PAIR(
                   "b") " );") ", " LISTENER("two", "certificates = ( " PAIR("b") " );")));
    assert_int_equal(progress_count, 2);
    struct certificate_book *book = open_book();
    assert_int_equal(book->row_count, 2);
    assert_int_equal(book->listener_count, 2);
    const struct certificate_listener *two =
        certificate_listener_find(book, SLICE_LITERAL("two"));
    assert_int_equal(two->certificates.count, 1);
    certificate_book_release(&book);
}

/* Without any listener there is nothing to write, and nothing to keep. */
static void
writes_nothing_without_https(void **state)
{
    static const char plain[] = "{ name = \"a\"; unix = \"/a\"; default_actions = ( { type = "
                                "\"fixed-response\"; status_code = 404; } ); }";

    (void)state;
    assert_false(read_listeners(plain));
    make_valid("a");
    assert_true(read_listeners(LISTENER("one", "certificates = ( " PAIR("a") " );")));
    assert_true(read_listeners(plain));
    struct certificate_book *book = open_book();
    assert_int_equal(book->row_count, 0);
    assert_int_equal(book->key_bytes, 24);
    certificate_book_release(&book);
}

static void
takes_what_has_not_changed_from_the_book_in_force(void **state)
{
    static const char text[] = LISTENER("one", "certificates = ( " PAIR("a") " );");

    (void)state;
    make_valid("a");
    assert_true(read_listeners(text));
    /* Just written: a change within the same tick of the file's clock could not be seen. */
    assert_false(read_listeners(text));
    make_valid("a");
    assert_true(read_listeners(text));
    assert_int_equal(errors.count, 0);
}

static void
note_found(void *lines, enum config_gravity gravity,
           const struct config_certificate *certificate, const char *text)
{
    if (gravity == CONFIG_ERROR)
        config_errors_add(lines, memory_print("%s: %s", certificate->certificate, text));
}

/* The pairs of one listener again, as when their files have changed; whether there is news. */
static bool
read_again(const char *name)
{
    struct certificate_reader *reader = certificate_reader_new(&in_force);
    char *path = path_of(name, "pem"), *key = path_of(name, "key");
    struct config_certificate certificate = {.certificate = path, .private_key = key};
    struct config_listener listener = {
        .name = (char *)"one", .certificates = &certificate, .certificate_count = 1};
    const struct config config = {.listeners = &listener, .listener_count = 1};
    struct certificate_files written;

    config_errors_clear(&errors);
    certificate_reader_keep_old(reader);
    config_inspect_again(&config, certificate_reader_inspector(reader), note_found, &errors);
    assert_true(certificate_files_make(&written));
    assert_true(certificate_reader_write(reader, &written));
    bool is_new = !certificate_files_are_empty(&written);
    if (is_new)
        certificate_files_close(&in_force);
    else
        certificate_files_close(&written);
    if (is_new)
        in_force = written;
    certificate_reader_free(&reader);
    free(path);
    free(key);
    return is_new;
}

static void
keeps_the_old_pair_until_a_good_one_comes(void **state)
{
    (void)state;
    make_valid("a");
    assert_true(read_listeners(LISTENER("one", "certificates = ( " PAIR("a") " );")));
    assert_false(read_again("a"));
    write_text("a", "key", "junk", 0600);
    assert_false(read_again("a"));
    assert_int_equal(errors.count, 1);
    assert_said(&errors, "/a.key holds no private key");
    make_pair("a", &(struct wanted_pair){
                       .key = "P-256", .not_before_s = -2000, .not_after_s = -1000});
    assert_false(read_again("a"));
    assert_int_equal(errors.count, 1);
    assert_said(&errors, "/a.pem has expired already");
    make_valid("a");
    assert_true(read_again("a"));
    assert_int_equal(errors.count, 0);
    struct certificate_book *book = open_book();
    assert_int_equal(book->row_count, 1);
    certificate_book_release(&book);
}

static void
tells_which_file_is_wrong(void **state)
{
    static const char text[] = LISTENER("one", "certificates = ( " PAIR("a") " );");

    (void)state;
    assert_false(read_listeners(text));
    assert_int_equal(errors.count, 2);
    assert_said(&errors, "conf:1: listeners[0].certificates[0].certificate: ");
    assert_said(&errors, "/a.pem cannot be read: No such file or directory");
    assert_said(&errors, "/a.key cannot be read: No such file or directory");
    make_valid("a");
    write_text("a", "key", "junk", 0600);
    assert_false(read_listeners(text));
    assert_int_equal(errors.count, 1);
    assert_said(&errors, "/a.key holds no private key");
}

/* One bad pair is told once, wherever it is used; the others are judged as well. */
static void
tells_each_bad_pair_once(void **state)
{
    (void)state;
    make_valid("a");
    write_text("a", "pem", "junk", 0644);
    assert_false(
        read_listeners(LISTENER("one", "certificates = ( " PAIR("a") " );") ", " LISTENER(
            "two", "certificates = ( " PAIR("a") " ); certificate_list = ( " PAIR("b") " );")));
    assert_int_equal(errors.count, 3);
}

static void
warns_of_keys_that_all_may_read(void **state)
{
    static const char text[] = LISTENER("one", "certificates = ( " PAIR("a") " );");
    char *key;

    (void)state;
    make_valid("a");
    key = path_of("a", "key");
    assert_int_equal(chmod(key, 0640), 0);
    read_listeners(text);
    assert_int_equal(warnings.count, 0);
    assert_int_equal(chmod(key, 0604), 0);
    read_listeners(text);
    assert_int_equal(warnings.count, 1);
    assert_said(&warnings, "/a.key holds a private key and every user may read or write it");
    free(key);
}

static void
lets_expired_ones_in_at_the_start_only(void **state)
{
    static const char text[] = LISTENER("one", "certificates = ( " PAIR("a") " );");
    static const char more[] = LISTENER(
        "one", "certificates = ( " PAIR("a") " ); certificate_list = ( " PAIR("b") " );");
    const struct wanted_pair expired = {
        .key = "P-256", .not_before_s = -2000, .not_after_s = -1000};

    (void)state;
    make_pair("a", &expired);
    assert_true(read_listeners(text));
    assert_int_equal(warnings.count, 1);
    assert_said(&warnings, "/a.pem has expired on ");
    /* What is in use already may stay; another one may not come. */
    read_listeners(text);
    assert_int_equal(errors.count, 0);
    make_pair("b", &expired);
    read_listeners(more);
    assert_int_equal(errors.count, 1);
    assert_said(&errors, "certificate_list[0].certificate: ");
    make_valid("b");
    assert_true(read_listeners(more));
    make_pair("b", &expired);
    read_listeners(more);
    assert_int_equal(errors.count, 1);
    /* A start that goes on from another's book is a start. */
    begins_anew = true;
    assert_true(read_listeners(more));
    begins_anew = false;
    assert_int_equal(errors.count, 0);
    assert_said(&warnings, "/b.pem has expired on ");
    make_pair("b",
              &(struct wanted_pair){.key = "P-256", .not_before_s = 1000, .not_after_s = 5000});
    assert_true(read_listeners(more));
    assert_said(&warnings, "/b.pem is not valid before ");
}

static void
reads_key_and_chain_from_one_file(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "RSA"});
    char *both = memory_print("%s%s", made.key, made.certificate);

    (void)state;
    write_text("both", "pem", both, 0600);
    assert_true(read_listeners(
        LISTENER("one", "certificates = ( { certificate = \"@/both.pem\"; } );")));
    assert_int_equal(warnings.count, 0);
    struct certificate_book *book = open_book();
    assert_true(certificate_key(book, &book->certificates[0]).length > 1000);
    assert_int_equal(book->certificates[0].key_path.length, 0);
    certificate_book_release(&book);
    pair_free(&made);
    free(both);
}

static void
refuses_what_is_no_file_or_too_large(void **state)
{
    static const char text[] = LISTENER("one", "certificates = ( " PAIR("a") " );");
    char *large = memory_take(1, 2 << 20);
    char *key;

    (void)state;
    make_valid("a");
    memset(large, 'x', (2 << 20) - 1);
    write_text("a", "pem", large, 0644);
    read_listeners(text);
    assert_said(&errors, "/a.pem cannot be read: it is larger than 1 MiB");
    key = path_of("a", "key");
    assert_int_equal(unlink(key), 0);
    assert_int_equal(mkfifo(key, 0600), 0);
    read_listeners(text);
    assert_said(&errors, "/a.key cannot be read: it is no regular file");
    free(key);
    free(large);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_a_pair_once_for_all_listeners),
        TEST(writes_nothing_without_https),
        TEST(takes_what_has_not_changed_from_the_book_in_force),
        TEST(keeps_the_old_pair_until_a_good_one_comes),
        TEST(tells_which_file_is_wrong),
        TEST(tells_each_bad_pair_once),
        TEST(warns_of_keys_that_all_may_read),
        TEST(lets_expired_ones_in_at_the_start_only),
        TEST(reads_key_and_chain_from_one_file),
        TEST(refuses_what_is_no_file_or_too_large),
    };

    if (mkdtemp(folder) == NULL || rmdir(folder) == -1)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
