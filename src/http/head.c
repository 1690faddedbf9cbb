/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up fields, and what the tables of fields, refusals and desync reasons say. */
#include "http/head.h"

#include "base/check.h"
#include "http/bytes.h"

static const struct {
    const char *name;
    enum http_field_class class_of_field;
} rows[HTTP_FIELD_ID_COUNT] = {

#define END_TO_END HTTP_END_TO_END
#define HOP_BY_HOP HTTP_HOP_BY_HOP
#define FRAMING HTTP_FRAMING
#define MANAGED HTTP_MANAGED
    [HTTP_FIELD_OTHER] = {"", END_TO_END},
#define HTTP_FIELD(id, name, class) [HTTP_FIELD_##id] = {name, class},
#include "http/fields.def"
#undef HTTP_FIELD
};

/* Names by hash, in the lower case that lookups compare with; built at the first lookup. */
#define BUCKET_COUNT 64
#define NAME_MAX_BYTES 24
#define CASE_BIT 0x20

static struct bucket {
    uint8_t id; /* HTTP_FIELD_OTHER: free */
    uint8_t length;
    char name[NAME_MAX_BYTES];
    char case_bits[NAME_MAX_BYTES]; /* CASE_BIT where a letter stands */
} buckets[BUCKET_COUNT];

static bool are_buckets_built;

/* Length, first, middle and last byte tell the known names apart. */
static unsigned
hash_name(struct slice name)
{
    unsigned first = (uint8_t)name.at[0] | 0x20;
    unsigned middle = (uint8_t)name.at[name.length / 2] | 0x20;
    unsigned last = (uint8_t)name.at[name.length - 1] | 0x20;

    return ((unsigned)name.length * 7 + first * 5 + middle * 3 + last) % BUCKET_COUNT;
}

static void
build_buckets(void)
{
    for (unsigned id = HTTP_FIELD_OTHER + 1; id < HTTP_FIELD_ID_COUNT; id++) {
        struct slice name = slice_of(rows[id].name);
        unsigned at = hash_name(name);
        CHECK(name.length <= NAME_MAX_BYTES);
        while (buckets[at].id != HTTP_FIELD_OTHER)
            at = (at + 1) % BUCKET_COUNT;
        buckets[at].id = (uint8_t)id;
        buckets[at].length = (uint8_t)name.length;
        for (size_t i = 0; i < name.length; i++) {
            buckets[at].name[i] = slice_lower(name.at[i]);
            buckets[at].case_bits[i] = slice_is_letter(name.at[i]) ? CASE_BIT : 0;
        }
    }
    are_buckets_built = true;
}

static inline bool
is_part_of(const struct bucket *bucket, struct slice name, size_t at, size_t size)
{
    uint64_t sent = 0, case_bits = 0, known = 0;

    memcpy(&sent, name.at + at, size);
    memcpy(&case_bits, bucket->case_bits + at, size);
    memcpy(&known, bucket->name + at, size);
    return (sent | case_bits) == known;
}

/* Parts of one size, the last of them overlapping; the name is at least as long as one. */
static inline bool
are_parts_of(const struct bucket *bucket, struct slice name, size_t size)
{
    for (size_t at = 0; at + size < name.length; at += size)
        if (!is_part_of(bucket, name, at, size))
            return false;
    return is_part_of(bucket, name, name.length - size, size);
}

/* Several bytes at a time: this is asked for each field of each message. */
static bool
is_name_of(const struct bucket *bucket, struct slice name)
{
    if (bucket->length != name.length)
        return false;
    if (name.length >= 8)
        return are_parts_of(bucket, name, 8);
    return name.length >= 4 ? are_parts_of(bucket, name, 4) : are_parts_of(bucket, name, 1);
}

bool
http_head_next_value(const struct http_head *head, struct slice name, size_t *place,
                     struct slice *value)
{
    while (*place < head->field_count) {
        const struct http_field *field = &head->fields[(*place)++];
        if (slice_equal_ignoring_case(field->name, name)) {
            *value = field->value;
            return true;
        }
    }
    return false;
}

bool
http_name_is_like(struct slice name, struct slice known)
{
    if (name.length < known.length)
        return false;
    for (size_t i = 0; i < known.length; i++)
        if ((name.at[i] == '_' ? '-' : slice_lower(name.at[i])) != slice_lower(known.at[i]))
            return false;
    return true;
}

