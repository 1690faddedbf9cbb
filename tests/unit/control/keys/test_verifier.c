/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signed call may do, and its neighbours: each differs in one thing from a call that is
 * taken. Calls are signed here with the code that control verifies with; that this code signs
 * as others do is shown by tests/unit/wire/test_signed_text.c.
 */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/keys/verifier.h"
#include "wire/signature.h"

#define SECOND UINT64_C(1000000)
#define NOW UINT64_C(1795688130) /* 2026-11-26 10:15:30 */
#define SIGNED_NOW "20261126T101530Z"
#define NONCE "0f8b6c2f4e1d4d0c9a7b5e3f2a1c0d9e"
#define CLIENT "127.0.0.1"

static char directory[] = "/tmp/fairlead-test-XXXXXX";

struct stand {
    struct loop *loop;
    struct access_keys *keys;
    struct key_uses *uses;
    struct event_log *events;
    struct verifier *verifier;
    struct access_key writer, reader;
};

/* A call; what is NULL is as in a drain that is taken. */
struct attempt {
    const char *method, *path, *query, *fields, *names, *payload, *body;
    const char *time, *day, *service, *nonce, *invocation_id, *client;
    const struct access_key *key;
    bool is_read, needs_no_nonce;
    /* Changed after it was signed. */
    const char *sent_query, *sent_path, *sent_body, *sent_fields, *sent_key_id, *sent_names;
};

static const char *
or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void
set_now(uint64_t seconds)
{
    clock_set_for_test(seconds * SECOND, seconds * SECOND);
}

static void
on_added(void *argument, const char *error)
{
    assert_null(error);
    *(bool *)argument = true;
}

static void
add_key(struct stand *stand, struct access_key *key, const char *name, bool is_read_only)
{
    bool is_added = false;

    access_key_make(key, name, is_read_only);
    access_keys_add(stand->keys, key, on_added, &is_added);
    while (!is_added)
        loop_turn(stand->loop, 50);
}

static int
begin(void **state)
{
    struct stand *stand = memory_take(1, sizeof(*stand));

    *state = stand;
    if (mkdtemp(directory) == NULL)
        return -1;
    stand->loop = loop_new();
    stand->keys = access_keys_new(stand->loop, directory);
    stand->events = event_log_new(100);
    access_keys_load(stand->keys);
    add_key(stand, &stand->writer, "anna", false);
    add_key(stand, &stand->reader, "reader", true);
    set_now(NOW - 86400);
    stand->uses = key_uses_new(NULL, NULL);
    stand->verifier = verifier_new(stand->keys, stand->uses, stand->events);
    set_now(NOW);
    return 0;
}

static int
end(void **state)
{
    struct stand *stand = *state;
    char *path = memory_print("%s/keys.json", directory);

    verifier_free(&stand->verifier);
    key_uses_free(&stand->uses);
    access_keys_free(&stand->keys);
    event_log_free(&stand->events);
    loop_free(&stand->loop);
    unlink(path);
    free(path);
    rmdir(directory);
    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
    free(stand);
    return 0;
}

static char *
fields_of(const struct attempt *attempt)
{
    const char *time = or_else(attempt->time, SIGNED_NOW);

    if (attempt->is_read)
        return memory_print("host:127.0.0.1:9181\nx-amz-date:%s\n", time);
    return memory_print("content-type:application/json\nhost:127.0.0.1:9181\nx-amz-date:%s\n"
                        "x-fairlead-nonce:%s\n",
                        time, or_else(attempt->nonce, NONCE));
}

static const char *
names_of(const struct attempt *attempt)
{
    return or_else(attempt->names, attempt->is_read
                                       ? "host;x-amz-date"
                                       : "content-type;host;x-amz-date;x-fairlead-nonce");
}

static char *
payload_of(const struct attempt *attempt)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];

    digest_sha256(slice_of(or_else(attempt->body, "")), digest);
    digest_format(digest, text);
    return memory_copy_text(or_else(attempt->payload, text));
}

