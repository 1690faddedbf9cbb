/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_check_tls.h"

/* Settings that mean nothing without TLS are a mistake there, and an unsafe one. */
static void
check_plain(const struct config_check *check, const config_setting_t *place)
{
    static const char *const members[] = {"certificates", "certificate_list", "ssl_policy",
                                          "alpn_policy"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const config_setting_t *member = config_check_member(place, members[i]);
        if (member != NULL)
            config_report_add(check->report, member,
                              "is for listeners with protocol = \"HTTPS\" only");
    }
}

void
config_check_tls(const struct config_check *check, const config_setting_t *place,
                 const struct config_listener *listener)
{
    const config_setting_t *list = config_check_member(place, "certificates");

    if (listener->protocol != PROTOCOL_HTTPS) {
        check_plain(check, place);
        return;
    }
    if (list == NULL)
        config_report_add(check->report, place,
                          "HTTPS needs certificates = ( { certificate = \"/…/chain.pem\"; "
                          "private_key = \"/…/key.pem\"; } )");
    else if (config_setting_is_list(list) && listener->certificate_count != 1)
        config_report_add(check->report, list,
                          "must hold exactly one, the default; further ones go to "
                          "certificate_list");
}
