/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_unbuilt.h"

#include <string.h>

/* Members of inputs, wherever they stand, and the one value that each may have; NULL: none. */
static const struct {
    const char *member, *taken;
} unbuilt[] = {
    {"AllocationId", NULL},
    {"PrivateIPv4Address", NULL},
    {"IPv6Address", NULL},
    {"SourceNatIpv6Prefix", NULL},
    {"CustomerOwnedIpv4Pool", NULL},
    {"Ipv4IpamPoolId", NULL},
    {"EnablePrefixForIpv6SourceNat", "off"},
    {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "off"},
    {"IpAddressType", "ipv4"},
    {"TargetControlPort", NULL},
    {"QuicServerId", NULL},
    {"RegexValues", NULL},
    {"Transforms", NULL},
};

/* An empty list asks for nothing. */
static bool
is_taken(const json_t *value, const char *taken)
{
    if (json_is_array(value))
        return json_array_size(value) == 0;
    return taken != NULL && json_is_string(value) &&
           strcmp(json_string_value(value), taken) == 0;
}

static void
check_member(struct aws_call *call, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof(unbuilt) / sizeof(*unbuilt); i++) {
        if (strcmp(unbuilt[i].member, name) != 0 || is_taken(value, unbuilt[i].taken))
            continue;
        const char *given = json_string_value(value);
        aws_fail(call, "ValidationError", "%s%s%s%s is not supported here%s%s", name,
                 given == NULL ? "" : " '", given == NULL ? "" : given,
                 given == NULL ? "" : "'", unbuilt[i].taken == NULL ? "" : ": ",
                 unbuilt[i].taken == NULL ? "" : unbuilt[i].taken);
    }
}

static void
check(struct aws_call *call, const json_t *value)
{
    const json_t *part;
    const char *name;
    size_t index;

    json_array_foreach (value, index, part)
        check(call, part);
    if (!json_is_object(value))
        return;
    json_object_foreach ((json_t *)(uintptr_t)value, name, part) {
        check_member(call, name, part);
        check(call, part);
    }
}

bool
elbv2_is_built(struct aws_call *call)
{
    check(call, call->input);
    return call->error_code == NULL;
}
