/* SPDX-License-Identifier: Apache-2.0 */
/* Every place in the tables is checked here once; choosing is certificate_choose.c. */
#include "ipc/certificate_book.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "ipc/certificate_layout.h"
#include "net/tls/tls_hello.h"

#define CURVES_ALL (TLS_CURVE_P256 | TLS_CURVE_P384 | TLS_CURVE_P521)

static bool
bytes_are_sound(const struct certificate_book *book, struct certificate_bytes bytes)
{
    return bytes.offset <= book->byte_count && bytes.length <= book->byte_count - bytes.offset;
}

static bool
rows_are_sound(struct certificate_rows rows, uint32_t count)
{
    return rows.first <= count && rows.count <= count - rows.first;
}

/* Each has a default certificate. */
static bool
check_listener(const struct certificate_book *book, const struct certificate_listener *row)
{
    return bytes_are_sound(book, row->name) && row->certificates.count > 0 &&
           rows_are_sound(row->certificates, book->member_count) &&
           rows_are_sound(row->names, book->name_count);
}

static bool
check_member(const struct certificate_book *book, const struct certificate_member *row)
{
    return row->certificate < book->row_count;
}

static bool
check_name(const struct certificate_book *book, const struct certificate_name *row)
{
    return bytes_are_sound(book, row->text) && row->certificate < book->row_count;
}

static bool
key_is_sound(const struct certificate_book *book, struct certificate_bytes key)
{
    return book->keys == NULL ||
           (key.offset >= sizeof(struct certificate_key_header) &&
            key.offset <= book->key_bytes && key.length <= book->key_bytes - key.offset);
}

static bool
check_row(const struct certificate_book *book, const struct certificate_row *row)
{
    return row->facts.key_type <= TLS_KEY_ECDSA && row->facts.curve <= CURVES_ALL &&
           row->facts.serial[TLS_SERIAL_SIZE - 1] == '\0' && row->chain.count > 0 &&
           row->chain.count <= TLS_CHAIN_MOST && rows_are_sound(row->chain, book->link_count) &&
           rows_are_sound(row->names, book->text_count) && bytes_are_sound(book, row->path) &&
           bytes_are_sound(book, row->key_path) && key_is_sound(book, row->key);
}

static bool
check_link(const struct certificate_book *book, const struct certificate_link *row)
{
    return bytes_are_sound(book, row->der);
}

static bool
check_text(const struct certificate_book *book, const struct certificate_text *row)
{
    return bytes_are_sound(book, row->text);
}

static bool
check_trust_file(const struct certificate_book *book, const struct certificate_trust_file *row)
{
    return bytes_are_sound(book, row->path);
}

static bool
check_revocation(const struct certificate_book *book, const struct certificate_revocation *row)
{
    (void)book;
    (void)row;
    return true;
}

static bool
check_trust(const struct certificate_book *book, const struct certificate_trust *row)
{
    return bytes_are_sound(book, row->name) &&
           rows_are_sound(row->files, book->trust_file_count) &&
           rows_are_sound(row->anchors, book->link_count) &&
           rows_are_sound(row->revoked, book->revocation_count);
}

