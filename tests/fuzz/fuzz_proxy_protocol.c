/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROXY headers: cut anywhere they come to the same, take no byte behind their end and none
 * beyond their bound, and what they tell is two addresses of IP.
 */
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "net/proxy_header.h"

static bool
is_ip(const struct address *address)
{
    return address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6;
}

/* In steps that follow from the seed; 0: at once. */
static enum proxy_result
feed(struct proxy_header *header, const char *bytes, size_t size, size_t step)
{
    enum proxy_result result = PROXY_MORE;
    size_t at = 0, used = 0;

    *header = (struct proxy_header){0};
    while (at < size && result == PROXY_MORE) {
        size_t length = step == 0 || size - at < step ? size - at : step;
        result = proxy_header_feed(header, bytes + at, length, &used);
        CHECK(used <= length && (result != PROXY_MORE || used == length));
        at += used;
    }
    CHECK(at == header->taken && at <= PROXY_HEADER_V2_MAX);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_header whole, cut;

    if (size < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    enum proxy_result result = feed(&whole, bytes, size - 1, 0);
    CHECK(feed(&cut, bytes, size - 1, data[0] % 7 + 1) == result);
    CHECK(whole.taken == cut.taken && whole.is_told == cut.is_told);
    CHECK(address_equal(&whole.source, &cut.source));
    CHECK(address_equal(&whole.destination, &cut.destination));
    CHECK(!whole.is_told || result == PROXY_DONE);
    CHECK(!whole.is_told || (is_ip(&whole.source) && is_ip(&whole.destination)));
    return 0;
}
