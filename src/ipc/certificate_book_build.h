/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a certificate book: listeners one after another, each with its certificates. */
#ifndef FAIRLEAD_IPC_CERTIFICATE_BOOK_BUILD_H
#define FAIRLEAD_IPC_CERTIFICATE_BOOK_BUILD_H

#include "ipc/certificate_book.h"

struct certificate_builder;

/* A pair and where it comes from; all of it is copied. */
struct certificate_source {
    const char *path, *key_path; /* key_path "": the same file */
    struct certificate_stamp stamp, key_stamp;
    const struct tls_pair *pair;
};

struct certificate_builder *certificate_builder_new(void);
void certificate_builder_free(struct certificate_builder **freed);

/* Return the certificate's index; the second one takes it from another book with keys. */
uint32_t certificate_builder_add(struct certificate_builder *builder,
                                 const struct certificate_source *source);
uint32_t certificate_builder_copy(struct certificate_builder *builder,
                                  const struct certificate_book *book, uint32_t certificate);

/* Of one that is there; until the next is added. */
const struct tls_certificate_facts *
certificate_builder_facts(const struct certificate_builder *builder, uint32_t certificate);

/* The listener that certificates are given to from now on; the first one is its default. */
void certificate_builder_begin_listener(struct certificate_builder *builder, const char *name);
void certificate_builder_give(struct certificate_builder *builder, uint32_t certificate);

/* A trust store and the files that it comes from, the bundle first; all of it is copied. */
struct certificate_trust_source {
    const char *name;
    const char *const *paths;
    const struct certificate_stamp *stamps;
    size_t file_count;
    const struct tls_trust *trust;
};

void certificate_builder_add_trust(struct certificate_builder *builder,
                                   const struct certificate_trust_source *source);

/* Whether there is one of that name. */
bool certificate_builder_has_trust(const struct certificate_builder *builder, const char *name);

/* One of another book. */
void certificate_builder_copy_trust(struct certificate_builder *builder,
                                    const struct certificate_book *book,
                                    const struct certificate_trust *trust);

/* Whether there is no listener with certificates, and no trust store. */
bool certificate_builder_is_empty(const struct certificate_builder *builder);

/* Whether a book says all that this one would. */
bool certificate_builder_equals(struct certificate_builder *builder,
                                const struct certificate_book *book);

/* Fills two new memory files and seals them; false with errno. */
bool certificate_builder_write(struct certificate_builder *builder, int fd, int keys_fd);

#endif
