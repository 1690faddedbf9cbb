/* SPDX-License-Identifier: Apache-2.0 */
/* Books of made up certificates: what is chosen, and that nothing wrong is believed. */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/certificate_book.h"
#include "ipc/certificate_book_build.h"
#include "ipc/certificate_fingerprints.h"
#include "net/tls/tls_hello.h"

#define NOW 1000000
#define ALL_CURVES (TLS_CURVE_P256 | TLS_CURVE_P384 | TLS_CURVE_P521)

static struct certificate_builder *builder;
static struct certificate_book *book;
static int fd, keys_fd;

static int
begin(void **state)
{
    (void)state;
    builder = certificate_builder_new();
    book = NULL;
    fd = memfd_create("book", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    keys_fd = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    certificate_book_release(&book);
    certificate_builder_free(&builder);
    close(fd);
    close(keys_fd);
    return 0;
}

/* A certificate for a host: "R" RSA, "E" ECDSA, and what is told of it. */
struct made_up {
    const char *path, *names[4];
    struct tls_certificate_facts facts;
};

static uint32_t
add(const struct made_up *made)
{
    static char chain[] = "leaf", issuer[] = "an issuer", key[] = "secret";
    struct tls_pair pair = {.facts = made->facts, .chain_count = 2, .key = {key, 6}};

    pair.chain[0] = (struct tls_bytes){chain, 4};
    pair.chain[1] = (struct tls_bytes){issuer, 9};
    if (pair.facts.not_after_s == 0)
        pair.facts.not_after_s = 2 * NOW;
    if (pair.facts.key_type == TLS_KEY_ECDSA && pair.facts.curve == 0)
        pair.facts.curve = TLS_CURVE_P256;
    pair.names = (char **)made->names;
    while (pair.name_count < 4 && made->names[pair.name_count] != NULL)
        pair.name_count++;
    struct certificate_source source = {.path = made->path, .key_path = "", .pair = &pair};
    return certificate_builder_add(builder, &source);
}

static void
open_book(void)
{
    const char *error = NULL;

    assert_true(certificate_builder_write(builder, fd, keys_fd));
    book = certificate_book_open(fd, keys_fd, &error);
    if (book == NULL)
        fail_msg("%s", error);
}

static void
make_book(const struct made_up *all, size_t count)
{
    certificate_builder_begin_listener(builder, "https");
    for (size_t i = 0; i < count; i++)
        certificate_builder_give(builder, add(&all[i]));
    open_book();
}

static const char *
choose_for(const char *name, bool takes_rsa, unsigned takes_curves)
{
    static char path[64];
    const struct certificate_wish wish = {slice_of(name), takes_rsa, takes_curves, NOW};
    const struct certificate_listener *listener =
        certificate_listener_find(book, SLICE_LITERAL("https"));

    assert_non_null(listener);
    struct slice chosen = certificate_slice(
        book, book->certificates[certificate_choose(book, listener, &wish)].path);
    memcpy(path, chosen.at, chosen.length);
    path[chosen.length] = '\0';
    return path;
}

static void
serves_the_default_to_who_names_nobody_or_somebody_else(void **state)
{
    static const struct made_up all[] = {{.path = "default", .names = {"d.test"}},
                                         {.path = "a", .names = {"a.test"}}};

    (void)state;
    make_book(all, 2);
    assert_string_equal(choose_for("", true, ALL_CURVES), "default");
    assert_string_equal(choose_for("b.test", true, ALL_CURVES), "default");
    assert_string_equal(choose_for("d.test", true, ALL_CURVES), "default");
    assert_string_equal(choose_for("a.test", true, ALL_CURVES), "a");
}

static void
lets_a_star_stand_for_one_label(void **state)
{
    static const struct made_up all[] = {{.path = "default", .names = {"d.test"}},
                                         {.path = "star", .names = {"*.a.test"}}};

    (void)state;
    make_book(all, 2);
    assert_string_equal(choose_for("b.a.test", true, 0), "star");
    assert_string_equal(choose_for("a.test", true, 0), "default");
    assert_string_equal(choose_for("c.b.a.test", true, 0), "default");
    assert_string_equal(choose_for(".a.test", true, 0), "default");
    assert_string_equal(choose_for("*.a.test", true, 0), "star");
    assert_string_equal(choose_for("ba.test", true, 0), "default");
}

static void
prefers_the_exact_name(void **state)
{
    static const struct made_up all[] = {
        {.path = "default", .names = {"d.test"}},
        {.path = "star", .names = {"*.a.test"}, .facts = {.key_type = TLS_KEY_ECDSA}},
        {.path = "exact", .names = {"b.a.test"}}};

    (void)state;
    make_book(all, 3);
    assert_string_equal(choose_for("b.a.test", true, ALL_CURVES), "exact");
    assert_string_equal(choose_for("c.a.test", true, ALL_CURVES), "star");
    /* A client that takes no RSA is served all the same. */
    assert_string_equal(choose_for("b.a.test", false, ALL_CURVES), "star");
}

static void
chooses_the_key_that_the_client_takes(void **state)
{
    static const struct made_up all[] = {
        {.path = "rsa", .names = {"a.test"}},
        {.path = "p256", .names = {"a.test"}, .facts = {.key_type = TLS_KEY_ECDSA}},
        {.path = "p384",
         .names = {"a.test"},
         .facts = {.key_type = TLS_KEY_ECDSA, .curve = TLS_CURVE_P384, .key_bits = 384}}};

    (void)state;
    make_book(all, 3);
    assert_string_equal(choose_for("a.test", true, 0), "rsa");
    assert_string_equal(choose_for("a.test", true, TLS_CURVE_P256), "p256");
    assert_string_equal(choose_for("a.test", false, TLS_CURVE_P384), "p384");
    assert_string_equal(choose_for("a.test", true, ALL_CURVES), "p384");
}

static void
prefers_valid_ones_then_hash_then_length_then_end(void **state)
{
    static const struct made_up all[] = {
        {.path = "default", .names = {"d.test"}},
        {.path = "expired",
         .names = {"a.test"},
         .facts = {.key_type = TLS_KEY_ECDSA, .not_after_s = NOW - 1}},
        {.path = "early",
         .names = {"a.test"},
         .facts = {.key_type = TLS_KEY_ECDSA, .not_before_s = NOW + 1}},
        {.path = "valid", .names = {"a.test"}},
        {.path = "sha256", .names = {"h.test"}, .facts = {.hash_bits = 256, .key_bits = 4096}},
        {.path = "sha512", .names = {"h.test"}, .facts = {.hash_bits = 512, .key_bits = 2048}},
        {.path = "2048",
         .names = {"k.test"},
         .facts = {.key_bits = 2048, .not_after_s = 9 * NOW}},
        {.path = "3072", .names = {"k.test"}, .facts = {.key_bits = 3072}},
        {.path = "sooner", .names = {"e.test"}, .facts = {.not_after_s = 3 * NOW}},
        {.path = "later", .names = {"e.test"}, .facts = {.not_after_s = 4 * NOW}}};

    (void)state;
    make_book(all, sizeof(all) / sizeof(all[0]));
    assert_string_equal(choose_for("a.test", true, ALL_CURVES), "valid");
    assert_string_equal(choose_for("h.test", true, ALL_CURVES), "sha512");
    assert_string_equal(choose_for("k.test", true, ALL_CURVES), "3072");
    assert_string_equal(choose_for("e.test", true, ALL_CURVES), "later");
}

static void
knows_each_listener_by_its_name(void **state)
{
    static const struct made_up one = {.path = "one", .names = {"a.test"}};
    static const struct made_up two = {.path = "two", .names = {"a.test"}};

    (void)state;
    certificate_builder_begin_listener(builder, "other");
    certificate_builder_give(builder, add(&one));
    certificate_builder_begin_listener(builder, "https");
    certificate_builder_give(builder, add(&two));
    open_book();
    assert_string_equal(choose_for("a.test", true, 0), "two");
    assert_null(certificate_listener_find(book, SLICE_LITERAL("http")));
}

static void
keeps_equal_bytes_once_and_finds_thousands(void **state)
{
    char name[32], path[32];
    struct made_up made = {.path = path, .names = {name}};

    (void)state;
    certificate_builder_begin_listener(builder, "https");
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "host%d.test", i);
        snprintf(path, sizeof(path), "path%d", i);
        certificate_builder_give(builder, add(&made));
    }
    open_book();
    for (int i = 0; i < 5000; i += 7) {
        snprintf(name, sizeof(name), "host%d.test", i);
        snprintf(path, sizeof(path), "path%d", i);
        assert_string_equal(choose_for(name, true, 0), path);
    }
    /* "leaf" and "an issuer" stand there once. */
    assert_int_equal(book->links[0].der.offset, book->links[2].der.offset);
    assert_int_equal(book->links[1].der.offset, book->links[9999].der.offset);
}

