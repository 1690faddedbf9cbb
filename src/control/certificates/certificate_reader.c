/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at inspect. Each pair of files is read once, however many listeners have it. */
#include "control/certificates/certificate_reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "control/certificates/api_pair_reader.h"
#include "control/certificates/pair_files.h"
#include "control/certificates/trust_reader.h"
#include "ipc/certificate_book_build.h"
#include "ipc/certificate_fingerprints.h"
#include "net/tls/tls_pair.h"

#define uthash_malloc(size) memory_take(1, size)
#define uthash_fatal(message) CHECK_UNREACHABLE()
#include <uthash.h>

#define FOLDER_MEMBER "certificates_dir"
#define ENDING ".pem"
#define US_PER_SECOND 1000000

/* A pair by the names of its files: where it stands in the book in force, and in the new one.
 */
struct known_pair {
    char *paths; /* both with NUL between and behind them */
    size_t length;
    uint32_t old, index; /* CERTIFICATE_NONE: not there */
    bool is_bad;
    UT_hash_handle hh;
};

struct certificate_reader {
    struct config_inspector inspector;
    struct certificate_book *in_force;            /* NULL: none */
    struct certificate_fingerprints *of_in_force; /* NULL: not asked for yet */
    int api_in_force_fd;                          /* -1: none */
    struct certificate_builder *builder;
    struct tls_parser *parser;
    struct api_pair api;
    struct known_pair *known;
    int64_t now_s;
    bool keeps_old, refuses_expired;
    void (*on_progress)(void *argument);
    void *progress_argument;
};

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct known_pair *
find_known(struct certificate_reader *reader, struct slice path, struct slice key_path)
{
    size_t length = path.length + key_path.length + 2;
    char *paths = memory_take(1, length);
    struct known_pair *known = NULL;

    memcpy(paths, path.at, path.length);
    if (key_path.length > 0)
        memcpy(paths + path.length + 1, key_path.at, key_path.length);
    HASH_FIND(hh, reader->known, paths, length, known);
    if (known != NULL) {
        free(paths);
        return known;
    }
    known = memory_take(1, sizeof(*known));
    *known = (struct known_pair){
        .paths = paths, .length = length, .old = CERTIFICATE_NONE, .index = CERTIFICATE_NONE};
    HASH_ADD_KEYPTR(hh, reader->known, known->paths, known->length, known);
    return known;
}

/* NOLINTEND(readability-function-size) */

static void
remember_in_force(struct certificate_reader *reader)
{
    const struct certificate_book *book = reader->in_force;

    for (uint32_t i = 0; i < book->row_count; i++) {
        const struct certificate_row *row = &book->certificates[i];
        if (row->key.length == 0) /* the api's */
            continue;
        find_known(reader, certificate_slice(book, row->path),
                   certificate_slice(book, row->key_path))
            ->old = i;
    }
}

/* Whether it stands in the book in force as it is in the files. */
static bool
is_unchanged(const struct certificate_reader *reader, const struct known_pair *known,
             struct pair_files *files)
{
    if (known->old == CERTIFICATE_NONE)
        return false;
    const struct certificate_row *row = &reader->in_force->certificates[known->old];
    return stamps_are_equal(&row->stamp, &files->certificate.stamp) &&
           stamps_are_equal(&row->key_stamp, &pair_files_key(files)->stamp);
}

/* Of two that somebody could get, one that is over is never the better one. */
static bool
is_worse_than_old(const struct certificate_reader *reader, const struct known_pair *known,
                  const struct pair_files *files, const struct tls_pair *pair)
{
    return (reader->keeps_old || files->is_of_folder) && known->old != CERTIFICATE_NONE &&
           pair->facts.not_after_s < reader->now_s;
}

static void
add_pair(struct certificate_reader *reader, struct known_pair *known, struct pair_files *files,
         struct config_findings *findings)
{
    struct tls_pair pair;
    const char *reason;
    enum tls_pair_part wrong =
        tls_pair_read(&pair, reader->parser, stamped_file_text(&files->certificate),
                      stamped_file_text(pair_files_key(files)), &reason);
    const struct stamped_file *blamed =
        wrong == TLS_PAIR_KEY ? pair_files_key(files) : &files->certificate;
    struct certificate_source source = {
        .path = files->certificate.path,
        .key_path = files->is_one ? "" : files->key.path,
        .stamp = files->certificate.stamp,
        .key_stamp = pair_files_key(files)->stamp,
        .pair = &pair,
    };