#define CHECK_ALL(type, table)                                                                 \
    static bool check_all_##table(const struct certificate_book *book)                         \
    {                                                                                          \
        for (uint32_t i = 0; i < book->type##_count; i++)                                      \
            if (!check_##type(book, &book->table[i]))                                          \
                return false;                                                                  \
        return true;                                                                           \
    }
CERTIFICATE_TABLES(CHECK_ALL)
#undef CHECK_ALL

static const char *
check_rows(const struct certificate_book *book)
{
#define CHECK_TABLE(type, table)                                                               \
    if (!check_all_##table(book))                                                              \
        return "a row of " #table " is wrong";
    CERTIFICATE_TABLES(CHECK_TABLE)
#undef CHECK_TABLE
    return NULL;
}

/* Maps a sealed file with a header of that size; the reason why not, or NULL. */
static const char *
map(int fd, size_t header_bytes, const char **mapping, size_t *size_bytes)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals == -1 || (seals & CERTIFICATE_SEALS) != CERTIFICATE_SEALS)
        return "a file that is not sealed";
    if (fstat(fd, &status) == -1 || status.st_size < (off_t)header_bytes)
        return "a file without a header";
    void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return "a file that cannot be mapped";
    *mapping = memory;
    *size_bytes = (size_t)status.st_size;
    return NULL;
}

/* The tables behind the header, or false: they are not as long as it says. */
static bool
find_tables(struct certificate_book *book, const struct certificate_header *header)
{
    uint64_t offset = sizeof(*header);

#define FIND_TABLE(type, name)                                                                 \
    book->name = (const void *)(book->mapping + offset);                                       \
    book->type##_count = header->type##_count;                                                 \
    offset = CERTIFICATE_ALIGNED(offset + (uint64_t)header->type##_count *                     \
                                              sizeof(struct certificate_##type));              \
    if (offset > book->size_bytes)                                                             \
        return false;
    CERTIFICATE_TABLES(FIND_TABLE)
#undef FIND_TABLE
    book->bytes = book->mapping + offset;
    book->byte_count = header->byte_count;
    return offset + header->byte_count == book->size_bytes;
}

static const char *
take_keys(struct certificate_book *book, int fd)
{
    const char *reason =
        map(fd, sizeof(struct certificate_key_header), &book->keys, &book->key_bytes);

    if (reason != NULL)
        return reason;
    const struct certificate_key_header *header = (const void *)book->keys;
    if (header->magic != CERTIFICATE_KEY_MAGIC || header->size_bytes != book->key_bytes)
        return "a file of other things than keys";
    return header->number == book->number ? NULL : "keys of other certificates";
}

static const char *
take(struct certificate_book *book, int fd, int keys_fd)
{
    const char *reason =
        map(fd, sizeof(struct certificate_header), &book->mapping, &book->size_bytes);

    if (reason != NULL)
        return reason;
    const struct certificate_header *header = (const void *)book->mapping;
    if (header->magic != CERTIFICATE_MAGIC || header->size_bytes != book->size_bytes)
        return "a file of other things than certificates";
    book->number = header->number;
    if (!find_tables(book, header))
        return "a file of another size than its header says";
    if (keys_fd != -1)
        reason = take_keys(book, keys_fd);
    return reason == NULL ? check_rows(book) : reason;
}

char *
certificate_book_layout(void)
{
    static const size_t sizes[] = {sizeof(struct certificate_header),
                                   sizeof(struct certificate_key_header),
#define ROW_SIZE(type, table) sizeof(struct certificate_##type),
                                   CERTIFICATE_TABLES(ROW_SIZE)
#undef ROW_SIZE
    };

    return memory_print(
        "%d %016" PRIx64, CERTIFICATE_FORM,
        slice_hash(SLICE_HASH_START, slice_make((const char *)sizes, sizeof(sizes))));
}

struct certificate_book *
certificate_book_open(int fd, int keys_fd, const char **error)
{
    struct certificate_book *book = memory_take(1, sizeof(*book));

    book->users = 1;
    *error = take(book, fd, keys_fd);
    if (*error != NULL)
        certificate_book_release(&book);
    return book;
}

struct certificate_book *
certificate_book_use(struct certificate_book *book)
{
    book->users++;
    return book;
}

void
certificate_book_release(struct certificate_book **released)
{
    struct certificate_book *book = *released;

    *released = NULL;
    if (book == NULL || --book->users > 0)
        return;
    if (book->mapping != NULL)
        munmap((void *)(uintptr_t)book->mapping, book->size_bytes);
    if (book->keys != NULL)
        munmap((void *)(uintptr_t)book->keys, book->key_bytes);
    free(book);
}

const struct certificate_listener *
certificate_listener_find(const struct certificate_book *book, struct slice name)
{
    for (uint32_t i = 0; i < book->listener_count; i++)
        if (slice_equal(certificate_slice(book, book->listeners[i].name), name))
            return &book->listeners[i];
    return NULL;
}

const struct certificate_trust *
certificate_trust_find(const struct certificate_book *book, struct slice name)
{
    for (uint32_t i = 0; i < book->trust_count; i++)
        if (slice_equal(certificate_slice(book, book->trusts[i].name), name))
            return &book->trusts[i];
    return NULL;
}

struct slice *
certificate_trust_anchors(const struct certificate_book *book,
                          const struct certificate_trust *trust)
{
    struct slice *anchors = memory_take(trust->anchors.count + 1, sizeof(*anchors));

    for (uint32_t i = 0; i < trust->anchors.count; i++)
        anchors[i] = certificate_slice(book, book->links[trust->anchors.first + i].der);
    return anchors;
}