/* The canonical request as it is signed, or as it is sent. */
static char *
canonical_of(const struct attempt *attempt, bool is_sent)
{
    const char *path = or_else(attempt->path, attempt->is_read ? "/v1/status" : "/v1/drain");
    const char *query = or_else(attempt->query, "");
    char *fields =
        attempt->fields == NULL ? fields_of(attempt) : memory_copy_text(attempt->fields);
    char *payload = payload_of(attempt);
    char *text = memory_print(
        "%s\n%s\n%s\n%s\n%s\n%s", or_else(attempt->method, attempt->is_read ? "GET" : "POST"),
        is_sent ? or_else(attempt->sent_path, path) : path,
        is_sent ? or_else(attempt->sent_query, query) : query,
        is_sent ? or_else(attempt->sent_fields, fields) : fields,
        is_sent ? or_else(attempt->sent_names, names_of(attempt)) : names_of(attempt), payload);

    free(fields);
    free(payload);
    return text;
}

static char *
sign(const struct stand *stand, const struct attempt *attempt)
{
    const struct access_key *key = attempt->key == NULL ? &stand->writer : attempt->key;
    char *credential =
        memory_print("%s/%s/us-east-1/%s/aws4_request", or_else(attempt->sent_key_id, key->id),
                     or_else(attempt->day, "20261126"), or_else(attempt->service, "fairlead"));
    char *canonical = canonical_of(attempt, false);
    struct authorization scope = {0};
    char signature[DIGEST_TEXT_SIZE];

    assert_true(authorization_read_credential(&scope, slice_of(credential)));
    signature_make(&scope, slice_of(or_else(attempt->time, SIGNED_NOW)), slice_of(canonical),
                   slice_of(key->secret), signature);
    char *text =
        memory_print("AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s",
                     credential, or_else(attempt->sent_names, names_of(attempt)), signature);
    free(credential);
    free(canonical);
    return text;
}

static enum sigv4_fault
check(const struct stand *stand, const struct attempt *attempt, struct signed_call *call)
{
    const struct verifier_rules rules = {SLICE_LITERAL("fairlead"), !attempt->is_read,
                                         !attempt->needs_no_nonce};
    const char *error;
    const struct access_key *key = NULL;

    call->body = slice_of(or_else(attempt->sent_body, or_else(attempt->body, "")));
    call->invocation_id = slice_of(or_else(attempt->invocation_id, ""));
    call->client = slice_of(or_else(attempt->client, CLIENT));
    assert_true(form_read(&call->parameters, call->request.query, 64, &error));
    enum sigv4_fault fault = verifier_check(stand->verifier, call, &rules, &key);
    form_clear(&call->parameters);
    assert_int_equal(key != NULL, fault == SIGV4_SOUND);
    if (key != NULL)
        assert_string_equal(key->id,
                            (attempt->key == NULL ? &stand->writer : attempt->key)->id);
    return fault;
}

static enum sigv4_fault
attempt(void **state, const struct attempt *attempt)
{
    const struct stand *stand = *state;
    char *canonical = canonical_of(attempt, true);
    char *authorization = sign(stand, attempt);
    struct signed_call call = {0};
    enum sigv4_fault fault = verifier_read(&call, slice_of(canonical), slice_of(authorization));

    if (fault == SIGV4_SOUND)
        fault = check(stand, attempt, &call);
    free(canonical);
    free(authorization);
    return fault;
}

#define ATTEMPT(...) attempt(state, &(struct attempt){__VA_ARGS__})

static void
takes_what_is_signed(void **state)
{
    const struct stand *stand = *state;

    assert_int_equal(ATTEMPT(.body = "{\"a\":1}"), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.is_read = true), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.is_read = true, .key = &stand->reader), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.is_read = true, .query = "a=%2F&b="), SIGV4_SOUND);
}

static void
refuses_one_byte_that_was_not_signed(void **state)
{
    static const struct attempt attempts[] = {
        {.sent_path = "/v1/ready"},
        {.sent_path = "/v1/drain/"},
        {.sent_path = "/v1//drain"},
        {.sent_path = "/V1/drain"},
        {.query = "a=1", .sent_query = "a=2"},
        {.query = "a=1", .sent_query = ""},
        {.query = "a=1&b=2", .sent_query = "b=2&a=1"},
        {.query = "", .sent_query = "force=true"},
        {.sent_fields = "content-type:text/json\nhost:127.0.0.1:9181\n"
                        "x-amz-date:" SIGNED_NOW "\nx-fairlead-nonce:" NONCE "\n"},
        {.sent_fields = "content-type:application/json\nhost:127.0.0.1:9182\n"
                        "x-amz-date:" SIGNED_NOW "\nx-fairlead-nonce:" NONCE "\n"},
        {.sent_fields = "content-type:application/json\nhost:127.0.0.1:9181\n"
                        "x-amz-date:20261126T101531Z\nx-fairlead-nonce:" NONCE "\n"},
        {.sent_fields = "content-type:application/json\nhost:127.0.0.1:9181\n"
                        "x-amz-date:" SIGNED_NOW "\nx-fairlead-nonce:" NONCE "0\n"},
        {.is_read = true, .method = "GET", .sent_path = "/v1/tasks"},
    };

    for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
        struct attempt one = attempts[i];
        char client[16];
        snprintf(client, sizeof(client), "client %zu", i);
        one.client = client;
        assert_int_equal(attempt(state, &one), SIGV4_MISMATCH);
    }
    /* Nor does what follows the query become a part of it. */
    assert_int_equal(ATTEMPT(.sent_query = "a=%2f"), SIGV4_NOT_CANONICAL);
}