    if (wrong == TLS_PAIR_GOOD && is_worse_than_old(reader, known, files, &pair))
        config_findings_add(findings, files->gravity, files->certificate.member,
                            "%s has expired already", files->certificate.path);
    else if (wrong == TLS_PAIR_GOOD)
        known->index = certificate_builder_add(reader->builder, &source);
    else
        config_findings_add(findings, files->gravity, blamed->member, "%s %s", blamed->path,
                            reason);
    tls_pair_clear(&pair);
}

static void
read_pair(struct certificate_reader *reader, struct known_pair *known, struct pair_files *files,
          struct config_findings *findings)
{
    known->is_bad = true;
    if (pair_files_open(files, findings)) {
        if (is_unchanged(reader, known, files))
            known->index =
                certificate_builder_copy(reader->builder, reader->in_force, known->old);
        else if (pair_files_read(files, findings))
            add_pair(reader, known, files, findings);
    }
    if (known->index == CERTIFICATE_NONE && (reader->keeps_old || files->is_of_folder) &&
        known->old != CERTIFICATE_NONE)
        known->index = certificate_builder_copy(reader->builder, reader->in_force, known->old);
    known->is_bad = known->index == CERTIFICATE_NONE;
    pair_files_close(files);
    if (reader->on_progress != NULL)
        reader->on_progress(reader->progress_argument);
}

/* Whether workers have that very certificate now. */
static bool
is_in_force(struct certificate_reader *reader, const struct tls_certificate_facts *facts)
{
    if (reader->of_in_force == NULL)
        reader->of_in_force = certificate_fingerprints_new(reader->in_force);
    return certificate_fingerprints_have(reader->of_in_force, facts);
}

static void
judge_dates(struct certificate_reader *reader, const struct pair_files *files,
            const struct tls_certificate_facts *facts, struct config_findings *findings)
{
    bool is_over = facts->not_after_s < reader->now_s;
    char when[CLOCK_ISO_SIZE];

    if (!is_over && facts->not_before_s <= reader->now_s)
        return;
    clock_format_iso(when, (uint64_t)(is_over ? facts->not_after_s : facts->not_before_s) *
                               US_PER_SECOND);
    enum config_gravity gravity = is_over && reader->refuses_expired && !files->is_of_folder &&
                                          !is_in_force(reader, facts)
                                      ? CONFIG_ERROR
                                      : CONFIG_WARNING;
    config_findings_add(findings, gravity, files->certificate.member, "%s %s %.10s",
                        files->certificate.path,
                        is_over ? "has expired on" : "is not valid before", when);
}

static void
give_pair(struct certificate_reader *reader, struct pair_files *files,
          struct config_findings *findings)
{
    struct known_pair *known = find_known(reader, slice_of(files->certificate.path),
                                          slice_of(files->is_one ? NULL : files->key.path));

    if (known->index == CERTIFICATE_NONE && !known->is_bad)
        read_pair(reader, known, files, findings);
    if (known->index == CERTIFICATE_NONE)
        return;
    certificate_builder_give(reader->builder, known->index);
    judge_dates(reader, files, certificate_builder_facts(reader->builder, known->index),
                findings);
}

static void
inspect(void *argument, const struct config_listener *listener,
        const struct config_certificate *named, bool is_default,
        struct config_findings *findings)
{
    struct certificate_reader *reader = argument;
    struct pair_files files = pair_files_named(named);

    if (is_default)
        certificate_builder_begin_listener(reader->builder, listener->name);
    give_pair(reader, &files, findings);
}

static int
is_pair(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > strlen(ENDING) &&
           strcmp(entry->d_name + length - strlen(ENDING), ENDING) == 0;
}

static void
give_file(struct certificate_reader *reader, const char *path, struct config_findings *findings)
{
    const struct config_certificate about = {.certificate = (char *)path};
    struct pair_files files = {
        .certificate = {.path = path, .member = FOLDER_MEMBER, .fd = -1},
        .key = {.fd = -1},
        .is_one = true,
        .is_of_folder = true,
        .gravity = reader->keeps_old ? CONFIG_ERROR : CONFIG_WARNING,
    };

    config_findings_about(findings, &about);
    give_pair(reader, &files, findings);
    config_findings_about(findings, NULL);
}

/* In the order of their names, whatever the folder's is. */
static void
inspect_folder(void *argument, const struct config_listener *listener, const char *folder,
               struct config_findings *findings)
{
    struct certificate_reader *reader = argument;
    const struct config_certificate about = {.certificate = (char *)folder};
    struct dirent **entries;
    int count = scandir(folder, &entries, is_pair, alphasort);