static void
copies_what_has_not_changed(void **state)
{
    static const struct made_up all[] = {{.path = "default", .names = {"d.test", "*.d.test"}}};
    struct certificate_builder *again = certificate_builder_new();

    (void)state;
    make_book(all, 1);
    certificate_builder_begin_listener(again, "https");
    assert_false(certificate_builder_equals(again, book));
    certificate_builder_give(again, certificate_builder_copy(again, book, 0));
    assert_true(certificate_builder_equals(again, book));
    assert_true(
        slice_equal(certificate_key(book, &book->certificates[0]), SLICE_LITERAL("secret")));
    certificate_builder_begin_listener(again, "more");
    certificate_builder_give(again, 0);
    assert_false(certificate_builder_equals(again, book));
    certificate_builder_free(&again);
}

static void
knows_which_certificates_it_has(void **state)
{
    struct certificate_fingerprints *none = certificate_fingerprints_new(NULL);
    struct made_up made = {.path = "any", .names = {"any.test"}};

    (void)state;
    certificate_builder_begin_listener(builder, "https");
    for (unsigned i = 0; i < 256; i += 2) {
        made.facts.fingerprint[0] = (uint8_t)(i * 7);
        made.facts.fingerprint[TLS_FINGERPRINT_BYTES - 1] = (uint8_t)i;
        certificate_builder_give(builder, add(&made));
    }
    open_book();
    struct certificate_fingerprints *known = certificate_fingerprints_new(book);
    certificate_book_release(&book);
    for (unsigned i = 0; i < 256; i++) {
        made.facts.fingerprint[0] = (uint8_t)(i * 7);
        made.facts.fingerprint[TLS_FINGERPRINT_BYTES - 1] = (uint8_t)i;
        assert_int_equal(certificate_fingerprints_have(known, &made.facts), i % 2 == 0);
        assert_false(certificate_fingerprints_have(none, &made.facts));
    }
    certificate_fingerprints_free(&known);
    certificate_fingerprints_free(&none);
    assert_null(none);
}

