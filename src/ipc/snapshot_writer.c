/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that grow, and their way into a sealed memfd. */
#include "ipc/snapshot_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"

void
snapshot_writer_open(struct snapshot_writer *writer, enum snapshot_part part)
{
    memset(writer, 0, sizeof(*writer));
    string_pool_open(&writer->strings, part);
}

void
snapshot_writer_close(struct snapshot_writer *writer)
{
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        free(writer->tables[table].rows);
    string_pool_close(&writer->strings);
    memset(writer, 0, sizeof(*writer));
}

uint32_t
snapshot_writer_extend(struct snapshot_writer *writer, enum snapshot_table_id table,
                       uint32_t count)
{
    uint32_t first = writer->tables[table].count;
    const size_t size = snapshot_row_bytes[table];

    CHECK(count < UINT32_MAX / 4 && first < UINT32_MAX / 4);
    if (count == 0)
        return first;
    if (first + count > writer->tables[table].capacity) {
        writer->tables[table].capacity = first * 2 + count + 16;
        writer->tables[table].rows =
            memory_resize(writer->tables[table].rows, writer->tables[table].capacity, size);
    }
    memset(writer->tables[table].rows + first * size, 0, count * size);
    writer->tables[table].count += count;
    return first;
}

void
snapshot_writer_clear(struct snapshot_writer *writer)
{
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        writer->tables[table].count = 0;
    string_pool_clear(&writer->strings);
}

/* Gives a piece the next aligned place and returns where it ends. */
static uint64_t
place(struct snapshot_extent *extent, uint64_t end, uint64_t count, size_t size)
{
    extent->offset = (end + SNAPSHOT_ALIGNMENT - 1) / SNAPSHOT_ALIGNMENT * SNAPSHOT_ALIGNMENT;
    extent->count = count;
    return extent->offset + count * size;
}

static void
lay_out(const struct snapshot_writer *writer, struct snapshot_header *header)
{
    uint64_t end = sizeof(*header);

    memset(header, 0, sizeof(*header));
    header->magic = SNAPSHOT_MAGIC;
    header->layout = snapshot_layout();
    header->part = writer->strings.part;
    header->settings = writer->settings;
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        end = place(&header->tables[table], end, writer->tables[table].count,
                    snapshot_row_bytes[table]);
    header->size_bytes = place(&header->strings, end, writer->strings.length, 1);
}

static bool
write_at(int fd, const void *bytes, size_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t written = pwrite(fd, bytes, length, (off_t)offset);
        if (written == -1 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = (const char *)bytes + written;
        length -= (size_t)written;
        offset += (uint64_t)written;
    }
    return true;
}

static bool
write_all(const struct snapshot_writer *writer, const struct snapshot_header *header, int fd)
{
    if (ftruncate(fd, (off_t)header->size_bytes) == -1 ||
        !write_at(fd, header, sizeof(*header), 0))
        return false;
    for (int table = 0; table < SNAPSHOT_TABLE_COUNT; table++)
        if (!write_at(fd, writer->tables[table].rows,
                      (size_t)writer->tables[table].count * snapshot_row_bytes[table],
                      header->tables[table].offset))
            return false;
    return write_at(fd, writer->strings.bytes, writer->strings.length, header->strings.offset);
}

int
snapshot_writer_seal(const struct snapshot_writer *writer, uint64_t base_number,
                     uint64_t generation)
{
    struct snapshot_header header;
    int fd = memfd_create("fairlead-snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd == -1)
        return -1;
    lay_out(writer, &header);
    header.base_number = base_number;
    header.generation = generation;
    if (!write_all(writer, &header, fd) || fcntl(fd, F_ADD_SEALS, SNAPSHOT_SEALS) == -1) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}
