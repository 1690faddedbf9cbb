/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows and bytes grow in memory until they are written. Trust stores are
 * certificate_trust_build.c.
 */
#include "ipc/certificate_book_build.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/random.h"
#include "ipc/certificate_builder.h"
#include "ipc/certificate_layout.h"

#define uthash_malloc(size) memory_take(1, size)
#define uthash_fatal(message) CHECK_UNREACHABLE()
#include <uthash.h>

/* Bytes that are there already, by their hash. */
struct known_bytes {
    uint64_t hash;
    struct certificate_bytes place;
    UT_hash_handle hh;
};

void *
growing_take(struct growing *growing, size_t size)
{
    CHECK(growing->length + size <= INT32_MAX);
    if (growing->length + size > growing->capacity) {
        growing->capacity = growing->capacity * 2 + size + 4096;
        growing->bytes = memory_resize(growing->bytes, growing->capacity, 1);
    }
    growing->length += size;
    return growing->bytes + growing->length - size;
}

static struct certificate_bytes
append(struct growing *growing, struct slice bytes)
{
    struct certificate_bytes place = {(uint32_t)growing->length, (uint32_t)bytes.length};

    if (bytes.length > 0)
        memcpy(growing_take(growing, bytes.length), bytes.at, bytes.length);
    return place;
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct known_bytes *
find_known(struct certificate_builder *builder, uint64_t hash)
{
    struct known_bytes *known;

    HASH_FIND(hh, builder->known, &hash, sizeof(hash), known);
    return known;
}

static void
remember(struct certificate_builder *builder, uint64_t hash, struct certificate_bytes place)
{
    struct known_bytes *known = memory_take(1, sizeof(*known));

    known->hash = hash;
    known->place = place;
    HASH_ADD(hh, builder->known, hash, sizeof(hash), known);
}

/* NOLINTEND(readability-function-size) */

struct certificate_bytes
certificate_builder_bytes(struct certificate_builder *builder, struct slice bytes)
{
    uint64_t hash = slice_hash(SLICE_HASH_START, bytes);
    const struct known_bytes *known = find_known(builder, hash);

    if (known == NULL) {
        struct certificate_bytes place = append(&builder->bytes, bytes);
        remember(builder, hash, place);
        return place;
    }
    struct slice same =
        slice_make(builder->bytes.bytes + known->place.offset, known->place.length);
    return slice_equal(same, bytes) ? known->place : append(&builder->bytes, bytes);
}

struct certificate_builder *
certificate_builder_new(void)
{
    struct certificate_builder *builder = memory_take(1, sizeof(*builder));

    memset(growing_take(&builder->keys, sizeof(struct certificate_key_header)), 0,
           sizeof(struct certificate_key_header));
    return builder;
}

/* What was private is not left in memory. */
static void
drop(struct growing *growing)
{
    if (growing->bytes != NULL)
        explicit_bzero(growing->bytes, growing->length);
    free(growing->bytes);
}

void
certificate_builder_free(struct certificate_builder **freed)
{
    struct certificate_builder *builder = *freed;
    struct known_bytes *known = builder->known;

    HASH_CLEAR(hh, builder->known);
    while (known != NULL) {
        struct known_bytes *next = known->hh.next;
        free(known);
        known = next;
    }
#define DROP_TABLE(type, table) drop(&builder->table);
    CERTIFICATE_TABLES(DROP_TABLE)
#undef DROP_TABLE
    drop(&builder->bytes);
    drop(&builder->keys);
    free(builder);
    *freed = NULL;
}

static void
add_link(struct certificate_builder *builder, struct slice der)
{
    struct certificate_link link = {certificate_builder_bytes(builder, der)};

    *(struct certificate_link *)growing_take(&builder->links, sizeof(link)) = link;
}

static void
add_name(struct certificate_builder *builder, struct slice name)
{
    struct certificate_text text = {certificate_builder_bytes(builder, name)};

    *(struct certificate_text *)growing_take(&builder->names, sizeof(text)) = text;
}

/* A row whose chain and names come next. */
static struct certificate_row
begin_row(struct certificate_builder *builder, struct slice path, struct slice key_path,
          struct slice key)
{
    return (struct certificate_row){
        .path = certificate_builder_bytes(builder, path),
        .key_path = certificate_builder_bytes(builder, key_path),
        .chain = {ROW_COUNT(builder->links, certificate_link), 0},
        .names = {ROW_COUNT(builder->names, certificate_text), 0},
        .key = append(&builder->keys, key),
    };
}

static uint32_t
end_row(struct certificate_builder *builder, struct certificate_row *row)
{
    uint32_t index = ROW_COUNT(builder->certificates, certificate_row);

    row->chain.count = ROW_COUNT(builder->links, certificate_link) - row->chain.first;
    row->names.count = ROW_COUNT(builder->names, certificate_text) - row->names.first;
    *(struct certificate_row *)growing_take(&builder->certificates, sizeof(*row)) = *row;
    return index;
}

uint32_t
certificate_builder_add(struct certificate_builder *builder,
                        const struct certificate_source *source)
{
    const struct tls_pair *pair = source->pair;
    struct certificate_row row =
        begin_row(builder, slice_of(source->path), slice_of(source->key_path),
                  slice_make(pair->key.at, pair->key.length));

    row.facts = pair->facts;
    row.stamp = source->stamp;
    row.key_stamp = source->key_stamp;
    for (size_t i = 0; i < pair->chain_count; i++)
        add_link(builder, slice_make(pair->chain[i].at, pair->chain[i].length));
    for (size_t i = 0; i < pair->name_count; i++)
        add_name(builder, slice_of(pair->names[i]));
    return end_row(builder, &row);
}

uint32_t
certificate_builder_copy(struct certificate_builder *builder,
                         const struct certificate_book *book, uint32_t certificate)
{
    const struct certificate_row *old = &book->certificates[certificate];
    struct certificate_row row =
        begin_row(builder, certificate_slice(book, old->path),
                  certificate_slice(book, old->key_path), certificate_key(book, old));

    row.facts = old->facts;
    row.stamp = old->stamp;
    row.key_stamp = old->key_stamp;
    for (uint32_t i = 0; i < old->chain.count; i++)
        add_link(builder, certificate_slice(book, book->links[old->chain.first + i].der));
    for (uint32_t i = 0; i < old->names.count; i++)
        add_name(builder, certificate_slice(book, book->names[old->names.first + i].text));
    return end_row(builder, &row);
}

const struct tls_certificate_facts *
certificate_builder_facts(const struct certificate_builder *builder, uint32_t certificate)
{
    return &((const struct certificate_row *)builder->certificates.bytes)[certificate].facts;
}

static int
compare_names(const void *one, const void *other)
{
    const struct certificate_name *left = one, *right = other;

    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->certificate > right->certificate) - (left->certificate < right->certificate);
}

