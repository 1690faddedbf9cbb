/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks stand in the table at the end, in their order; start reading there. What costs
 * nothing comes before the signature, what only a holder of a key may learn behind it, and the
 * memory of repetitions last, since what it has seen counts as made.
 */
#include "control/keys/verifier.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/keys/bad_signatures.h"
#include "control/keys/repeats.h"
#include "wire/signature.h"

#define US_PER_SECOND 1000000
#define PRESIGNED_SECONDS_MAX 604800
#define NONCE_LENGTH_MIN 16
#define NONCE_LENGTH_MAX 128

struct verifier {
    struct access_keys *keys;
    struct key_uses *uses;
    struct event_log *events;
    struct repeats *repeats;
    struct bad_signatures *bad;
    uint64_t started_s; /* what was signed before may have been seen by another process */
};

/* A call while it is looked at. */
struct check {
    struct verifier *verifier;
    const struct signed_call *call;
    const struct verifier_rules *rules;
    const struct access_key *key; /* NULL: not known, or not yet */
    bool is_presigned;
    struct slice time;
    uint64_t signed_s, valid_until_s;
    struct slice nonce; /* at NULL: none is needed */
};

static uint64_t
now_s(void)
{
    return clock_wall_us() / US_PER_SECOND;
}

struct verifier *
verifier_new(struct access_keys *keys, struct key_uses *uses, struct event_log *events)
{
    struct verifier *verifier = memory_take(1, sizeof(*verifier));

    verifier->keys = keys;
    verifier->uses = uses;
    verifier->events = events;
    verifier->repeats = repeats_new();
    verifier->bad = bad_signatures_new();
    verifier->started_s = now_s();
    return verifier;
}

void
verifier_free(struct verifier **verifier)
{
    if (*verifier == NULL)
        return;
    repeats_free(&(*verifier)->repeats);
    bad_signatures_free(&(*verifier)->bad);
    free(*verifier);
    *verifier = NULL;
}

enum sigv4_fault
verifier_read(struct signed_call *call, struct slice canonical_request,
              struct slice authorization)
{
    if (!authorization_read(&call->authorization, authorization))
        return SIGV4_MALFORMED;
    if (!canonical_request_read(&call->request, canonical_request) ||
        !slice_equal(call->authorization.signed_names, call->request.signed_names))
        return SIGV4_NOT_CANONICAL;
    return SIGV4_SOUND;
}

static struct slice
parameter(const struct check *check, const char *name)
{
    return slice_of(form_value(&check->call->parameters, name, 0));
}

static bool
has_field(const struct check *check, const char *name, struct slice *value)
{
    return canonical_request_field(&check->call->request, slice_of(name), value);
}

/* One that has any of a presigned URL's parameters is taken for one: it may do less. */
static enum sigv4_fault
check_presigned(struct check *check)
{
    static const char *const names[] = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
                                        "X-Amz-Expires", "X-Amz-SignedHeaders"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        check->is_presigned = check->is_presigned || parameter(check, names[i]).at != NULL;
    if (!check->is_presigned)
        return SIGV4_SOUND;
    if (check->rules->is_change)
        return SIGV4_PRESIGNED_CHANGE;
    return slice_equal(parameter(check, "X-Amz-Credential"),
                       check->call->authorization.credential)
               ? SIGV4_SOUND
               : SIGV4_MALFORMED;
}

static enum sigv4_fault
check_fields(struct check *check)
{
    struct slice value;

    if (!has_field(check, "host", &value) || value.length == 0)
        return SIGV4_UNSIGNED_FIELD;
    if (check->is_presigned)
        check->time = parameter(check, "X-Amz-Date");
    else if (!has_field(check, "x-amz-date", &check->time))
        return SIGV4_UNSIGNED_FIELD;
    return SIGV4_SOUND;
}

static enum sigv4_fault
check_date(struct check *check)
{
    struct slice day = check->call->authorization.day;
    uint64_t life_s = VERIFIER_SKEW_SECONDS;

    if (!signature_read_time(check->time, &check->signed_s) ||
        !slice_starts_with(check->time, day))
        return SIGV4_NO_DATE;
    if (check->is_presigned &&
        (!slice_to_number(parameter(check, "X-Amz-Expires"), PRESIGNED_SECONDS_MAX, &life_s) ||
         life_s == 0))
        return SIGV4_PRESIGNED_LIFE;
    check->valid_until_s = check->signed_s + life_s;
    return SIGV4_SOUND;
}

static enum sigv4_fault
check_service(struct check *check)
{
    return slice_equal(check->call->authorization.service, check->rules->service)
               ? SIGV4_SOUND
               : SIGV4_OTHER_SERVICE;
}

static enum sigv4_fault
check_nonce(struct check *check)
{
    if (!check->rules->is_change || !check->rules->needs_nonce)
        return SIGV4_SOUND;
    return has_field(check, VERIFIER_NONCE_FIELD, &check->nonce) &&
                   check->nonce.length >= NONCE_LENGTH_MIN &&
                   check->nonce.length <= NONCE_LENGTH_MAX
               ? SIGV4_SOUND
               : SIGV4_NO_NONCE;
}

/* Of the key that is known; one name for all that are not. */
static struct slice
counted_id(const struct check *check)
{
    return slice_of(check->key == NULL ? "" : check->key->id);
}

