/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/api_pair_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/certificates/pair_files.h"
#include "net/tls/tls_pair.h"

#define US_PER_SECOND 1000000

static void
give(const struct api_pair_reader *reader, uint32_t certificate)
{
    certificate_builder_begin_listener(reader->builder, API_PAIR_LISTENER);
    certificate_builder_give(reader->builder, certificate);
}

static void
judge_date(const struct api_pair_reader *reader, const struct stamped_file *certificate,
           const struct tls_pair *pair, struct config_findings *findings)
{
    char when[CLOCK_ISO_SIZE];

    if (pair->facts.not_after_s >= reader->now_s)
        return;
    clock_format_iso(when, (uint64_t)pair->facts.not_after_s * US_PER_SECOND);
    config_findings_add(findings, CONFIG_WARNING, certificate->member,
                        "%s has expired on %.10s", certificate->path, when);
}

/* The row has no stamps: it is read anew each time, for there is one only. */
static void
add(const struct api_pair_reader *reader, const struct config_certificate *named,
    struct tls_pair *pair)
{
    struct tls_bytes key = pair->key;
    const struct certificate_source source = {
        .path = named->certificate,
        .key_path = named->private_key == NULL ? "" : named->private_key,
        .pair = pair,
    };

    pair->key = (struct tls_bytes){NULL, 0};
    give(reader, certificate_builder_add(reader->builder, &source));
    pair->key = key;
}

static void
keep_texts(struct api_pair *kept, struct slice certificate, struct slice key)
{
    kept->length = certificate.length + 1 + key.length;
    kept->text = memory_take(1, kept->length);
    memcpy(kept->text, certificate.at, certificate.length);
    kept->text[certificate.length] = '\n';
    memcpy(kept->text + certificate.length + 1, key.at, key.length);
}

static bool
read_pair(const struct api_pair_reader *reader, struct api_pair *kept,
          const struct config_certificate *named, struct pair_files *files,
          struct config_findings *findings)
{
    struct slice certificate = stamped_file_text(&files->certificate);
    struct slice key = stamped_file_text(pair_files_key(files));
    struct tls_pair pair;
    const char *reason;
    enum tls_pair_part wrong = tls_pair_read(&pair, NULL, certificate, key, &reason);
    const struct stamped_file *blamed =
        wrong == TLS_PAIR_KEY ? pair_files_key(files) : &files->certificate;

    if (wrong == TLS_PAIR_GOOD) {
        judge_date(reader, &files->certificate, &pair, findings);
        add(reader, named, &pair);
        keep_texts(kept, certificate, key);
    } else {
        config_findings_add(findings, CONFIG_ERROR, blamed->member, "%s %s", blamed->path,
                            reason);
    }
    tls_pair_clear(&pair);
    return wrong == TLS_PAIR_GOOD;
}

static void
keep_old(const struct api_pair_reader *reader, struct api_pair *kept)
{
    struct stat status;
    const struct certificate_listener *old =
        reader->in_force == NULL
            ? NULL
            : certificate_listener_find(reader->in_force, SLICE_LITERAL(API_PAIR_LISTENER));

    if (old == NULL || fstat(reader->in_force_fd, &status) == -1 || status.st_size == 0)
        return;
    kept->length = (size_t)status.st_size;
    kept->text = memory_take(1, kept->length);
    if (pread(reader->in_force_fd, kept->text, kept->length, 0) != (ssize_t)kept->length) {
        api_pair_clear(kept);
        return;
    }
    uint32_t row = reader->in_force->members[old->certificates.first].certificate;
    give(reader, certificate_builder_copy(reader->builder, reader->in_force, row));
}

void
api_pair_inspect(const struct api_pair_reader *reader, struct api_pair *pair,
                 const struct config_certificate *named, struct config_findings *findings)
{
    struct pair_files files = pair_files_named(named);

    *pair = (struct api_pair){.text = NULL};
    bool is_read = pair_files_open(&files, findings) && pair_files_read(&files, findings) &&
                   read_pair(reader, pair, named, &files, findings);
    if (!is_read && reader->keeps_old)
        keep_old(reader, pair);
    pair_files_close(&files);
}

void
api_pair_clear(struct api_pair *pair)
{
    if (pair->text != NULL)
        explicit_bzero(pair->text, pair->length);
    free(pair->text);
    *pair = (struct api_pair){.text = NULL};
}

bool
api_pair_write(const struct api_pair *pair, int fd)
{
    size_t written = 0;

    while (written < pair->length) {
        ssize_t got = write(fd, pair->text + written, pair->length - written);
        if (got == -1 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        written += (size_t)got;
    }
    return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) ==
           0;
}