static struct certificate_listener *
last_listener(const struct certificate_builder *builder)
{
    uint32_t count = ROW_COUNT(builder->listeners, certificate_listener);

    return count == 0 ? NULL
                      : (struct certificate_listener *)builder->listeners.bytes + count - 1;
}

/* Its names are searched by hash. */
static void
end_listener(struct certificate_builder *builder)
{
    const struct certificate_listener *listener = last_listener(builder);

    if (listener != NULL && listener->names.count > 1)
        qsort((struct certificate_name *)builder->listener_names.bytes + listener->names.first,
              listener->names.count, sizeof(struct certificate_name), compare_names);
}

void
certificate_builder_begin_listener(struct certificate_builder *builder, const char *name)
{
    end_listener(builder);
    struct certificate_listener listener = {
        .name = certificate_builder_bytes(builder, slice_of(name)),
        .certificates = {ROW_COUNT(builder->members, certificate_member), 0},
        .names = {ROW_COUNT(builder->listener_names, certificate_name), 0},
    };
    *(struct certificate_listener *)growing_take(&builder->listeners, sizeof(listener)) =
        listener;
}

/* The star itself is left away: what is looked for begins with the dot. */
static void
give_name(struct certificate_builder *builder, struct certificate_bytes text,
          uint32_t certificate)
{
    size_t star = builder->bytes.bytes[text.offset] == '*';
    struct certificate_name row = {
        .text = {text.offset + (uint32_t)star, text.length - (uint32_t)star},
        .certificate = certificate,
    };

    row.hash = slice_hash(SLICE_HASH_START,
                          slice_make(builder->bytes.bytes + row.text.offset, row.text.length));
    *(struct certificate_name *)growing_take(&builder->listener_names, sizeof(row)) = row;
}