    (void)listener;
    if (count == -1) {
        config_findings_about(findings, &about);
        config_findings_add(findings, reader->keeps_old ? CONFIG_ERROR : CONFIG_WARNING,
                            FOLDER_MEMBER, "%s cannot be read: %s", folder, strerror(errno));
        return;
    }
    for (int i = 0; i < count; i++) {
        char *path = memory_print("%s/%s", folder, entries[i]->d_name);
        give_file(reader, path, findings);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static struct trust_reader
trust_reader_of(const struct certificate_reader *reader)
{
    return (struct trust_reader){reader->builder, reader->in_force, reader->now_s,
                                 reader->keeps_old};
}

static void
inspect_api_certificate(void *argument, const struct config_certificate *certificate,
                        struct config_findings *findings)
{
    struct certificate_reader *reader = argument;
    const struct api_pair_reader api_reader = {reader->builder, reader->in_force,
                                               reader->api_in_force_fd, reader->now_s,
                                               reader->keeps_old};

    api_pair_inspect(&api_reader, &reader->api, certificate, findings);
}

static void
inspect_target_ca(void *argument, const char *path, struct config_findings *findings)
{
    const struct trust_reader trust_reader = trust_reader_of(argument);

    trust_reader_inspect_target_ca(&trust_reader, path, findings);
}

static void
inspect_trust_store(void *argument, const struct config_trust_store *store,
                    struct config_findings *findings)
{
    const struct certificate_reader *reader = argument;
    const struct trust_reader trust_reader = trust_reader_of(reader);

    trust_reader_inspect(&trust_reader, store, findings);
    if (reader->on_progress != NULL)
        reader->on_progress(reader->progress_argument);
}

struct certificate_reader *
certificate_reader_new(const struct certificate_files *in_force)
{
    struct certificate_reader *reader = memory_take(1, sizeof(*reader));
    const char *error;

    reader->inspector = (struct config_inspector){
        .certificate = inspect,
        .argument = reader,
        .folder = inspect_folder,
        .trust_store = inspect_trust_store,
        .api_certificate = inspect_api_certificate,
        .target_ca = inspect_target_ca,
    };
    reader->api_in_force_fd = in_force == NULL ? -1 : in_force->api_fd;
    reader->builder = certificate_builder_new();
    reader->parser = tls_parser_new();
    reader->now_s = (int64_t)time(NULL);
    if (in_force != NULL && in_force->fd != -1)
        reader->in_force = certificate_book_open(in_force->fd, in_force->keys_fd, &error);
    if (reader->in_force != NULL)
        remember_in_force(reader);
    reader->refuses_expired = reader->in_force != NULL;
    return reader;
}

void
certificate_reader_free(struct certificate_reader **reader)
{
    struct known_pair *known = (*reader)->known;

    HASH_CLEAR(hh, (*reader)->known);
    while (known != NULL) {
        struct known_pair *next = known->hh.next;
        free(known->paths);
        free(known);
        known = next;
    }
    api_pair_clear(&(*reader)->api);
    certificate_builder_free(&(*reader)->builder);
    tls_parser_free(&(*reader)->parser);
    certificate_fingerprints_free(&(*reader)->of_in_force);
    certificate_book_release(&(*reader)->in_force);
    free(*reader);
    *reader = NULL;
}

const struct config_inspector *
certificate_reader_inspector(struct certificate_reader *reader)
{
    return &reader->inspector;
}

void
certificate_reader_on_progress(struct certificate_reader *reader,
                               void (*on_progress)(void *argument), void *argument)
{
    reader->on_progress = on_progress;
    reader->progress_argument = argument;
}

void
certificate_reader_keep_old(struct certificate_reader *reader)
{
    reader->keeps_old = true;
}

void
certificate_reader_begin_anew(struct certificate_reader *reader)
{
    reader->refuses_expired = false;
}

bool
certificate_reader_write(struct certificate_reader *reader,
                         const struct certificate_files *files)
{
    bool is_same = reader->in_force == NULL
                       ? certificate_builder_is_empty(reader->builder)
                       : certificate_builder_equals(reader->builder, reader->in_force);

    if (is_same)
        return true;
    return api_pair_write(&reader->api, files->api_fd) &&
           certificate_builder_write(reader->builder, files->fd, files->keys_fd);
}