static void
holds_no_key_in_what_others_may_see(void **state)
{
    static const struct made_up all[] = {{.path = "default", .names = {"d.test"}}};

    (void)state;
    make_book(all, 1);
    for (size_t i = 0; i + 6 <= book->size_bytes; i++)
        assert_int_not_equal(memcmp(book->mapping + i, "secret", 6), 0);
    certificate_book_release(&book);
    const char *error;
    book = certificate_book_open(fd, -1, &error);
    assert_non_null(book);
    assert_null(book->keys);
}

static void
refuses_files_that_are_not_sealed_or_not_each_others(void **state)
{
    static const struct made_up made = {.path = "default", .names = {"d.test"}};
    struct certificate_builder *other = certificate_builder_new();
    int other_fd = memfd_create("book", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int other_keys = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const char *error;

    (void)state;
    assert_null(certificate_book_open(fd, keys_fd, &error));
    assert_string_equal(error, "a file that is not sealed");
    make_book(&made, 1);
    certificate_builder_begin_listener(other, "https");
    certificate_builder_give(other, certificate_builder_copy(other, book, 0));
    assert_true(certificate_builder_write(other, other_fd, other_keys));
    assert_null(certificate_book_open(fd, other_keys, &error));
    assert_string_equal(error, "keys of other certificates");
    assert_null(certificate_book_open(keys_fd, fd, &error));
    certificate_builder_free(&other);
    close(other_fd);
    close(other_keys);
}

/* Each byte changed by itself: it is refused, or whatever is read stays inside. */
static void
never_reads_outside_whatever_the_tables_say(void **state)
{
    static const struct made_up made = {.path = "default", .names = {"d.test", "*.e.test"}};
    const char *error;

    (void)state;
    make_book(&made, 1);
    size_t size = book->size_bytes;
    char *bytes = memory_copy_bytes(book->mapping, size);
    for (size_t i = 0; i < size; i++) {
        int changed = memfd_create("changed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        bytes[i] ^= (char)0x80;
        assert_int_equal(write(changed, bytes, size), (ssize_t)size);
        bytes[i] ^= (char)0x80;
        assert_int_equal(fcntl(changed, F_ADD_SEALS,
                               F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
                         0);
        struct certificate_book *read = certificate_book_open(changed, keys_fd, &error);
        if (read != NULL) {
            const struct certificate_wish wish = {SLICE_LITERAL("a.e.test"), true, 7, NOW};
            for (uint32_t k = 0; k < read->listener_count; k++)
                certificate_choose(read, &read->listeners[k], &wish);
        }
        certificate_book_release(&read);
        close(changed);
    }
    free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(serves_the_default_to_who_names_nobody_or_somebody_else),
        TEST(lets_a_star_stand_for_one_label),
        TEST(prefers_the_exact_name),
        TEST(chooses_the_key_that_the_client_takes),
        TEST(prefers_valid_ones_then_hash_then_length_then_end),
        TEST(knows_each_listener_by_its_name),
        TEST(keeps_equal_bytes_once_and_finds_thousands),
        TEST(copies_what_has_not_changed),
        TEST(knows_which_certificates_it_has),
        TEST(holds_no_key_in_what_others_may_see),
        TEST(refuses_files_that_are_not_sealed_or_not_each_others),
        TEST(never_reads_outside_whatever_the_tables_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
