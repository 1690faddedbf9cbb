/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up fields, lists in fields, and moving heads with their buffer. */
#include "http_unit.h"

static void
finds_every_known_field_in_any_case(void **state)
{
    static const char *const names[] = {
#define HTTP_FIELD(id, name, class) name,
#include "http/fields.def"
#undef HTTP_FIELD
    };
    char changed[64];
    (void)state;

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(http_field_find(slice_of(names[i])), i + 1);
        for (size_t at = 0; at <= strlen(names[i]); at++)
            changed[at] = (char)(names[i][at] >= 'a' && names[i][at] <= 'z' ? names[i][at] - 32
                                                                            : names[i][at]);
        assert_int_equal(http_field_find(slice_of(changed)), i + 1);
    }
}

static void
takes_no_other_name_for_a_known_one(void **state)
{
    static const char *const names[] = {"",
                                        "H",
                                        "Hosts",
                                        "Hos",
                                        "Accept",
                                        "X",
                                        "Content\rLength",
                                        "Content_Length",
                                        "TF",
                                        "Hosu",
                                        "Transfer-Encodinh"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(http_field_find(slice_of(names[i])), HTTP_FIELD_OTHER);
}

/* CGI does not tell - from _, so neither do we. */
static void
knows_what_only_we_may_say_by_its_beginning(void **state)
{
    static const char *const ours[] = {
        "X-Amzn-Mtls-Clientcert", "x-amzn-mtls-clientcert-serial-number",
        "X_AMZN_MTLS_",           "x_amzn-Mtls_Clientcert_Leaf",
        "X-Amzn-Tls_Version",     "x-amzn-tls-anything-that-is-long"};
    static const char *const others[] = {"X-Amzn-Mtls",
                                         "X-Amzn-Tls",
                                         "X-Amzn-Mtls.Clientcert",
                                         "X-Amzn-Trace",
                                         "YX-Amzn-Mtls-Clientcert",
                                         "X-Amzn-Mtlsx-Clientcert-Serial-Number"};
    (void)state;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        assert_int_equal(http_field_find(slice_of(ours[i])), HTTP_FIELD_X_AMZN_TLS);
        assert_int_equal(http_field_class(http_field_find(slice_of(ours[i]))), HTTP_MANAGED);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(http_field_find(slice_of(others[i])), HTTP_FIELD_OTHER);
}

static void
moves_with_its_buffer(void **state)
{
    static const char text[] = "GET http://h?q HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
    char first[sizeof(text)], second[sizeof(text)];
    struct http_head head;
    (void)state;

    memcpy(first, text, sizeof(text));
    assert_int_equal(
        read_and_judge(&head, slice_make(first, sizeof(text) - 1), DESYNC_DEFENSIVE),
        HTTP_REFUSAL_NONE);
    memcpy(second, text, sizeof(text));
    http_head_rebase(&head, first, second);
    memset(first, '#', sizeof(first));
    assert_slice(head.method, "GET");
    assert_slice(head.target, "http://h?q");
    assert_slice(head.host, "h");
    assert_slice(head.path, "/");
    assert_slice(head.query, "q");
    assert_slice(head.fields[1].name, "A");
    assert_slice(head.fields[1].value, "b");
    assert_null(head.upgrade.at);
}

static void
keeps_the_worst_desync_reason(void **state)
{
    struct http_head head = {.desync = DESYNC_REASON_NONE};
    (void)state;
    http_head_note(&head, DESYNC_REASON_BOTH_TE_CL_PRESENT);
    http_head_note(&head, DESYNC_REASON_SPACE_IN_URI);
    assert_string_equal(desync_reason_name(head.desync), "BothTeClPresent");
    assert_string_equal(desync_class_name(desync_reason_class(head.desync)), "Ambiguous");
    http_head_note(&head, DESYNC_REASON_BAD_URI);
    assert_string_equal(desync_reason_name(head.desync), "BadUri");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_known_field_in_any_case),
        cmocka_unit_test(takes_no_other_name_for_a_known_one),
        cmocka_unit_test(knows_what_only_we_may_say_by_its_beginning),
        cmocka_unit_test(moves_with_its_buffer),
        cmocka_unit_test(keeps_the_worst_desync_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