static void
refuses_another_body(void **state)
{
    assert_int_equal(ATTEMPT(.body = "{\"a\":1}", .sent_body = "{\"a\":2}"), SIGV4_OTHER_BODY);
    assert_int_equal(ATTEMPT(.body = "{\"a\":1}", .sent_body = ""), SIGV4_OTHER_BODY);
    assert_int_equal(ATTEMPT(.body = "", .sent_body = " "), SIGV4_OTHER_BODY);
    assert_int_equal(ATTEMPT(.is_read = true, .sent_body = "x"), SIGV4_OTHER_BODY);
    /* It was not made, and so may be. */
    assert_int_equal(ATTEMPT(.body = "{\"a\":1}"), SIGV4_SOUND);
}

static void
takes_a_body_that_is_not_signed_for_none(void **state)
{
    static const char *const others[] = {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "unsigned-payload",
        "e3b0",
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    };

    assert_int_equal(ATTEMPT(.payload = "UNSIGNED-PAYLOAD", .body = "{}"), SIGV4_UNSIGNED_BODY);
    assert_int_equal(ATTEMPT(.payload = "UNSIGNED-PAYLOAD"), SIGV4_UNSIGNED_BODY);
    assert_int_equal(ATTEMPT(.is_read = true, .payload = "UNSIGNED-PAYLOAD"), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.is_read = true, .payload = "UNSIGNED-PAYLOAD", .body = "x"),
                     SIGV4_UNSIGNED_BODY);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        assert_int_not_equal(ATTEMPT(.payload = others[i]), SIGV4_SOUND);
}

static void
asks_for_the_fields_that_tell_where_and_when(void **state)
{
    assert_int_equal(ATTEMPT(.is_read = true, .fields = "host:a\n", .names = "host"),
                     SIGV4_UNSIGNED_FIELD);
    assert_int_equal(ATTEMPT(.is_read = true, .fields = "x-amz-date:" SIGNED_NOW "\n",
                             .names = "x-amz-date"),
                     SIGV4_UNSIGNED_FIELD);
    assert_int_equal(ATTEMPT(.is_read = true, .fields = "host:\nx-amz-date:" SIGNED_NOW "\n"),
                     SIGV4_UNSIGNED_FIELD);
    assert_int_equal(ATTEMPT(.is_read = true, .sent_names = "host"), SIGV4_NOT_CANONICAL);
    assert_int_equal(ATTEMPT(.is_read = true, .sent_names = "x-amz-date;host"),
                     SIGV4_NOT_CANONICAL);
}

static void
takes_clocks_that_are_fifteen_minutes_off(void **state)
{
    static const struct {
        const char *time;
        enum sigv4_fault fault;
    } rows[] = {
        {"20261126T100030Z", SIGV4_SOUND},
        {"20261126T100029Z", SIGV4_EXPIRED},
        {"20261126T103030Z", SIGV4_SOUND},
        {"20261126T103031Z", SIGV4_NOT_YET},
        {"20261126T000000Z", SIGV4_EXPIRED},
        {"20261126T235959Z", SIGV4_NOT_YET},
        {"20261126T101530", SIGV4_NO_DATE},
        {"20261126T251530Z", SIGV4_NO_DATE},
        {"20261127T101530Z", SIGV4_NO_DATE},
        {"20251126T101530Z", SIGV4_NO_DATE},
        {"", SIGV4_NO_DATE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char nonce[40];
        snprintf(nonce, sizeof(nonce), "nonce of row %zu.....", i);
        assert_int_equal(ATTEMPT(.time = rows[i].time, .nonce = nonce), rows[i].fault);
        assert_int_equal(ATTEMPT(.time = rows[i].time, .is_read = true), rows[i].fault);
    }
}

static void
takes_the_day_before_at_midnight(void **state)
{
    set_now(NOW - NOW % 86400 + 60);
    assert_int_equal(ATTEMPT(.time = "20261125T235900Z", .day = "20261125"), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.time = "20261125T235900Z", .nonce = "another nonce 16"),
                     SIGV4_NO_DATE);
}

