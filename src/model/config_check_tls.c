/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_check_tls.h"

#include <string.h>
#include <strings.h>

/* Settings that mean nothing without TLS are a mistake there, and an unsafe one. */
static void
check_plain(const struct config_check *check, const struct config_node *place)
{
    static const char *const members[] = {"certificates", "certificate_list", "ssl_policy",
                                          "alpn_policy", "mutual_authentication"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct config_node *member = config_node_member(place, members[i]);
        if (member != NULL)
            config_report_add(check->report, member,
                              "is for listeners with protocol = \"HTTPS\" only");
    }
}

static const struct config_trust_store *
find_trust_store(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->trust_store_count; i++)
        if (config->trust_stores[i].name != NULL &&
            strcmp(config->trust_stores[i].name, name) == 0)
            return &config->trust_stores[i];
    return NULL;
}

static void
check_trust(const struct config_check *check, const struct config_node *place,
            const struct config_listener *listener)
{
    static const char member[] = "mutual_authentication.trust_store";

    if (listener->mutual_mode != MUTUAL_VERIFY) {
        if (listener->trust_store != NULL)
            config_report_add_member(check->report, place, member,
                                     "is for mode = \"verify\" only: nothing is verified now");
        return;
    }
    if (listener->trust_store == NULL)
        config_report_add_member(check->report, place, "mutual_authentication.mode",
                                 "needs trust_store, the name of one of trust_stores");
    else if (find_trust_store(check->config, listener->trust_store) == NULL)
        config_report_add_member(check->report, place, member,
                                 "there is no trust store \"%s\" in trust_stores",
                                 listener->trust_store);
}

/* Fields that mean something of their own, to fairlead or to targets. */
static bool
is_reserved(const char *name)
{
    static const char *const names[] = {"Host",
                                        "Connection",
                                        "Keep-Alive",
                                        "Proxy-Connection",
                                        "TE",
                                        "Trailer",
                                        "Upgrade",
                                        "HTTP2-Settings",
                                        "Content-Length",
                                        "Transfer-Encoding",
                                        "Expect",
                                        "Content-Type",
                                        "Content-Encoding",
                                        "Cookie",
                                        "Authorization",
                                        "Proxy-Authorization",
                                        "Date",
                                        "Via",
                                        "User-Agent",
                                        "Origin",
                                        "Accept",
                                        "Range",
                                        "Forwarded",
                                        "X-Forwarded-For",
                                        "X-Forwarded-Proto",
                                        "X-Forwarded-Port",
                                        "X-Amzn-Trace-Id"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static const char *const request_field_settings[REQUEST_FIELD_COUNT] = {

#define REQUEST_FIELD(id, key, name)                                                           \
    [REQUEST_##id] = "attributes.routing.http.request." key ".header_name",
#include "model/request_fields.def"
#undef REQUEST_FIELD
};

/* No underscore: what a field is called to CGI must not come from clients under another name.
 */
static bool
is_field_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
           strlen(name);
}

static void
check_request_fields(const struct config_check *check, const struct config_node *place,
                     const struct config_listener *listener)
{
    for (size_t i = 0; i < REQUEST_FIELD_COUNT; i++) {
        const char *name = listener->request_fields[i];
        if (name == NULL)
            continue;
        if (!is_field_name(name))
            config_report_add_member(check->report, place, request_field_settings[i],
                                     "\"%s\" is no name of a field: letters, digits and -",
                                     name);
        else if (is_reserved(name))
            config_report_add_member(check->report, place, request_field_settings[i],
                                     "\"%s\" has a meaning of its own: choose another name",
                                     name);
        for (size_t j = 0; j < i; j++)
            if (listener->request_fields[j] != NULL &&
                strcasecmp(name, listener->request_fields[j]) == 0)
                config_report_add_member(check->report, place, request_field_settings[i],
                                         "\"%s\" is the name of another of these fields", name);
    }
}

void
config_check_trust_stores(const struct config_check *check, const struct config_node *root)
{
    const struct config_node *list = config_node_member(root, "trust_stores");
    const struct config *config = check->config;

    for (size_t i = 0; i < config->trust_store_count; i++) {
        const char *name = config->trust_stores[i].name;
        if (name != NULL && find_trust_store(config, name) != &config->trust_stores[i])
            config_report_add_member(check->report, config_node_element(list, i), "name",
                                     "\"%s\" is the name of another trust store", name);
    }
}

void
config_check_tls(const struct config_check *check, const struct config_node *place,
                 const struct config_listener *listener)
{
    const struct config_node *list = config_node_member(place, "certificates");

    check_request_fields(check, place, listener);
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
    check_trust(check, place, listener);
}

void
config_check_target_tls(const struct config_check *check, const struct config_node *place,
                        const struct config_target_group *group)
{
    static const char *const members[] = {"attributes.target_tls.verify",
                                          "attributes.target_tls.ca",
                                          "attributes.target_tls.server_name"};
    bool is_secure =
        group->protocol == PROTOCOL_HTTPS || group->health_check.protocol == PROTOCOL_HTTPS;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && !is_secure; i++)
        if (config_node_find(place, members[i]) != NULL)
            config_report_add_member(check->report, place, members[i],
                                     "is for groups with protocol = \"HTTPS\" only: its "
                                     "targets are spoken to in plain");
    if (is_secure && !group->tls_verify && config_node_find(place, members[1]) != NULL)
        config_report_add_member(check->report, place, members[1],
                                 "means nothing without verify = true");
}
