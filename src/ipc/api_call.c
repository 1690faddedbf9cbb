/* SPDX-License-Identifier: Apache-2.0 */
/* The lengths of all parts, then the parts, and nothing behind them. */
#include "ipc/api_call.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "ipc/page.h"

enum part {

#define API_CALL_PART(member, most) PART_##member,
#include "ipc/api_call_parts.def"
#undef API_CALL_PART
    PART_COUNT
};

static const struct {
    size_t offset, most;
} parts[PART_COUNT] = {

#define API_CALL_PART(member, most) {offsetof(struct api_call, member), most},
#include "ipc/api_call_parts.def"
#undef API_CALL_PART
};

#define LENGTHS_BYTES (PART_COUNT * sizeof(uint32_t))

/* Of the largest page. */
static size_t
bytes_max(void)
{
    size_t total = LENGTHS_BYTES;

    for (size_t i = 0; i < PART_COUNT; i++)
        total += parts[i].most;
    return total;
}

static struct slice *
part_of(struct api_call *call, size_t part)
{
    return (struct slice *)(void *)((char *)call + parts[part].offset);
}

int
api_call_write(const struct api_call *call)
{
    struct api_call copy = *call;
    uint32_t lengths[PART_COUNT];
    size_t total = LENGTHS_BYTES;

    for (size_t i = 0; i < PART_COUNT; i++) {
        size_t length = part_of(&copy, i)->length;
        if (length > parts[i].most) {
            errno = EMSGSIZE;
            return -1;
        }
        lengths[i] = (uint32_t)length;
        total += length;
    }
    struct text text = text_over(memory_take(total, 1), total);
    text_add_bytes(&text, (const char *)lengths, LENGTHS_BYTES);
    for (size_t i = 0; i < PART_COUNT; i++)
        text_add_slice(&text, *part_of(&copy, i));
    int fd = page_create(text_slice(&text));
    int reason = errno;
    free(text.at);
    errno = reason;
    return fd;
}

/* What is wrong with the page's bytes, or NULL. */
static const char *
find_parts(struct api_call *call, struct slice page)
{
    uint32_t lengths[PART_COUNT];

    if (page.length < LENGTHS_BYTES)
        return "it is too short";
    memcpy(lengths, page.at, LENGTHS_BYTES);
    struct slice rest = slice_make(page.at + LENGTHS_BYTES, page.length - LENGTHS_BYTES);
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (lengths[i] > parts[i].most)
            return "a part is over its bound";
        if (lengths[i] > rest.length)
            return "it is too short";
        *part_of(call, i) = slice_make(rest.at, lengths[i]);
        rest = slice_make(rest.at + lengths[i], rest.length - lengths[i]);
    }
    return rest.length > 0 ? "something follows its parts" : NULL;
}

bool
api_call_read(int fd, struct api_call *call, const char **error)
{
    size_t length;

    *call = (struct api_call){0};
    call->memory = page_read(fd, bytes_max(), &length, error);
    if (call->memory == NULL)
        return false;
    *error = find_parts(call, slice_make(call->memory, length));
    if (*error != NULL)
        api_call_clear(call);
    return *error == NULL;
}

void
api_call_clear(struct api_call *call)
{
    free(call->memory);
    *call = (struct api_call){0};
}