static void
takes_its_own_service_and_any_region(void **state)
{
    assert_int_equal(ATTEMPT(.service = "ecs"), SIGV4_OTHER_SERVICE);
    assert_int_equal(ATTEMPT(.service = "fairlea"), SIGV4_OTHER_SERVICE);
    assert_int_equal(ATTEMPT(.service = "fairlead2", .is_read = true), SIGV4_OTHER_SERVICE);
}

static void
knows_keys_by_their_id(void **state)
{
    struct stand *stand = *state;
    struct access_key other;

    access_key_make(&other, "other", false);
    assert_int_equal(ATTEMPT(.key = &other), SIGV4_UNKNOWN_KEY);
    assert_int_equal(ATTEMPT(.sent_key_id = stand->reader.id), SIGV4_MISMATCH);
    memcpy(other.id, stand->writer.id, sizeof(other.id));
    assert_int_equal(ATTEMPT(.key = &other), SIGV4_MISMATCH);
}

static void
lets_a_read_only_key_change_nothing(void **state)
{
    const struct stand *stand = *state;

    assert_int_equal(ATTEMPT(.key = &stand->reader), SIGV4_READ_ONLY);
    assert_int_equal(ATTEMPT(.key = &stand->writer), SIGV4_SOUND);
}

static void
asks_for_a_nonce_that_nobody_guesses(void **state)
{
    char longest[130];

    memset(longest, 'n', sizeof(longest));
    longest[128] = '\0';
    assert_int_equal(ATTEMPT(.nonce = longest), SIGV4_SOUND);
    longest[128] = 'n';
    longest[129] = '\0';
    assert_int_equal(ATTEMPT(.nonce = longest), SIGV4_NO_NONCE);
    assert_int_equal(ATTEMPT(.nonce = "fifteen letters"), SIGV4_NO_NONCE);
    assert_int_equal(ATTEMPT(.nonce = "sixteen letters."), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.nonce = ""), SIGV4_NO_NONCE);
    assert_int_equal(
        ATTEMPT(.fields = "host:a\nx-amz-date:" SIGNED_NOW "\n", .names = "host;x-amz-date"),
        SIGV4_NO_NONCE);
}

static void
makes_a_change_once(void **state)
{
    assert_int_equal(ATTEMPT(0), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(0), SIGV4_REPEATED);
    assert_int_equal(ATTEMPT(.invocation_id = "another"), SIGV4_REPEATED);
    assert_int_equal(ATTEMPT(.client = "127.0.0.2"), SIGV4_REPEATED);
    /* The nonce counts, whatever else is signed with it. */
    assert_int_equal(ATTEMPT(.path = "/v1/ready"), SIGV4_REPEATED);
    assert_int_equal(ATTEMPT(.time = "20261126T101531Z"), SIGV4_REPEATED);
    assert_int_equal(ATTEMPT(.nonce = "another nonce 16"), SIGV4_SOUND);
    set_now(NOW + 900);
    assert_int_equal(ATTEMPT(0), SIGV4_REPEATED);
    set_now(NOW + 901);
    assert_int_equal(ATTEMPT(0), SIGV4_EXPIRED);
}

static void
reads_as_often_as_it_is_asked(void **state)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(ATTEMPT(.is_read = true), SIGV4_SOUND);
}

static void
tells_calls_of_other_services_apart_by_their_invocation(void **state)
{
    assert_int_equal(ATTEMPT(.needs_no_nonce = true, .invocation_id = "one"), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.needs_no_nonce = true, .invocation_id = "one"), SIGV4_REPEATED);
    set_now(NOW + 2);
    assert_int_equal(ATTEMPT(.needs_no_nonce = true, .invocation_id = "two"), SIGV4_SOUND);
    set_now(NOW + 3);
    assert_int_equal(ATTEMPT(.needs_no_nonce = true, .invocation_id = "three"), SIGV4_REPEATED);
}

