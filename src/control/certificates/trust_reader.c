/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/trust_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/certificates/stamped_file.h"
#include "net/tls/tls_trust.h"

/* The ALB takes 16 KB and 50 MB. */
#define BUNDLE_MOST_MIB 1
#define REVOCATIONS_MOST_MIB 64
#define US_PER_SECOND 1000000
#define BUNDLE_MEMBER "ca_certificates_bundle"
#define TARGET_CA_MEMBER "attributes.target_tls.ca"
#define REVOCATIONS_MEMBER "revocation_lists"

/* The files of a store while they are looked at, the bundle first. */
struct store_files {
    struct stamped_file *files;
    size_t count;
};

static struct store_files
files_of(const struct config_trust_store *store, const char *bundle_member)
{
    struct store_files all = {.count = 1 + store->revocation_list_count};

    all.files = memory_take(all.count, sizeof(*all.files));
    all.files[0] = (struct stamped_file){
        .path = store->ca_certificates_bundle, .member = bundle_member, .fd = -1};
    for (size_t i = 1; i < all.count; i++)
        all.files[i] = (struct stamped_file){.path = store->revocation_lists[i - 1].value,
                                             .member = REVOCATIONS_MEMBER,
                                             .fd = -1};
    return all;
}

static void
close_files(struct store_files *all)
{
    for (size_t i = 0; i < all->count; i++)
        stamped_file_close(&all->files[i]);
    free(all->files);
}

/* A finding about one of the files, by whose name a configuration in force is told of it. */
static void
find_fault(struct config_findings *findings, enum config_gravity gravity,
           const struct stamped_file *file, const char *words, const char *reason)
{
    const struct config_certificate about = {.certificate = (char *)(uintptr_t)file->path};

    config_findings_about(findings, &about);
    config_findings_add(findings, gravity, file->member, "%s %s%s", file->path, words, reason);
    config_findings_about(findings, NULL);
}

static bool
open_files(const struct store_files *all, struct config_findings *findings)
{
    bool are_open = true;

    for (size_t i = 0; i < all->count; i++) {
        const char *reason =
            stamped_file_open(&all->files[i], i == 0 ? BUNDLE_MOST_MIB : REVOCATIONS_MOST_MIB);
        if (reason == NULL)
            continue;
        find_fault(findings, CONFIG_ERROR, &all->files[i], "cannot be read: ", reason);
        are_open = false;
    }
    return are_open;
}

static bool
is_unchanged(const struct certificate_book *book, const struct certificate_trust *trust,
             const struct store_files *all)
{
    if (trust == NULL || trust->files.count != all->count)
        return false;
    for (size_t i = 0; i < all->count; i++) {
        const struct certificate_trust_file *file = &book->trust_files[trust->files.first + i];
        if (!slice_equal(certificate_slice(book, file->path), slice_of(all->files[i].path)) ||
            !stamps_are_equal(&file->stamp, &all->files[i].stamp))
            return false;
    }
    return true;
}

static bool
read_files(const struct store_files *all, struct tls_trust *trust,
           struct config_findings *findings)
{
    for (size_t i = 0; i < all->count; i++) {
        struct stamped_file *file = &all->files[i];
        const char *reason = stamped_file_read(file);
        if (reason != NULL) {
            find_fault(findings, CONFIG_ERROR, file, "cannot be read: ", reason);
            return false;
        }
        reason = i == 0 ? tls_trust_read_bundle(trust, stamped_file_text(file))
                        : tls_trust_read_revocations(trust, stamped_file_text(file));
        if (reason != NULL) {
            find_fault(findings, CONFIG_ERROR, file, "", reason);
            return false;
        }
    }
    tls_trust_sort(trust);
    return true;
}

static void
format_day(char day[CLOCK_ISO_SIZE], int64_t seconds)
{
    clock_format_iso(day, (uint64_t)seconds * US_PER_SECOND);
    day[sizeof("2026-01-02") - 1] = '\0';
}

static void
judge_dates(const struct trust_reader *reader, const struct store_files *all,
            const struct tls_trust *trust, struct config_findings *findings)
{
    char day[CLOCK_ISO_SIZE];

    if (trust->first_end_s < reader->now_s) {
        format_day(day, trust->first_end_s);
        find_fault(findings, CONFIG_WARNING, &all->files[0],
                   "holds an authority whose clients are refused: it has expired on ", day);
    }
    if (trust->first_update_s < reader->now_s) {
        format_day(day, trust->first_update_s);
        find_fault(findings, CONFIG_WARNING, &all->files[1],
                   "(or a list behind it) lacks what was revoked since its end on ", day);
    }
}

static void
add(const struct trust_reader *reader, const char *name, const struct store_files *all,
    const struct tls_trust *trust)
{
    const char **paths = memory_take(all->count, sizeof(*paths));
    struct certificate_stamp *stamps = memory_take(all->count, sizeof(*stamps));
    const struct certificate_trust_source source = {name, paths, stamps, all->count, trust};

    for (size_t i = 0; i < all->count; i++) {
        paths[i] = all->files[i].path;
        stamps[i] = all->files[i].stamp;
    }
    certificate_builder_add_trust(reader->builder, &source);
    free(paths);
    free(stamps);
}

static void
inspect(const struct trust_reader *reader, const struct config_trust_store *store,
        const char *bundle_member, struct config_findings *findings)
{
    struct store_files all = files_of(store, bundle_member);
    struct tls_trust trust = TLS_TRUST_NONE;
    const struct certificate_trust *old =
        reader->in_force == NULL
            ? NULL
            : certificate_trust_find(reader->in_force, slice_of(store->name));

    if (open_files(&all, findings)) {
        if (is_unchanged(reader->in_force, old, &all)) {
            certificate_builder_copy_trust(reader->builder, reader->in_force, old);
            old = NULL;
        } else if (read_files(&all, &trust, findings)) {
            judge_dates(reader, &all, &trust, findings);
            add(reader, store->name, &all, &trust);
            old = NULL;
        }
    }
    if (old != NULL && reader->keeps_old)
        certificate_builder_copy_trust(reader->builder, reader->in_force, old);
    tls_trust_clear(&trust);
    close_files(&all);
}

void
trust_reader_inspect(const struct trust_reader *reader, const struct config_trust_store *store,
                     struct config_findings *findings)
{
    inspect(reader, store, BUNDLE_MEMBER, findings);
}

void
trust_reader_inspect_target_ca(const struct trust_reader *reader, const char *path,
                               struct config_findings *findings)
{
    char *name = (char *)(uintptr_t)path;
    const struct config_trust_store store = {.name = name, .ca_certificates_bundle = name};

    if (!certificate_builder_has_trust(reader->builder, path))
        inspect(reader, &store, TARGET_CA_MEMBER, findings);
}