static enum sigv4_fault
note_bad(const struct check *check, enum sigv4_fault fault)
{
    struct verifier *verifier = check->verifier;
    struct slice client = check->call->client;
    struct slice id = check->call->authorization.key_id;

    if (!bad_signatures_note(verifier->bad, client, counted_id(check)))
        return fault;
    char *subject = memory_copy_bytes(id.at, id.length);
    event_log_add(verifier->events, EVENT_KEY_REFUSED,
                  check->key == NULL ? subject : check->key->name, "%s, from %.*s",
                  check->key == NULL ? "there is no such key" : "a bad signature",
                  SLICE_PRINT(client));
    free(subject);
    return fault;
}

static enum sigv4_fault
check_key(struct check *check)
{
    const struct access_key_list *list = access_keys_list(check->verifier->keys);

    check->key = access_key_list_find(list, check->call->authorization.key_id);
    if (bad_signatures_are_too_many(check->verifier->bad, check->call->client,
                                    counted_id(check)))
        return SIGV4_TOO_MANY_BAD;
    return check->key != NULL ? SIGV4_SOUND : note_bad(check, SIGV4_UNKNOWN_KEY);
}

static enum sigv4_fault
check_signature(struct check *check)
{
    const struct authorization *authorization = &check->call->authorization;
    char signature[DIGEST_TEXT_SIZE];

    signature_make(authorization, check->time, check->call->request.text,
                   slice_of(check->key->secret), signature);
    bool is_same = digest_is_same(slice_of(signature), authorization->signature);
    digest_erase(signature, sizeof(signature));
    return is_same ? SIGV4_SOUND : note_bad(check, SIGV4_MISMATCH);
}

static enum sigv4_fault
check_time(struct check *check)
{
    uint64_t now = now_s();

    if (now > check->valid_until_s)
        return SIGV4_EXPIRED;
    return check->signed_s > now + VERIFIER_SKEW_SECONDS ? SIGV4_NOT_YET : SIGV4_SOUND;
}

static enum sigv4_fault
check_body(struct check *check)
{
    struct slice payload = check->call->request.payload;
    bool is_left_out = slice_equal(payload, SLICE_LITERAL(CANONICAL_REQUEST_NO_BODY));
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];

    if (is_left_out)
        return check->rules->is_change || check->call->body.length > 0 ? SIGV4_UNSIGNED_BODY
                                                                       : SIGV4_SOUND;
    if (payload.length != DIGEST_TEXT_LENGTH)
        return SIGV4_UNSIGNED_BODY;
    digest_sha256(check->call->body, digest);
    digest_format(digest, text);
    return slice_equal(payload, slice_of(text)) ? SIGV4_SOUND : SIGV4_OTHER_BODY;
}

static enum sigv4_fault
check_right(struct check *check)
{
    return check->rules->is_change && check->key->is_read_only ? SIGV4_READ_ONLY : SIGV4_SOUND;
}

/* Of what was signed before the memory began nobody knows whether it has been made. */
static enum sigv4_fault
check_start(struct check *check)
{
    struct verifier *verifier = check->verifier;

    if (verifier->started_s > now_s()) /* the clock was set back */
        verifier->started_s = now_s();
    return check->rules->is_change && check->signed_s < verifier->started_s ? SIGV4_BEFORE_START
                                                                            : SIGV4_SOUND;
}

static enum sigv4_fault
check_repeats(struct check *check)
{
    static const enum sigv4_fault faults[] = {
        [REPEATS_FIRST] = SIGV4_SOUND,
        [REPEATS_AGAIN] = SIGV4_REPEATED,
        [REPEATS_FULL] = SIGV4_NO_ROOM,
    };

    if (!check->rules->is_change)
        return SIGV4_SOUND;
    return faults[repeats_note(check->verifier->repeats,
                               &(struct repeats_call){
                                   .key_id = slice_of(check->key->id),
                                   .nonce = check->nonce,
                                   .signature = check->call->authorization.signature,
                                   .invocation_id = check->call->invocation_id,
                                   .valid_until_s = check->valid_until_s,
                               })];
}

static enum sigv4_fault (*const checks[])(struct check *check) = {
    check_presigned, check_fields, check_date, check_service, check_nonce, check_key,
    check_signature, check_time,   check_body, check_right,   check_start, check_repeats,
};

static enum sigv4_fault (*const change_checks[])(struct check *check) = {
    check_presigned, check_fields, check_date, check_start, check_repeats,
};

enum sigv4_fault
verifier_note_change(struct verifier *verifier, const struct signed_call *call,
                     const struct access_key *key)
{
    const struct verifier_rules rules = {.is_change = true};
    struct check check = {.verifier = verifier, .call = call, .rules = &rules, .key = key};
    enum sigv4_fault fault = SIGV4_SOUND;

    for (size_t i = 0;
         i < sizeof(change_checks) / sizeof(*change_checks) && fault == SIGV4_SOUND; i++)
        fault = change_checks[i](&check);
    return fault;
}

enum sigv4_fault
verifier_check(struct verifier *verifier, const struct signed_call *call,
               const struct verifier_rules *rules, const struct access_key **key)
{
    struct check check = {.verifier = verifier, .call = call, .rules = rules};
    enum sigv4_fault fault = SIGV4_SOUND;

    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks) && fault == SIGV4_SOUND; i++)
        fault = checks[i](&check);
    *key = fault == SIGV4_SOUND ? check.key : NULL;
    if (*key != NULL)
        key_uses_note(verifier->uses, (*key)->id);
    return fault;
}
