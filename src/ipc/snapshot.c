/* Mapping a snapshot: the header and the extents here, the rows in snapshot_check.c. */
#include "ipc/snapshot.h"

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
check_header(const struct snapshot_header *header, size_t size_bytes)
{
    if (header->magic != SNAPSHOT_MAGIC)
        return "not a snapshot";
    if (header->layout != snapshot_layout())
        return "a snapshot of another build";
    if (header->size_bytes != size_bytes)
        return "a snapshot of another size than its header says";
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        if (!extent_fits(header, &header->tables[table], snapshot_row_bytes[table]))
            return "a table reaches out of the snapshot";
    if (!extent_fits(header, &header->strings, 1))
        return "the string pool reaches out of the snapshot";
    return NULL;
}

/* Points the members into the mapping. */
static void
find_tables(struct snapshot *snapshot, const struct snapshot_header *header)
{
    const struct snapshot_extent *extent = header->tables;

    snapshot->generation = header->generation;
    snapshot->settings = &header->settings;
    snapshot->strings = snapshot->mapping + header->strings.offset;
    snapshot->string_bytes = (uint32_t)header->strings.count;
#define FIND_TABLE(type, table)                                                                \
    snapshot->type##_rows = (const void *)(snapshot->mapping + extent->offset);                \
    snapshot->type##_count = (uint32_t)extent->count;                                          \
    extent++;
    SNAPSHOT_TABLES(FIND_TABLE)
#undef FIND_TABLE
}

static const char *
check_and_find(struct snapshot *snapshot)
{
    const struct snapshot_header *header = (const void *)snapshot->mapping;
    const char *reason = check_header(header, snapshot->size_bytes);

    if (reason != NULL)
        return reason;
    find_tables(snapshot, header);
    return snapshot_check(snapshot);
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
    snapshot->size_bytes = (size_t)status.st_size;
    void *mapping =
        mmap(NULL, snapshot->size_bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (mapping == MAP_FAILED)
        return "a snapshot that cannot be mapped";
    snapshot->mapping = mapping;
    return NULL;
}

struct snapshot *
snapshot_open(int fd, const char **error)
{
    struct snapshot *snapshot = memory_take(1, sizeof(*snapshot));
    const char *reason = map(snapshot, fd);

    if (reason == NULL)
        reason = check_and_find(snapshot);
    if (reason != NULL)
        snapshot_close(&snapshot);
    *error = reason;
    return snapshot;
}

void
snapshot_close(struct snapshot **snapshot)
{
    if (*snapshot != NULL && (*snapshot)->mapping != NULL)
        munmap((void *)(uintptr_t)(*snapshot)->mapping, (*snapshot)->size_bytes);
    free(*snapshot);
    *snapshot = NULL;
}

uint32_t
snapshot_find_group(const struct snapshot *snapshot, uint32_t group_id)
{
    for (uint32_t i = 0; i < snapshot->group_count; i++)
        if (snapshot->group_rows[i].id == group_id)
            return i;
    return SNAPSHOT_NO_INDEX;
}

uint32_t
snapshot_find_target(const struct snapshot *snapshot, uint32_t group, uint64_t target_id)
{
    uint32_t low = snapshot->group_rows[group].targets.first;
    uint32_t end = low + snapshot->group_rows[group].targets.count;
    uint32_t high = end;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (snapshot->target_rows[middle].id < target_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && snapshot->target_rows[low].id == target_id ? low : SNAPSHOT_NO_INDEX;
}
