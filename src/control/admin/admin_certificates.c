/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/certificates: what HTTPS listeners show, those that end first in front; GET
 * /v1/acme-challenges: what authorities may ask for. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/certificates/certificate_store.h"
#include "control/certificates/challenges.h"
#include "control/processes/children.h"

/* One answer holds control for some milliseconds at most. */
#define MOST_CERTIFICATES 1000
#define MOST_NAMES 20
#define SECONDS_PER_DAY (24 * 3600)
#define US_PER_SECOND 1000000

static json_t *
text_of(struct slice text)
{
    return json_stringn(text.at, text.length);
}

static json_t *
names_to_json(const struct certificate_book *book, const struct certificate_row *row)
{
    json_t *names = json_array();

    for (uint32_t i = 0; i < row->names.count && i < MOST_NAMES; i++)
        json_array_append_new(
            names, text_of(certificate_slice(book, book->names[row->names.first + i].text)));
    return names;
}

static json_t *
key_to_json(const struct tls_certificate_facts *facts)
{
    if (facts->key_type == TLS_KEY_RSA)
        return json_sprintf("RSA %u", facts->key_bits);
    return json_sprintf("ECDSA P-%u", facts->key_bits);
}

/* A listener may have a certificate twice. */
static void
add_listener(json_t *listeners, struct slice name)
{
    json_t *last = json_array_get(listeners, json_array_size(listeners) - 1);

    if (last == NULL || !slice_equal(slice_of(json_string_value(last)), name))
        json_array_append_new(listeners, text_of(name));
}

/* Every member is looked at once. rows: of those certificates that are shown; others NULL. */
static void
add_listeners(const struct certificate_book *book, json_t *const *rows)
{
    for (uint32_t i = 0; i < book->listener_count; i++) {
        const struct certificate_listener *listener = &book->listeners[i];
        struct slice name = certificate_slice(book, listener->name);
        for (uint32_t j = 0; j < listener->certificates.count; j++) {
            json_t *row = rows[book->members[listener->certificates.first + j].certificate];
            if (row != NULL)
                add_listener(json_object_get(row, "Listeners"), name);
        }
    }
}

static int64_t
days_left(int64_t not_after_s)
{
    int64_t left = not_after_s - (int64_t)(clock_wall_us() / US_PER_SECOND);

    return left < 0 ? -1 : left / SECONDS_PER_DAY;
}

static json_t *
certificate_to_json(const struct certificate_book *book, uint32_t certificate)
{
    const struct certificate_row *row = &book->certificates[certificate];
    const struct tls_certificate_facts *facts = &row->facts;
    json_t *object = json_object();
    struct certificate_bytes key_path = row->key_path.length == 0 ? row->path : row->key_path;

    json_object_set_new(object, "Certificate", text_of(certificate_slice(book, row->path)));
    json_object_set_new(object, "PrivateKey", text_of(certificate_slice(book, key_path)));
    json_object_set_new(object, "Names", names_to_json(book, row));
    admin_set_number(object, "NameCount", row->names.count);
    json_object_set_new(object, "Key", key_to_json(facts));
    admin_set_text(object, "Serial", facts->serial);
    admin_set_time(object, "NotBefore", (uint64_t)facts->not_before_s * US_PER_SECOND);
    admin_set_time(object, "NotAfter", (uint64_t)facts->not_after_s * US_PER_SECOND);
    json_object_set_new(object, "DaysLeft", json_integer(days_left(facts->not_after_s)));
    json_object_set_new(object, "Listeners", json_array());
    return object;
}

/* An index with what it is sorted by. */
struct place {
    int64_t not_after_s;
    uint32_t certificate;
};

static int
compare(const void *a, const void *b)
{
    const struct place *left = a, *right = b;

    if (left->not_after_s != right->not_after_s)
        return left->not_after_s < right->not_after_s ? -1 : 1;
    return left->certificate < right->certificate ? -1 : 1;
}

static json_t *
list(const struct certificate_book *book)
{
    json_t *array = json_array();
    struct place *places = memory_take(book->row_count + 1, sizeof(*places));
    json_t **rows = memory_take(book->row_count + 1, sizeof(json_t *));

    for (uint32_t i = 0; i < book->row_count; i++)
        places[i] = (struct place){book->certificates[i].facts.not_after_s, i};
    qsort(places, book->row_count, sizeof(*places), compare);
    for (uint32_t i = 0; i < book->row_count && i < MOST_CERTIFICATES; i++) {
        json_t *row = certificate_to_json(book, places[i].certificate);
        rows[places[i].certificate] = row;
        json_array_append_new(array, row);
    }
    add_listeners(book, rows);
    free(rows);
    free(places);
    return array;
}

/* A date of INT64_MAX is none. */
static void
set_date(json_t *object, const char *name, int64_t seconds)
{
    if (seconds == INT64_MAX)
        json_object_set_new(object, name, json_null());
    else
        admin_set_time(object, name, (uint64_t)seconds * US_PER_SECOND);
}

static json_t *
trust_listeners_to_json(const struct config *config, struct slice store)
{
    json_t *listeners = json_array();

    for (size_t i = 0; i < config->listener_count; i++)
        if (config->listeners[i].mutual_mode == MUTUAL_VERIFY &&
            slice_equal(slice_of(config->listeners[i].trust_store), store))
            json_array_append_new(listeners, json_string(config->listeners[i].name));
    return listeners;
}

static json_t *
trust_to_json(const struct config *config, const struct certificate_book *book,
              const struct certificate_trust *trust)
{
    struct slice name = certificate_slice(book, trust->name);
    json_t *object = json_object();

    json_object_set_new(object, "Name", text_of(name));
    json_object_set_new(
        object, "CaCertificatesBundle",
        text_of(certificate_slice(book, book->trust_files[trust->files.first].path)));
    admin_set_number(object, "NumberOfCaCertificates", trust->anchors.count);
    admin_set_number(object, "TotalRevokedEntries", trust->revoked.count);
    set_date(object, "NotAfter", trust->first_end_s);
    json_object_set_new(object, "DaysLeft", json_integer(days_left(trust->first_end_s)));
    set_date(object, "NextUpdate", trust->first_update_s);
    json_object_set_new(object, "Listeners", trust_listeners_to_json(config, name));
    return object;
}

static json_t *
list_trusts(const struct config *config, const struct certificate_book *book)
{
    json_t *array = json_array();

    for (uint32_t i = 0; book != NULL && i < book->trust_count; i++)
        json_array_append_new(array, trust_to_json(config, book, &book->trusts[i]));
    return array;
}

void
admin_show_certificates(struct admin_call *call)
{
    const struct certificate_book *book = certificate_store_book(call->parts->certificates);
    json_t *answer = json_object();

    admin_set_number(answer, "Count", book == NULL ? 0 : book->row_count);
    json_object_set_new(answer, "Certificates", book == NULL ? json_array() : list(book));
    json_object_set_new(answer, "TrustStores", list_trusts(call->parts->config, book));
    admin_answer(call->request, 200, answer);
}

void
admin_show_challenges(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    const struct snapshot_challenge_source *list;
    size_t count = challenges_list(parts->challenges, &list);
    uint64_t applied = children_applied_generation(parts->children);
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        uint64_t generation = challenges_generation(parts->challenges, i);
        json_t *row = json_object();
        admin_set_text(row, "Token", list[i].token);
        json_object_set_new(row, "IsAnswered",
                            json_boolean(generation != 0 && generation <= applied));
        json_array_append_new(rows, row);
    }
    admin_answer(call->request, 200, json_pack("{s:o}", "Challenges", rows));
}