static void
takes_no_change_of_before_its_start(void **state)
{
    struct stand *stand = *state;

    verifier_free(&stand->verifier);
    clock_set_for_test(NOW * SECOND + 999999, NOW * SECOND + 999999);
    stand->verifier = verifier_new(stand->keys, stand->uses, stand->events);
    assert_int_equal(ATTEMPT(.time = "20261126T101529Z"), SIGV4_BEFORE_START);
    assert_int_equal(ATTEMPT(.time = "20261126T101529Z", .is_read = true), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(0), SIGV4_SOUND); /* the same second */
    set_now(NOW - 600);                        /* the clock is set back */
    assert_int_equal(ATTEMPT(.time = "20261126T100530Z", .nonce = "another nonce 16"),
                     SIGV4_SOUND);
}

#define PRESIGNED_OF(id_and_scope, expires)                                                    \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" id_and_scope                          \
    "&X-Amz-Date=" SIGNED_NOW "&X-Amz-Expires=" expires "&X-Amz-SignedHeaders=host"

static char *
presigned_query(const struct stand *stand, const char *expires)
{
    return memory_print(
        PRESIGNED_OF("%s%%2F20261126%%2Fus-east-1%%2Ffairlead%%2Faws4_request", "%s"),
        stand->writer.id, expires);
}

static enum sigv4_fault
attempt_presigned(void **state, const char *expires, bool is_read)
{
    char *query = presigned_query(*state, expires);
    enum sigv4_fault fault = ATTEMPT(.is_read = is_read, .query = query,
                                     .fields = "host:127.0.0.1:9181\n", .names = "host");

    free(query);
    return fault;
}

static void
lets_a_presigned_url_read_for_its_time(void **state)
{
    assert_int_equal(attempt_presigned(state, "60", true), SIGV4_SOUND);
    assert_int_equal(attempt_presigned(state, "60", false), SIGV4_PRESIGNED_CHANGE);
    assert_int_equal(attempt_presigned(state, "604800", true), SIGV4_SOUND);
    assert_int_equal(attempt_presigned(state, "604801", true), SIGV4_PRESIGNED_LIFE);
    assert_int_equal(attempt_presigned(state, "0", true), SIGV4_PRESIGNED_LIFE);
    assert_int_equal(attempt_presigned(state, "", true), SIGV4_PRESIGNED_LIFE);
    assert_int_equal(attempt_presigned(state, "-1", true), SIGV4_PRESIGNED_LIFE);
    set_now(NOW + 60);
    assert_int_equal(attempt_presigned(state, "60", true), SIGV4_SOUND);
    set_now(NOW + 61);
    assert_int_equal(attempt_presigned(state, "60", true), SIGV4_EXPIRED);
    set_now(NOW + 604800);
    assert_int_equal(attempt_presigned(state, "604800", true), SIGV4_SOUND);
    set_now(NOW - 901);
    assert_int_equal(attempt_presigned(state, "60", true), SIGV4_NOT_YET);
}

static void
takes_half_a_presigned_url_for_one(void **state)
{
    assert_int_equal(ATTEMPT(.query = "X-Amz-Expires=60"), SIGV4_PRESIGNED_CHANGE);
    assert_int_equal(ATTEMPT(.query = "X-Amz-Algorithm="), SIGV4_PRESIGNED_CHANGE);
    assert_int_equal(ATTEMPT(.query = "X-Amz-Expires=60", .is_read = true), SIGV4_MALFORMED);
    assert_int_equal(
        ATTEMPT(.is_read = true,
                .query = PRESIGNED_OF("OTHER%2F20261126%2Fus-east-1%2Ffairlead%2Faws4_request",
                                      "60"),
                .fields = "host:127.0.0.1:9181\n", .names = "host"),
        SIGV4_MALFORMED);
}

static void
looks_no_more_at_who_guesses(void **state)
{
    const struct stand *stand = *state;
    struct access_key other;

    access_key_make(&other, "other", false);
    memcpy(other.id, stand->writer.id, sizeof(other.id));
    for (int i = 0; i < 10; i++)
        assert_int_equal(ATTEMPT(.key = &other, .is_read = true), SIGV4_MISMATCH);
    assert_int_equal(ATTEMPT(.key = &other, .is_read = true), SIGV4_TOO_MANY_BAD);
    assert_int_equal(ATTEMPT(.is_read = true), SIGV4_TOO_MANY_BAD);
    assert_int_equal(ATTEMPT(.is_read = true, .client = "127.0.0.2"), SIGV4_SOUND);
    assert_int_equal(ATTEMPT(.is_read = true, .key = &stand->reader), SIGV4_SOUND);
    set_now(NOW + 60);
    assert_int_equal(ATTEMPT(.is_read = true), SIGV4_SOUND);
}

