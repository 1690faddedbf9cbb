/* SPDX-License-Identifier: Apache-2.0 */
/* Records of connections: through a batch, and as lines of both forms. */
#include "logger_unit.h"

#include <stdlib.h>

#include <jansson.h>

#include "logger/connection_fields.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"

static char memory[CONNECTION_TEXT_COUNT * RECORD_TEXT_BYTES * 6 + 8192];
static char batch[RECORD_BATCH_BYTES];
static size_t used;

static struct connection_record
plain_record(void)
{
    struct connection_record record = {
        .wall_us = UINT64_C(1772619330123456),
        .connection_id = 0x1a2b,
        .handshake_us = -1,
        .client = address_of("203.0.113.9", 41822),
        .listener = address_of("2001:db8::1", 80),
        .failure = CONNECTION_NO_FAILURE,
    };

    record.texts[CONNECTION_LISTENER] = slice_of("web");
    return record;
}

static struct connection_record
secure_record(void)
{
    struct connection_record record = plain_record();

    record.handshake_us = 4036400;
    record.listener.port = 443;
    record.verdict = TLS_VERDICT_SUCCESS;
    record.texts[CONNECTION_PROTOCOL] = slice_of("TLSv1.3");
    record.texts[CONNECTION_SUITE] = slice_of("TLS_AES_128_GCM_SHA256");
    record.texts[CONNECTION_GROUP] = slice_of("x25519");
    record.texts[CONNECTION_ALPN] = slice_of("h2");
    record.texts[CONNECTION_SERVER_NAME] = slice_of("a.test");
    record.texts[CONNECTION_CLIENT_SUBJECT] = slice_of("CN=one \"two\",O=Tests");
    record.texts[CONNECTION_CLIENT_VALIDITY] =
        slice_of("NotBefore=2026-01-02T03:04:05Z;NotAfter=2027-01-02T03:04:05Z");
    record.texts[CONNECTION_CLIENT_SERIAL] = slice_of("03A5B1");
    return record;
}

static void
put(const struct connection_record *record)
{
    if (used == 0)
        connection_batch_begin(batch, &used);
    assert_true(connection_record_pack(record, batch, sizeof(batch), &used));
}

static const char *
write_line(log_line_writer *writer, const struct connection_record *record)
{
    return line_of(writer, &connection_fields, record, memory, sizeof(memory));
}

static void
writes_the_albs_line(void **state)
{
    struct connection_record secure = secure_record(), plain = plain_record();

    (void)state;
    assert_string_equal(
        write_line(log_line_write_alb, &secure),
        "2026-03-04T10:15:30.123456Z 203.0.113.9 41822 443 TLSv1.3 TLS_AES_128_GCM_SHA256 "
        "4.036 "
        "\"CN=one \\x22two\\x22,O=Tests\" "
        "NotBefore=2026-01-02T03:04:05Z;NotAfter=2027-01-02T03:04:05Z 03A5B1 Success "
        "TID_802efba0179181f00000000000001a2b x25519 app/albdocker/04bff04e97637b02 "
        "2001:db8::1");
    assert_string_equal(write_line(log_line_write_alb, &plain),
                        "2026-03-04T10:15:30.123456Z 203.0.113.9 41822 80 - - - \"-\" - - - "
                        "TID_802efba0179181f00000000000001a2b - app/albdocker/04bff04e97637b02 "
                        "2001:db8::1");
}

static void
tells_why_a_handshake_failed(void **state)
{
    static const struct {
        enum tls_failure failure;
        enum tls_verdict verdict;
        const char *status, *label, *text;
    } rows[] = {
        {TLS_FAILURE_SUITE, TLS_VERDICT_NONE, "Failed:UnmappedConnectionError", "suite",
         "the client has no suite, group or signature of the policy"},
        {TLS_FAILURE_CLIENT_CERTIFICATE, TLS_VERDICT_EXPIRED, "Failed:ClientCertExpired",
         "client_certificate", "the client's certificate was not taken: it has expired"},
        {TLS_FAILURE_NO_CLIENT_CERTIFICATE, TLS_VERDICT_REJECTED, "Failed:ClientCertRejected",
         "no_client_certificate", "the client showed no certificate"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct connection_record record = secure_record();
        record.failure = (uint8_t)rows[i].failure;
        record.verdict = (uint8_t)rows[i].verdict;
        json_t *line = json_loads(write_line(log_line_write_json, &record), 0, NULL);
        assert_non_null(line);
        assert_string_equal(json_string_value(json_object_get(line, "tls_verify_status")),
                            rows[i].status);
        assert_string_equal(json_string_value(json_object_get(line, "failure")), rows[i].label);
        assert_string_equal(json_string_value(json_object_get(line, "failure_text")),
                            rows[i].text);
        assert_true(json_is_null(json_object_get(line, "session_reused")));
        assert_string_equal(
            json_string_value(json_object_get(line, "leaf_client_cert_subject")),
            "CN=one \"two\",O=Tests");
        json_decref(line);
    }
}

static void
goes_through_a_batch(void **state)
{
    struct connection_record first = secure_record(), second = plain_record(), got;
    struct slice rest;

    (void)state;
    used = 0;
    put(&first);
    put(&second);
    rest = slice_make(batch, used);
    assert_true(connection_batch_take(&rest));
    assert_true(connection_record_unpack(&rest, &got));
    assert_true(got.connection_id == first.connection_id);
    assert_true(slice_equal(got.texts[CONNECTION_CLIENT_SERIAL], slice_of("03A5B1")));
    assert_true(connection_record_unpack(&rest, &got));
    assert_true(got.handshake_us == -1);
    assert_int_equal(rest.length, 0);
    assert_false(connection_record_unpack(&rest, &got));
    assert_false(connection_batch_take(&rest));
}

static void
believes_no_nonsense(void **state)
{
    struct connection_record bad[3] = {secure_record(), secure_record(), secure_record()}, got;

    (void)state;
    bad[0].failure = TLS_FAILURE_COUNT;
    bad[1].verdict = TLS_VERDICT_COUNT;
    bad[2].client.family = UINT8_MAX;
    for (size_t i = 0; i < 3; i++) {
        used = 0;
        put(&bad[i]);
        struct slice rest = slice_make(batch, used);
        assert_true(connection_batch_take(&rest));
        assert_false(connection_record_unpack(&rest, &got));
    }
    struct connection_record good = secure_record();
    used = 0;
    put(&good);
    for (size_t length = sizeof(uint64_t); length < used; length++) {
        struct slice cut = slice_make(batch, length);
        assert_true(connection_batch_take(&cut));
        assert_false(connection_record_unpack(&cut, &got));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_albs_line),
        cmocka_unit_test(tells_why_a_handshake_failed),
        cmocka_unit_test(goes_through_a_batch),
        cmocka_unit_test(believes_no_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