/* What only fairlead may say, and may be longer than names that are known one by one. */
static __attribute__((noinline)) enum http_field_id
find_by_beginning(struct slice name)
{
    static const struct slice tls = {"x-amzn-tls-", 11}, mutual = {"x-amzn-mtls-", 12};

    return http_name_is_like(name, tls) || http_name_is_like(name, mutual)
               ? HTTP_FIELD_X_AMZN_TLS
               : HTTP_FIELD_OTHER;
}

static inline enum http_field_id
find_other(struct slice name)
{
    if (name.length < sizeof("x-amzn-tls-") - 1 || (name.at[0] | CASE_BIT) != 'x')
        return HTTP_FIELD_OTHER;
    return find_by_beginning(name);
}

enum http_field_id
http_field_find(struct slice name)
{
    if (__builtin_expect(!are_buckets_built, 0))
        build_buckets();
    if (name.length - 1 >= NAME_MAX_BYTES)
        return find_other(name);
    for (unsigned at = hash_name(name); buckets[at].id != HTTP_FIELD_OTHER;
         at = (at + 1) % BUCKET_COUNT)
        if (is_name_of(&buckets[at], name))
            return (enum http_field_id)buckets[at].id;
    return find_other(name);
}

enum http_field_class
http_field_class(enum http_field_id id)
{
    return rows[id].class_of_field;
}

void
http_head_reset(struct http_head *head)
{
    memset(head, 0, offsetof(struct http_head, fields));
}

const struct slice http_path_root = {"/", 1};
const struct slice http_path_asterisk = {"*", 1};

static void
rebase(struct slice *slice, const char *old_start, const char *new_start)
{
    if (slice->at == NULL || slice->at == http_path_root.at ||
        slice->at == http_path_asterisk.at)
        return;
    slice->at = new_start + ((uintptr_t)slice->at - (uintptr_t)old_start);
}

void
http_head_rebase(struct http_head *head, const char *old_start, const char *new_start)
{
    struct slice *slices[] = {&head->method, &head->target,    &head->reason, &head->host,
                              &head->path,   &head->host_name, &head->query,  &head->upgrade};

    if (old_start == new_start)
        return;
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
        rebase(slices[i], old_start, new_start);
    for (size_t i = 0; i < head->field_count; i++) {
        rebase(&head->fields[i].name, old_start, new_start);
        rebase(&head->fields[i].value, old_start, new_start);
    }
}

void
http_head_identify(struct http_head *head, struct http_field *field)
{
    field->id = http_field_find(field->name);
    head->known |= UINT32_C(1) << field->id;
}

const struct http_field *
http_head_find_from(const struct http_head *head, size_t start, enum http_field_id id)
{
    for (size_t i = start; i < head->field_count; i++)
        if (head->fields[i].id == id)
            return &head->fields[i];
    return NULL;
}

const struct http_field *
http_head_find_next(const struct http_head *head, const struct http_field *after)
{
    return http_head_find_from(head, (size_t)(after - head->fields) + 1, after->id);
}

unsigned
http_refusal_status(enum http_refusal refusal)
{
    static const uint16_t statuses[] = {
#define HTTP_REFUSAL(id, status, end, text) status,
#include "http/refusals.def"
#undef HTTP_REFUSAL
    };
    return statuses[refusal];
}

const char *
http_refusal_text(enum http_refusal refusal)
{
    static const char *const texts[] = {
#define HTTP_REFUSAL(id, status, end, text) text,
#include "http/refusals.def"
#undef HTTP_REFUSAL
    };
    return texts[refusal];
}

const char *
desync_reason_name(enum desync_reason reason)
{
    static const char *const names[] = {
#define DESYNC_REASON(id, name, class) name,
#include "http/desync_reasons.def"
#undef DESYNC_REASON
    };
    return names[reason];
}

enum desync_class
desync_reason_class(enum desync_reason reason)
{
    static const uint8_t classes[] = {
#define DESYNC_REASON(id, name, class) DESYNC_##class,
#include "http/desync_reasons.def"
#undef DESYNC_REASON
    };
    return (enum desync_class)classes[reason];
}

const char *
desync_class_name(enum desync_class class_of_reason)
{
    static const char *const names[] = {
        [DESYNC_COMPLIANT] = "",
        [DESYNC_ACCEPTABLE] = "Acceptable",
        [DESYNC_AMBIGUOUS] = "Ambiguous",
        [DESYNC_SEVERE] = "Severe",
    };
    return names[class_of_reason];
}

void
http_head_note(struct http_head *head, enum desync_reason reason)
{
    if (desync_reason_class(reason) > desync_reason_class(head->desync))
        head->desync = reason;
}