/* Unknown ids are one, or each guess would begin anew; nobody who has a key suffers. */
static void
counts_unknown_keys_together(void **state)
{
    struct access_key other;

    for (int i = 0; i < 11; i++) {
        access_key_make(&other, "other", false);
        assert_int_equal(ATTEMPT(.key = &other, .is_read = true),
                         i < 10 ? SIGV4_UNKNOWN_KEY : SIGV4_TOO_MANY_BAD);
    }
    assert_int_equal(ATTEMPT(.is_read = true), SIGV4_SOUND);
}

static void
tells_of_bad_signatures_by_the_keys_name(void **state)
{
    const struct stand *stand = *state;
    const struct log_entry *entry;
    struct access_key other;

    access_key_make(&other, "other", false);
    assert_int_equal(ATTEMPT(.sent_body = "x"), SIGV4_OTHER_BODY);
    assert_null(event_log_next(stand->events, 0)); /* who signed it has the secret */
    assert_int_equal(ATTEMPT(.sent_path = "/v1/ready"), SIGV4_MISMATCH);
    entry = event_log_next(stand->events, 0);
    assert_non_null(entry);
    assert_int_equal(entry->kind, EVENT_KEY_REFUSED);
    assert_string_equal(entry->subject, "anna");
    assert_string_equal(entry->message, "a bad signature, from 127.0.0.1");
    assert_int_equal(ATTEMPT(.key = &other), SIGV4_UNKNOWN_KEY);
    entry = event_log_next(stand->events, entry->sequence);
    assert_string_equal(entry->subject, other.id);
    assert_string_equal(entry->message, "there is no such key, from 127.0.0.1");
    assert_null(event_log_next(stand->events, entry->sequence));
}

static void
remembers_who_signed_what_was_taken(void **state)
{
    const struct stand *stand = *state;

    assert_int_equal(ATTEMPT(.sent_path = "/v1/ready"), SIGV4_MISMATCH);
    assert_int_equal(ATTEMPT(.key = &stand->reader), SIGV4_READ_ONLY);
    assert_true(key_uses_last(stand->uses, stand->writer.id) == 0);
    assert_true(key_uses_last(stand->uses, stand->reader.id) == 0);
    assert_int_equal(ATTEMPT(.is_read = true, .key = &stand->reader), SIGV4_SOUND);
    assert_true(key_uses_last(stand->uses, stand->reader.id) == NOW * SECOND);
    assert_true(key_uses_last(stand->uses, stand->writer.id) == 0);
}

static void
refuses_another_form(void **state)
{
    struct signed_call call = {0};

    (void)state;
    assert_int_equal(verifier_read(&call, SLICE_LITERAL("GET\n/\n"), SLICE_LITERAL("Basic x")),
                     SIGV4_MALFORMED);
    assert_int_equal(ATTEMPT(.method = "get"), SIGV4_NOT_CANONICAL);
    assert_int_equal(ATTEMPT(.path = "/v1/../x y"), SIGV4_NOT_CANONICAL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_what_is_signed),
        TEST(refuses_one_byte_that_was_not_signed),
        TEST(refuses_another_body),
        TEST(takes_a_body_that_is_not_signed_for_none),
        TEST(asks_for_the_fields_that_tell_where_and_when),
        TEST(takes_clocks_that_are_fifteen_minutes_off),
        TEST(takes_the_day_before_at_midnight),
        TEST(takes_its_own_service_and_any_region),
        TEST(knows_keys_by_their_id),
        TEST(lets_a_read_only_key_change_nothing),
        TEST(asks_for_a_nonce_that_nobody_guesses),
        TEST(makes_a_change_once),
        TEST(reads_as_often_as_it_is_asked),
        TEST(tells_calls_of_other_services_apart_by_their_invocation),
        TEST(takes_no_change_of_before_its_start),
        TEST(lets_a_presigned_url_read_for_its_time),
        TEST(takes_half_a_presigned_url_for_one),
        TEST(looks_no_more_at_who_guesses),
        TEST(counts_unknown_keys_together),
        TEST(tells_of_bad_signatures_by_the_keys_name),
        TEST(remembers_who_signed_what_was_taken),
        TEST(refuses_another_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
