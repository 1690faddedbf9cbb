/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests, one behind the other as on a connection: whole and cut anywhere they must read the
 * same, and what is accepted must be well-formed. The first byte chooses attributes, the second
 * the cuts.
 */
#include "http_messages.h"

#include "base/check.h"

static void
check_accepted(const struct http_head *head)
{
    CHECK(head->minor_version == 0 || head->host.length != 0);
    CHECK(head->host.length == 0 || head->host_name.length != 0);
    CHECK(*head->path.at == '/' || slice_equal(head->path, SLICE_LITERAL("*")));
    CHECK(head->framing != HTTP_BODY_UNTIL_CLOSE);
    CHECK((head->framing == HTTP_BODY_LENGTH) == head->has_content_length);
    CHECK(!head->wants_upgrade || head->upgrade.length != 0);
    CHECK(!head->close_after || !head->keep_alive);
}

/* Returns how many bytes the request took; 0: the connection ends here. */
static size_t
take_request(struct slice input, const struct config_attributes *attributes, uint64_t seed)
{
    struct fuzz_message message;
    struct slice rest = fuzz_message_read_twice(&message, false, input, seed);
    size_t taken = 0;

    if (message.result == HTTP1_HEAD_DONE &&
        request_judge(&message.head, attributes, &fuzz_limits) == HTTP_REFUSAL_NONE) {
        struct fuzz_body body;
        fuzz_check_head(&message.head, slice_make(message.bytes, message.used));
        check_accepted(&message.head);
        fuzz_body_read_twice(&body, &message.head, rest, seed);
        if (body.result == HTTP1_BODY_DONE && message.head.keep_alive)
            taken = message.used + body.used;
        fuzz_body_free(&body);
    }
    fuzz_message_free(&message);
    return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct config_attributes attributes = fuzz_attributes(data[0]);
    struct slice input = slice_make((const char *)data + 2, size - 2);
    size_t taken = 0;

    do {
        taken = take_request(input, &attributes, (uint64_t)data[1] + 1);
        input = slice_make(input.at + taken, input.length - taken);
    } while (taken != 0 && input.length != 0);
    return 0;
}
