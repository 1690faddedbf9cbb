/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks are a table; fairlead's own listeners are compared one by one. */
#include "model/target_address.h"

#include <string.h>

/* IPv4 addresses in IPv6's form are dialled as IPv4. */
static struct address
unmap(const struct address *address)
{
    struct address plain = *address;

    address_unmap(&plain);
    return plain;
}

static const struct {
    const char *block;
    bool is_link_local;
    const char *fault;
} rows[] = {
    {"0.0.0.0/8", false, "is no address that can be dialled: give that of one machine"},
    {"::", false, "is no address that can be dialled: give that of one machine"},
    {"224.0.0.0/4", false, "is a multicast address: give that of one machine"},
    {"ff00::/8", false, "is a multicast address: give that of one machine"},
    {"255.255.255.255", false, "is a broadcast address: give that of one machine"},
    {"240.0.0.0/4", false, "is of a reserved block: give the address of one machine"},
    {"169.254.0.0/16", true,
     "is link-local, as the credentials of cloud machines are: set allow_link_local = true if "
     "it is meant"},
    {"fe80::/10", true, "is link-local: set allow_link_local = true if it is meant"},
    {"fd00:ec2::/32", true,
     "is where cloud machines get their credentials: set allow_link_local = true if it is "
     "meant"},
};

/* Parsed once: with 10,000 targets each is asked about often. */
static const struct address_block *
parsed_block(size_t row)
{
    static struct address_block blocks[sizeof(rows) / sizeof(*rows)];

    if (blocks[row].network.family == ADDRESS_NONE)
        address_block_parse(&blocks[row], rows[row].block);
    return &blocks[row];
}

bool
target_address_is_loopback(const struct address *address)
{
    static const uint8_t ipv6_loopback[16] = {[15] = 1};
    struct address plain = unmap(address);

    return plain.family == ADDRESS_IPV4
               ? plain.bytes[0] == 127
               : memcmp(plain.bytes, ipv6_loopback, sizeof(ipv6_loopback)) == 0;
}

static bool
is_loopback(void *argument, const struct address *address)
{
    (void)argument;
    return target_address_is_loopback(address);
}

const struct target_address_host target_address_loopback_only = {is_loopback, NULL, NULL};

/* A socket of fairlead's: listens on all addresses of its family, or on one. */
static bool
leads_to(const struct target_address_host *host, const char *listening, unsigned port,
         const struct address *target)
{
    struct address own;

    if (listening == NULL || port != target->port ||
        !address_parse(&own, listening, (uint16_t)port))
        return false;
    own = unmap(&own);
    if (address_equal(&own, target))
        return true;
    struct address any = {.family = own.family, .port = own.port};
    return own.family == target->family && address_equal(&own, &any) &&
           host->is_local(host->argument, target);
}

static bool
is_own(const struct config *config, const struct target_address_host *host,
       const struct address *target)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        if (leads_to(host, listener->address, listener->port, target))
            return true;
    }
    return leads_to(host, config->metrics_address, config->metrics_port, target) ||
           leads_to(host, config->api_address, config->api_port, target);
}

const char *
target_address_fault(const struct config *config, const struct target_address_host *host,
                     const struct address *address)
{
    struct address plain = unmap(address);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (address_block_contains(parsed_block(i), &plain) &&
            !(rows[i].is_link_local && config->allow_link_local))
            return rows[i].fault;
    }
    if (host->is_broadcast != NULL && host->is_broadcast(host->argument, &plain))
        return "is a broadcast address: give that of one machine";
    if (is_own(config, host, &plain))
        return "is where fairlead itself listens: its requests would come back for ever; give "
               "the application's address";
    return NULL;
}
