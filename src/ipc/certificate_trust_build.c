/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/certificate_book_build.h"
#include "ipc/certificate_builder.h"

static void
add_file(struct certificate_builder *builder, struct slice path,
         const struct certificate_stamp *stamp)
{
    const struct certificate_trust_file row = {certificate_builder_bytes(builder, path),
                                               *stamp};

    *(struct certificate_trust_file *)growing_take(&builder->trust_files, sizeof(row)) = row;
}

static void
add_anchor(struct certificate_builder *builder, struct certificate_trust *row, struct slice der)
{
    const struct certificate_link link = {certificate_builder_bytes(builder, der)};

    *(struct certificate_link *)growing_take(&builder->links, sizeof(link)) = link;
    row->hash = slice_hash(row->hash, der);
}

static void
add_revocations(struct certificate_builder *builder, struct certificate_trust *row,
                const void *rows, size_t count)
{
    size_t size = count * sizeof(struct certificate_revocation);

    if (count == 0)
        return;
    memcpy(growing_take(&builder->revocations, size), rows, size);
    row->hash = slice_hash(row->hash, slice_make(rows, size));
}

/* A row whose files, anchors and revocations come next. */
static struct certificate_trust
begin_trust(struct certificate_builder *builder, struct slice name)
{
    return (struct certificate_trust){
        .name = certificate_builder_bytes(builder, name),
        .files = {ROW_COUNT(builder->trust_files, certificate_trust_file), 0},
        .anchors = {ROW_COUNT(builder->links, certificate_link), 0},
        .revoked = {ROW_COUNT(builder->revocations, certificate_revocation), 0},
        .hash = SLICE_HASH_START,
    };
}

static void
end_trust(struct certificate_builder *builder, struct certificate_trust *row)
{
    row->files.count =
        ROW_COUNT(builder->trust_files, certificate_trust_file) - row->files.first;
    row->anchors.count = ROW_COUNT(builder->links, certificate_link) - row->anchors.first;
    row->revoked.count =
        ROW_COUNT(builder->revocations, certificate_revocation) - row->revoked.first;
    *(struct certificate_trust *)growing_take(&builder->trusts, sizeof(*row)) = *row;
}

void
certificate_builder_add_trust(struct certificate_builder *builder,
                              const struct certificate_trust_source *source)
{
    const struct tls_trust *trust = source->trust;
    struct certificate_trust row = begin_trust(builder, slice_of(source->name));

    row.first_end_s = trust->first_end_s;
    row.first_update_s = trust->first_update_s;
    for (size_t i = 0; i < source->file_count; i++)
        add_file(builder, slice_of(source->paths[i]), &source->stamps[i]);
    for (size_t i = 0; i < trust->anchor_count; i++)
        add_anchor(builder, &row, slice_make(trust->anchors[i].at, trust->anchors[i].length));
    add_revocations(builder, &row, trust->revoked, trust->revoked_count);
    end_trust(builder, &row);
}

void
certificate_builder_copy_trust(struct certificate_builder *builder,
                               const struct certificate_book *book,
                               const struct certificate_trust *trust)
{
    struct certificate_trust row = begin_trust(builder, certificate_slice(book, trust->name));

    row.first_end_s = trust->first_end_s;
    row.first_update_s = trust->first_update_s;
    for (uint32_t i = 0; i < trust->files.count; i++) {
        const struct certificate_trust_file *file = &book->trust_files[trust->files.first + i];
        add_file(builder, certificate_slice(book, file->path), &file->stamp);
    }
    for (uint32_t i = 0; i < trust->anchors.count; i++)
        add_anchor(builder, &row,
                   certificate_slice(book, book->links[trust->anchors.first + i].der));
    if (trust->revoked.count > 0)
        add_revocations(builder, &row, &book->revocations[trust->revoked.first],
                        trust->revoked.count);
    end_trust(builder, &row);
}

bool
certificate_builder_has_trust(const struct certificate_builder *builder, const char *name)
{
    const struct certificate_trust *rows = (const void *)builder->trusts.bytes;

    for (uint32_t i = 0; i < ROW_COUNT(builder->trusts, certificate_trust); i++)
        if (slice_equal(
                slice_make(builder->bytes.bytes + rows[i].name.offset, rows[i].name.length),
                slice_of(name)))
            return true;
    return false;
}
