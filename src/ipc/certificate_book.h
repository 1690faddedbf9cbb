/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of all HTTPS listeners and the trust stores for their clients', as control
 * hands them to workers: a sealed memory file of what everybody may see (chains, names, dates),
 * and another one of private keys, which go together by a number. Workers get both, the
 * observer the first one. A certificate is its index; bytes of chains stand there once. Written
 * by certificate_book_build.h, checked once on opening.
 */
#ifndef FAIRLEAD_IPC_CERTIFICATE_BOOK_H
#define FAIRLEAD_IPC_CERTIFICATE_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/tls/tls_pair.h"
#include "net/tls/tls_trust.h"

#define CERTIFICATE_NONE UINT32_MAX

/* Of all rows below; raised when a member changes its meaning and none its size. */
#define CERTIFICATE_FORM 1

/* Bytes of the file behind its tables. */
struct certificate_bytes {
    uint32_t offset, length;
};

struct certificate_rows {
    uint32_t first, count;
};

/* By which a file that has not changed is known again; all zero: by nothing. */
struct certificate_stamp {
    uint64_t device, inode, size, modified_ns, changed_ns;
};

struct certificate_row {
    struct tls_certificate_facts facts;
    struct certificate_bytes path, key_path; /* key_path empty: the same file */
    struct certificate_stamp stamp, key_stamp;
    struct certificate_rows chain; /* of links */
    struct certificate_rows names; /* of names */
    struct certificate_bytes key;  /* in the other file */
};

/* A name of a listener, "example.com", or ".example.com" for "*.example.com". */
struct certificate_name {
    uint64_t hash;
    struct certificate_bytes text;
    uint32_t certificate;
    uint32_t unused;
};

struct certificate_listener {
    struct certificate_bytes name;
    struct certificate_rows certificates; /* of members, the default one first */
    struct certificate_rows names;        /* of listener_names, by hash */
};

struct certificate_member {
    uint32_t certificate;
};

struct certificate_link {
    struct certificate_bytes der;
};

struct certificate_text {
    struct certificate_bytes text;
};

/* A file of a trust store. */
struct certificate_trust_file {
    struct certificate_bytes path;
    struct certificate_stamp stamp;
};

struct certificate_revocation {
    struct tls_revocation revocation;
};

struct certificate_trust {
    struct certificate_bytes name;
    struct certificate_rows files;       /* of trust_files, the bundle first */
    struct certificate_rows anchors;     /* of links */
    struct certificate_rows revoked;     /* of revocations, sorted */
    int64_t first_end_s, first_update_s; /* as tls_trust.h has them */
    uint64_t hash;                       /* of all that it says */
};

/* The tables: X(name of a row's type, name of the table). */
#define CERTIFICATE_TABLES(X)                                                                  \
    X(listener, listeners)                                                                     \
    X(member, members)                                                                         \
    X(name, listener_names)                                                                    \
    X(row, certificates)                                                                       \
    X(link, links)                                                                             \
    X(text, names)                                                                             \
    X(trust_file, trust_files)                                                                 \
    X(revocation, revocations)                                                                 \
    X(trust, trusts)

/* Mapped; freed with its last user. The members are for the functions below only. */
struct certificate_book {
    unsigned users;
    uint64_t number;
    const char *mapping, *keys; /* keys NULL: without */
    size_t size_bytes, key_bytes;
    const char *bytes;
    uint32_t byte_count;
#define CERTIFICATE_TABLE(type, table)                                                         \
    const struct certificate_##type *table;                                                    \
    uint32_t type##_count;
    CERTIFICATE_TABLES(CERTIFICATE_TABLE)
#undef CERTIFICATE_TABLE
};

/* How the rows lie in this program's books: one of another is not to be opened; the caller's to
 * free. */
char *certificate_book_layout(void);

/* Maps and checks both files, which stay the caller's; keys_fd -1: without private keys. NULL
 * with a reason (static text). */
struct certificate_book *certificate_book_open(int fd, int keys_fd, const char **error);

struct certificate_book *certificate_book_use(struct certificate_book *book);
void certificate_book_release(struct certificate_book **released);

static inline struct slice
certificate_slice(const struct certificate_book *book, struct certificate_bytes bytes)
{
    return slice_make(book->bytes + bytes.offset, bytes.length);
}

/* DER; the book must have been opened with its keys. */
static inline struct slice
certificate_key(const struct certificate_book *book, const struct certificate_row *row)
{
    return slice_make(book->keys + row->key.offset, row->key.length);
}

/* NULL: it has no certificates. */
const struct certificate_listener *
certificate_listener_find(const struct certificate_book *book, struct slice name);

/* NULL: there is no trust store of that name. */
const struct certificate_trust *certificate_trust_find(const struct certificate_book *book,
                                                       struct slice name);

/* DER of its authorities; the list is the caller's to free, the bytes are the book's. */
struct slice *certificate_trust_anchors(const struct certificate_book *book,
                                        const struct certificate_trust *trust);

/* What a client wants and takes: see tls_hello.h. */
struct certificate_wish {
    struct slice server_name;
    bool takes_rsa;
    unsigned takes_curves;
    int64_t now_s;
};

/*
 * The certificate for a client. Of those with its name: one that it takes, else any; then the
 * one that is valid now; then the exact name before a wildcard; then ECDSA, the longer hash,
 * the longer key, the later end. The default where there is none with its name.
 */
uint32_t certificate_choose(const struct certificate_book *book,
                            const struct certificate_listener *listener,
                            const struct certificate_wish *wish);

#endif