void
certificate_builder_give(struct certificate_builder *builder, uint32_t certificate)
{
    struct certificate_listener *listener = last_listener(builder);
    const struct certificate_row *row =
        (const struct certificate_row *)builder->certificates.bytes + certificate;

    CHECK(listener != NULL);
    *(struct certificate_member *)growing_take(&builder->members,
                                               sizeof(struct certificate_member)) =
        (struct certificate_member){certificate};
    listener->certificates.count++;
    listener->names.count += row->names.count;
    for (uint32_t i = 0; i < row->names.count; i++)
        give_name(
            builder,
            ((const struct certificate_text *)builder->names.bytes)[row->names.first + i].text,
            certificate);
}

bool
certificate_builder_is_empty(const struct certificate_builder *builder)
{
    return builder->listeners.length == 0 && builder->trusts.length == 0;
}

static bool
are_equal(const struct growing *growing, const void *bytes, size_t length)
{
    return growing->length == length &&
           (length == 0 || memcmp(growing->bytes, bytes, length) == 0);
}

bool
certificate_builder_equals(struct certificate_builder *builder,
                           const struct certificate_book *book)
{
    const size_t head = sizeof(struct certificate_key_header);

    end_listener(builder);
    if (book->keys == NULL || builder->keys.length != book->key_bytes ||
        memcmp(builder->keys.bytes + head, book->keys + head, book->key_bytes - head) != 0)
        return false;
#define EQUAL_TABLE(type, table)                                                               \
    if (!are_equal(&builder->table, book->table,                                               \
                   (size_t)book->type##_count * sizeof(struct certificate_##type)))            \
        return false;
    CERTIFICATE_TABLES(EQUAL_TABLE)
#undef EQUAL_TABLE
    return are_equal(&builder->bytes, book->bytes, book->byte_count);
}

/* At the next place for a table. */
static bool
write_part(int fd, const void *bytes, size_t length, uint64_t *offset)
{
    while (length > 0) {
        ssize_t written = pwrite(fd, bytes, length, (off_t)*offset);
        if (written == -1 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = (const char *)bytes + written;
        length -= (size_t)written;
        *offset += (uint64_t)written;
    }
    *offset = CERTIFICATE_ALIGNED(*offset);
    return true;
}

static bool
write_tables(struct certificate_builder *builder, int fd, struct certificate_header *header)
{
    uint64_t offset = sizeof(*header);

    header->byte_count = (uint32_t)builder->bytes.length;
#define WRITE_TABLE(type, table)                                                               \
    header->type##_count = ROW_COUNT(builder->table, certificate_##type);                      \
    if (!write_part(fd, builder->table.bytes, builder->table.length, &offset))                 \
        return false;
    CERTIFICATE_TABLES(WRITE_TABLE)
#undef WRITE_TABLE
    header->size_bytes = offset + builder->bytes.length;
    if (!write_part(fd, builder->bytes.bytes, builder->bytes.length, &offset))
        return false;
    offset = 0;
    return ftruncate(fd, (off_t)header->size_bytes) == 0 &&
           write_part(fd, header, sizeof(*header), &offset) &&
           fcntl(fd, F_ADD_SEALS, CERTIFICATE_SEALS) == 0;
}

static bool
write_keys(const struct certificate_builder *builder, int fd, uint64_t number)
{
    struct certificate_key_header header = {CERTIFICATE_KEY_MAGIC, number,
                                            builder->keys.length};
    uint64_t offset = 0;

    memcpy(builder->keys.bytes, &header, sizeof(header));
    return write_part(fd, builder->keys.bytes, builder->keys.length, &offset) &&
           fcntl(fd, F_ADD_SEALS, CERTIFICATE_SEALS) == 0;
}

bool
certificate_builder_write(struct certificate_builder *builder, int fd, int keys_fd)
{
    struct certificate_header header = {.magic = CERTIFICATE_MAGIC};

    end_listener(builder);
    /* Not random_next, whose state a forked child shares with others. */
    random_fill(&header.number, sizeof(header.number));
    return write_tables(builder, fd, &header) && write_keys(builder, keys_fd, header.number);
}
