/* SPDX-License-Identifier: Apache-2.0 */
/* Messages into packets and back, by the table of messages.def. */
#include "ipc/message.h"

#include "base/check.h"

static const struct {
    const char *text;
    size_t size_bytes;
    unsigned fd_count;
    enum message_manner manner;
} kinds[MESSAGE_COUNT] = {

#define MESSAGE(id, members, descriptors, manner)                                              \
    {#id, sizeof(struct message_##id), descriptors, MESSAGE_##manner},
#include "ipc/messages.def"
#undef MESSAGE
};

size_t
message_encode(struct message_packet *packet, enum message_type type, const void *payload)
{
    CHECK(type < MESSAGE_COUNT);
    packet->type = type;
    memcpy(packet->payload, payload, kinds[type].size_bytes);
    return offsetof(struct message_packet, payload) + kinds[type].size_bytes;
}

bool
message_decode(struct message *message, struct slice packet, unsigned fd_count)
{
    const size_t head = offsetof(struct message_packet, payload);
    uint64_t type;

    if (packet.length < head)
        return false;
    memcpy(&type, packet.at, sizeof(type));
    if (type >= MESSAGE_COUNT || packet.length - head != kinds[type].size_bytes ||
        fd_count != kinds[type].fd_count)
        return false;
    message->type = (enum message_type)type;
    message->fd = -1;
    memcpy(&message->as, packet.at + head, kinds[type].size_bytes);
    return true;
}

unsigned
message_fd_count(enum message_type type)
{
    CHECK(type < MESSAGE_COUNT);
    return kinds[type].fd_count;
}

enum message_manner
message_manner(enum message_type type)
{
    CHECK(type < MESSAGE_COUNT);
    return kinds[type].manner;
}

const char *
message_text(enum message_type type)
{
    return type < MESSAGE_COUNT ? kinds[type].text : "unknown";
}
