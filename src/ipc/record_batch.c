/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/record_batch.h"

#include "base/check.h"

_Static_assert(RECORD_TEXT_BYTES <= UINT16_MAX, "a text's length travels in 16 bits");

static const struct slice *
texts_of(const struct record_form *form, const void *record)
{
    return (const void *)((const char *)record + form->fixed_bytes);
}

bool
record_pack(const struct record_form *form, const void *record, char *batch, size_t capacity,
            size_t *used)
{
    const struct slice *texts = texts_of(form, record);
    size_t lengths_bytes = form->text_count * sizeof(uint16_t);
    size_t total = form->fixed_bytes + lengths_bytes;
    uint16_t lengths[RECORD_TEXTS_MOST];

    CHECK(form->text_count <= RECORD_TEXTS_MOST);
    for (unsigned i = 0; i < form->text_count; i++) {
        size_t length = texts[i].length;
        lengths[i] = (uint16_t)(length < RECORD_TEXT_BYTES ? length : RECORD_TEXT_BYTES);
        total += lengths[i];
    }
    if (capacity - *used < total)
        return false;
    char *at = batch + *used;
    memcpy(at, record, form->fixed_bytes);
    memcpy(at + form->fixed_bytes, lengths, lengths_bytes);
    at += form->fixed_bytes + lengths_bytes;
    for (unsigned i = 0; i < form->text_count; i++) {
        if (lengths[i] != 0)
            memcpy(at, texts[i].at, lengths[i]);
        at += lengths[i];
    }
    *used += total;
    return true;
}

bool
record_unpack(const struct record_form *form, struct slice *batch, void *record)
{
    struct slice *texts = (void *)((char *)record + form->fixed_bytes);
    size_t lengths_bytes = form->text_count * sizeof(uint16_t);
    size_t head_bytes = form->fixed_bytes + lengths_bytes;
    uint16_t lengths[RECORD_TEXTS_MOST];
    struct slice rest = *batch;

    if (rest.length < head_bytes)
        return false;
    memcpy(record, rest.at, form->fixed_bytes);
    memcpy(lengths, rest.at + form->fixed_bytes, lengths_bytes);
    rest = slice_make(rest.at + head_bytes, rest.length - head_bytes);
    for (unsigned i = 0; i < form->text_count; i++) {
        if (lengths[i] > RECORD_TEXT_BYTES || lengths[i] > rest.length)
            return false;
        texts[i] = slice_make(rest.at, lengths[i]);
        rest = slice_make(rest.at + lengths[i], rest.length - lengths[i]);
    }
    *batch = rest;
    return true;
}
