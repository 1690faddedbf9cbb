/* SPDX-License-Identifier: Apache-2.0 */
/* Headers and extents are looked at here, the rows in snapshot_check.c. */
#include "ipc/snapshot_open.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "ipc/snapshot_check.h"
#include "ipc/snapshot_layout.h"

static bool
extent_fits(const struct snapshot_header *header, const struct snapshot_extent *extent,
            size_t row_bytes)
{
    return extent->offset % SNAPSHOT_ALIGNMENT == 0 &&
           extent->offset >= sizeof(struct snapshot_header) &&
           extent->offset <= header->size_bytes && extent->count < SNAPSHOT_NO_INDEX &&
           extent->count <= (header->size_bytes - extent->offset) / row_bytes;
}

/* The reason why the header cannot be believed, or NULL. */
static const char *
check_header(const struct snapshot_header *header, size_t size_bytes, enum snapshot_part part)
{
    if (header->magic != SNAPSHOT_MAGIC)
        return "not a snapshot";
    if (header->layout != snapshot_layout())
        return "a snapshot of another build";
    if (header->part != part)
        return "the other part of a snapshot";
    if (header->size_bytes != size_bytes)
        return "a snapshot of another size than its header says";
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        if (!extent_fits(header, &header->tables[table], snapshot_row_bytes[table]))
            return "a table reaches out of the snapshot";
    if (!extent_fits(header, &header->strings, 1))
        return "the string pool reaches out of the snapshot";
    return NULL;
}

/* The reason why the descriptor cannot be mapped safely, or NULL. */
static const char *
map(struct snapshot *snapshot, int fd)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals == -1 || (seals & SNAPSHOT_SEALS) != SNAPSHOT_SEALS)
        return "a snapshot that is not sealed";
    if (fstat(fd, &status) == -1 || status.st_size < (off_t)sizeof(struct snapshot_header))
        return "a snapshot without a header";
    size_t size_bytes = (size_t)status.st_size;
    void *mapping = mmap(NULL, size_bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (mapping == MAP_FAILED)
        return "a snapshot that cannot be mapped";
    snapshot->mapping = mapping;
    snapshot->size_bytes = size_bytes;
    return NULL;
}

static void
unmap(const struct snapshot *snapshot)
{
    if (snapshot->mapping != NULL)
        munmap((void *)(uintptr_t)snapshot->mapping, snapshot->size_bytes);
}

static const struct snapshot_header *
header_of(const struct snapshot *snapshot)
{
    return (const void *)snapshot->mapping;
}

/* Points members into the mapping. */
#define FIND_TABLE(type, table)                                                                \
    snapshot->type##_rows =                                                                    \
        (const void *)(snapshot->mapping + header->tables[SNAPSHOT_TABLE_##type].offset);      \
    snapshot->type##_count = (uint32_t)header->tables[SNAPSHOT_TABLE_##type].count;

static void
find_base(struct snapshot *snapshot, const struct snapshot_header *header)
{
    snapshot->settings = &header->settings;
    SNAPSHOT_BASE_TABLES(FIND_TABLE)
}

static void
find_current(struct snapshot *snapshot, const struct snapshot_header *header)
{
    snapshot->generation = header->generation;
    SNAPSHOT_CURRENT_TABLES(FIND_TABLE)
}

#undef FIND_TABLE

/* Maps and checks one part; the reason why it must not be used, or NULL. */
static const char *
take_part(struct snapshot *snapshot, int fd, enum snapshot_part part)
{
    const char *reason = map(snapshot, fd);

    if (reason != NULL)
        return reason;
    const struct snapshot_header *header = header_of(snapshot);
    reason = check_header(header, snapshot->size_bytes, part);
    if (reason != NULL)
        return reason;
    snapshot->strings[part] = snapshot->mapping + header->strings.offset;
    snapshot->string_bytes[part] = (uint32_t)header->strings.count;
    if (part == SNAPSHOT_BASE)
        find_base(snapshot, header);
    else
        find_current(snapshot, header);
    return snapshot_check(snapshot, part);
}

/* A snapshot without targets, which others begin as a copy of. */
struct snapshot_base {
    struct snapshot tables;
    uint64_t number;
    unsigned users;
};

struct snapshot_base *
snapshot_base_open(int fd, const char **error)
{
    struct snapshot_base *base = memory_take(1, sizeof(*base));

    base->users = 1;
    *error = take_part(&base->tables, fd, SNAPSHOT_BASE);
    if (*error == NULL)
        base->number = header_of(&base->tables)->base_number;
    else
        snapshot_base_close(&base);
    return base;
}

void
snapshot_base_close(struct snapshot_base **base)
{
    struct snapshot_base *closed = *base;

    *base = NULL;
    if (closed == NULL || --closed->users > 0)
        return;
    unmap(&closed->tables);
    free(closed);
}

static const char *
take_current(struct snapshot *snapshot, int fd, const struct snapshot_base *base)
{
    const char *reason = take_part(snapshot, fd, SNAPSHOT_CURRENT);

    if (reason == NULL && header_of(snapshot)->base_number != base->number)
        reason = "a snapshot of another base";
    return reason;
}

struct snapshot *
snapshot_open(int fd, struct snapshot_base *base, const char **error)
{
    *error = "a snapshot without its base";
    if (base == NULL)
        return NULL;
    struct snapshot *snapshot = memory_take(1, sizeof(*snapshot));
    *snapshot = base->tables;
    snapshot->mapping = NULL;
    *error = take_current(snapshot, fd, base);
    if (*error != NULL) {
        snapshot_close(&snapshot);
        return NULL;
    }
    snapshot->base = base;
    base->users++;
    return snapshot;
}

void
snapshot_close(struct snapshot **snapshot)
{
    struct snapshot *closed = *snapshot;

    *snapshot = NULL;
    if (closed == NULL)
        return;
    unmap(closed);
    snapshot_base_close(&closed->base);
    free(closed);
}

struct snapshot *
snapshot_open_files(const struct snapshot_files *files, const char **error)
{
    struct snapshot_base *base = snapshot_base_open(files->base_fd, error);
    struct snapshot *snapshot = base == NULL ? NULL : snapshot_open(files->fd, base, error);

    snapshot_base_close(&base);
    return snapshot;
}
