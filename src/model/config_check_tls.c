/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_check_tls.h"

/* Settings that mean nothing without TLS are a mistake there, and an unsafe one. */
static void
check_plain(const struct config_check *check, const struct config_node *place)
{
    static const char *const members[] = {"certificates", "certificate_list", "ssl_policy",
                                          "alpn_policy"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct config_node *member = config_node_member(place, members[i]);
        if (member != NULL)
            config_report_add(check->report, member,
                              "is for listeners with protocol = \"HTTPS\" only");
    }
}

void
config_check_tls(const struct config_check *check, const struct config_node *place,
                 const struct config_listener *listener)
{
    const struct config_node *list = config_node_member(place, "certificates");

    if (listener->protocol != PROTOCOL_HTTPS) {
        check_plain(check, place);
        return;
    }
    if (list == NULL)
        config_report_add(check->report, place,
                          "HTTPS needs certificates = ( { certificate = \"/…/chain.pem\"; "
                          "private_key = \"/…/key.pem\"; } )");
    else if (list->kind == NODE_LIST && listener->certificate_count != 1)
        config_report_add(check->report, list,
                          "must hold exactly one, the default; further ones go to "
                          "certificate_list");
}
