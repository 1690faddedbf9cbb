/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the daemon's own settings, listeners, target groups and services. */
#include "model/config_check.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "model/config_check_counts.h"
#include "model/config_check_engines.h"
#include "model/config_check_rules.h"
#include "model/config_check_tls.h"
#include "model/settings.h"
#include "model/target_address.h"

#define PORT_MAX 65535
#define API_NAMES_MAX 64

/* Reports at a member of a group, "a.b", or at the group where the file has no such member. */
#define REPORT(check, group, member, ...)                                                      \
    config_report_add_member((check)->report, group, member, __VA_ARGS__)

/* A text equals another one that is there. */
static bool
is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

static void
check_limits(const struct config_check *check, const struct config_node *root)
{
    const struct config_limits *limits = &check->config->limits;

    if (limits->request_line_bytes > limits->head_bytes)
        REPORT(check, root, "limits.request_line_bytes", "is more than head_bytes (%u)",
               limits->head_bytes);
    if (limits->field_bytes > limits->head_bytes)
        REPORT(check, root, "limits.field_bytes", "is more than head_bytes (%u)",
               limits->head_bytes);
}

/* A file that was emptied or cut is no wish to close everything; an empty list is. */
static void
check_serves(const struct config_check *check, const struct config_node *root)
{
    if (config_node_member(root, "listeners") == NULL && !config_has_api(check->config))
        REPORT(check, root, "listeners",
               "there is none, so nothing would be served: add one, or write listeners = () "
               "where that is meant");
}

/* Until it has certificates, keys and what is read would cross a network in the clear. */
static bool
is_loopback(const char *text)
{
    struct address_block ipv4, ipv6;
    struct address address;

    return address_parse(&address, text, 0) && address_block_parse(&ipv4, "127.0.0.0/8") &&
           address_block_parse(&ipv6, "::1/128") &&
           (address_block_contains(&ipv4, &address) || address_block_contains(&ipv6, &address));
}

/* Of what may stand in a URL and in an image's name. */
static bool
is_host_and_port(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t host = strspn(text, letters), digits;

    if (host == 0 || text[host] != ':')
        return false;
    digits = strspn(text + host + 1, "0123456789");
    return digits > 0 && digits <= 5 && text[host + 1 + digits] == '\0' &&
           strtoul(text + host + 1, NULL, 10) <= UINT16_MAX;
}

static void
check_api(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;
    const struct config_node *group = config_node_member(root, "api");

    if (group == NULL || group->kind != NODE_GROUP)
        return;
    if (!config_has_api(config))
        config_report_add(check->report, group, "needs address and port, or unix");
    else if (config->api_unix != NULL &&
             (config->api_address != NULL || config_node_member(group, "port") != NULL))
        REPORT(check, group, "unix", "give this or address and port, not both");
    else if (config->api_address != NULL && !is_loopback(config->api_address) &&
             config->api_certificate_count == 0)
        REPORT(check, group, "address",
               "must be a loopback address (127.0.0.1 or ::1) without api.certificates: "
               "elsewhere what it tells would cross the network in the clear");
    if (config->api_certificate_count > 1)
        REPORT(check, group, "certificates", "must hold one at most");
    else if (config->api_certificate_count > 0 && config->api_unix != NULL)
        REPORT(check, group, "certificates", "is for api.address: a unix socket needs no TLS");
    if (config->api_registry != NULL && !is_host_and_port(config->api_registry))
        REPORT(check, group, "registry", "must be HOST:PORT, such as 127.0.0.1:5000");
    if (config->api_name_count > API_NAMES_MAX)
        REPORT(check, group, "names", "are %zu: at most %d", config->api_name_count,
               API_NAMES_MAX);
}

static bool
listen_on_same(const struct config_listener *one, const struct config_listener *other)
{
    if (one->unix_path != NULL || other->unix_path != NULL)
        return is_same(one->unix_path, other->unix_path);
    return one->port != 0 && one->port == other->port && is_same(one->address, other->address);
}

/* Names of load balancers are unique over both settings. */
static void
check_balancer(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config *config = check->config;
    const char *name = config->load_balancers[index].name;

    for (size_t i = 0; i <= index; i++) {
        struct config_balancer other = config_balancer(config, i);
        if (name == NULL || !is_same(name, other.name))
            continue;
        char *where = other.places == NULL ? memory_copy_text("load_balancer")
                                           : config_place_text(config, &other.places->own);
        REPORT(check, place, "name", "\"%s\" is the name of another load balancer (%s)", name,
               where);
        free(where);
    }
}

static bool
has_balancer(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config_balancer_count(config); i++) {
        if (is_same(config_balancer(config, i).name, name))
            return true;
    }
    return false;
}

static void
check_listeners_balancer(const struct config_check *check, const struct config_node *place,
                         const char *name)
{
    struct setting_guess guess = {.wanted = name};

    if (name == NULL || has_balancer(check->config, name))
        return;
    for (size_t i = 0; i < config_balancer_count(check->config); i++) {
        struct config_balancer balancer = config_balancer(check->config, i);
        if (balancer.name != NULL)
            setting_guess_try(&guess, balancer.name);
    }
    REPORT(check, place, "load_balancer", "there is no load balancer \"%s\"%s%s%s", name,
           guess.best == NULL ? "" : "; did you mean ", guess.best == NULL ? "" : guess.best,
           guess.best == NULL ? "" : "?");
}

/* A name that another has, wherever that stands. */
static void
report_twin(const struct config_check *check, const struct config_node *place, const char *name,
            const char *kind, const struct setting_places *other)
{
    char *where = config_place_text(check->config, other == NULL ? NULL : &other->own);

    REPORT(check, place, "name", "\"%s\" is the name of another %s (%s)", name, kind, where);
    free(where);
}

static void
report_neighbour(const struct config_check *check, const struct config_node *place,
                 const struct config_listener *listener, const struct config_listener *other)
{
    char *where =
        config_place_text(check->config, other->places == NULL ? NULL : &other->places->own);

    REPORT(check, place, listener->unix_path == NULL ? "port" : "unix",
           "listener %s (%s) listens there already", other->name == NULL ? "?" : other->name,
           where);
    free(where);
}

static void
check_listener(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config_listener *listener = &check->config->listeners[index];

    if (listener->unix_path != NULL && (listener->address != NULL || listener->port != 0))
        REPORT(check, place, "unix", "give this or address and port, not both");
    else if (listener->unix_path == NULL && listener->address == NULL)
        config_report_add(check->report, place, "needs address and port, or unix");
    else if (listener->unix_path == NULL && listener->port == 0 &&
             config_node_member(place, "port") == NULL)
        config_report_add(check->report, place, "port is missing");
    for (size_t i = 0; i < index; i++) {
        const struct config_listener *other = &check->config->listeners[i];
        if (is_same(listener->name, other->name))
            report_twin(check, place, listener->name, "listener", other->places);
        if (listen_on_same(listener, other))
            report_neighbour(check, place, listener, other);
    }
    check_listeners_balancer(check, place, listener->load_balancer);
    config_check_tls(check, place, listener);
    config_check_rules(check, place, listener);
}

/* The member that people wrote, of two ways to say the same; "" when they wrote neither. */
static const char *
written_timeout(const struct config_node *place)
{
    static const char *const ways[] = {"health_check.timeout_seconds",
                                       "health_check.timeout_milliseconds"};

    for (size_t i = 0; i < 2; i++) {
        if (config_node_find(place, ways[i]) != NULL)
            return ways[i];
    }
    return "";
}

/* Characters of RFC 3986 3.2.2 without the rare ones, and of a port. */
static bool
is_host(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:[]";

    return *text != '\0' && *text != ':' && text[strspn(text, allowed)] == '\0';
}

static void
check_health_check(const struct config_check *check, const struct config_node *place,
                   const struct config_health_check *health)
{
    const char *written = written_timeout(place);

    if (health->timeout_ms >= health->interval_ms)
        REPORT(check, place, *written == '\0' ? "health_check" : written,
               "%s%g s is not shorter than the interval of %g s",
               *written == '\0' ? "the timeout of " : "", health->timeout_ms / 1000.0,
               health->interval_ms / 1000.0);
    if (health->path != NULL && (*health->path != '/' || strchr(health->path, ' ') != NULL))
        REPORT(check, place, "health_check.path", "must begin with a slash and hold no space");
    if (health->host != NULL && !is_host(health->host))
        REPORT(check, place, "health_check.host",
               "\"%s\" is no host name or address, with a port or without", health->host);
}

/* What ELBv2 refuses to combine. */
static void
check_algorithm(const struct config_check *check, const struct config_node *place,
                const struct config_target_group *group)
{
    static const char type[] = "attributes.load_balancing.algorithm.type";

    if (group->slow_start_ms != 0 && group->algorithm != ALGORITHM_ROUND_ROBIN)
        REPORT(check, place, type, "slow start works with round_robin only");
    if (group->stickiness_enabled && group->algorithm == ALGORITHM_WEIGHTED_RANDOM)
        REPORT(check, place, type, "weighted_random excludes stickiness");
    if (group->anomaly_mitigation && group->algorithm != ALGORITHM_WEIGHTED_RANDOM)
        REPORT(check, place, "attributes.load_balancing.algorithm.anomaly_mitigation",
               "works with weighted_random only");
}

static void
check_stickiness(const struct config_check *check, const struct config_node *place,
                 const struct config_target_group *group)
{
    static const char cookie_name[] = "attributes.stickiness.app_cookie.cookie_name";
    const char *name = group->app_cookie_name;

    if (name == NULL && group->stickiness_enabled &&
        group->stickiness_type == STICKINESS_APP_COOKIE)
        REPORT(check, place, cookie_name, "is missing");
    if (name != NULL && strncmp(name, "AWSALB", 6) == 0)
        REPORT(check, place, cookie_name, "names that begin with AWSALB are the balancer's");
    if (name != NULL && strpbrk(name, " \t\",;\\=()<>@:/[]?{}") != NULL)
        REPORT(check, place, cookie_name, "\"%s\" cannot be a cookie's name", name);
}

/* A target where it is in its list, to be sorted by what must differ. */
struct listed_target {
    const char *id;
    unsigned port;
    size_t index;
};

static int
compare_targets(const void *one, const void *other)
{
    const struct listed_target *left = one, *right = other;
    int by_id = strcmp(left->id, right->id);

    if (by_id != 0)
        return by_id;
    if (left->port != right->port)
        return left->port < right->port ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

static struct listed_target *
sort_targets(const struct config_target_group *group, size_t *count)
{
    struct listed_target *sorted = memory_take(group->target_count, sizeof(*sorted));

    *count = 0;
    for (size_t i = 0; i < group->target_count; i++) {
        const struct config_static_target *target = &group->targets[i];
        unsigned port = target->port == 0 ? group->port : target->port;
        if (target->id != NULL)
            sorted[(*count)++] = (struct listed_target){target->id, port, i};
    }
    qsort(sorted, *count, sizeof(*sorted), compare_targets);
    return sorted;
}

static void
check_targets(const struct config_check *check, const struct config_node *place,
              const struct config_target_group *group)
{
    const struct config_node *list = config_node_member(place, "targets");
    size_t count;
    struct listed_target *sorted = sort_targets(group, &count);

    for (size_t i = 1; i < count; i++) {
        const struct listed_target *before = &sorted[i - 1], *target = &sorted[i];
        if (strcmp(before->id, target->id) == 0 && before->port == target->port)
            config_report_add(check->report, config_node_element(list, target->index),
                              "is the same as targets[%zu]", before->index);
    }
    free(sorted);
}

static void
check_group_names(const struct config_check *check, const struct config_node *list)
{
    const struct config *config = check->config;

    for (size_t i = 1; i < config->named_group_count; i++) {
        const struct config_named_group *before = &config->groups_by_name[i - 1];
        const struct config_named_group *named = &config->groups_by_name[i];
        size_t index = (size_t)(named->group - config->target_groups);
        if (strcmp(before->name, named->name) == 0)
            report_twin(check, config_node_element(list, index), named->name, "target group",
                        before->group->places);
    }
}

static void
check_addresses(const struct config_check *check, const struct config_node *place,
                const struct config_target_group *group)
{
    const struct config_node *list = config_node_member(place, "targets");

    for (size_t i = 0; i < group->target_count; i++) {
        const struct config_static_target *target = &group->targets[i];
        struct address address;
        const char *fault = NULL;
        if (target->id != NULL &&
            address_parse(&address, target->id,
                          (uint16_t)(target->port == 0 ? group->port : target->port)))
            fault =
                target_address_fault(check->config, &target_address_loopback_only, &address);
        if (fault != NULL)
            config_report_add(check->report, config_node_element(list, i), "%s %s", target->id,
                              fault);
    }
}

/* Connections that are shared cannot say whose they are. */
static void
check_proxy_header(const struct config_check *check, const struct config_node *place,
                   const struct config_target_group *group)
{
    if (group->proxy_header && group->protocol_version != PROTOCOL_VERSION_HTTP1)
        REPORT(
            check, place, "attributes.proxy_protocol_v2.enabled",
            "needs protocol_version = \"HTTP1\": connections in HTTP/2 are shared by clients");
}

/* gRPC answers with codes of its own. */
static void
check_matcher(const struct config_check *check, const struct config_node *place,
              const struct config_target_group *group)
{
    static const char matcher[] = "health_check.matcher";
    bool are_grpc = http_codes_are_grpc(&group->health_check.matcher);

    if (group->protocol_version == PROTOCOL_VERSION_GRPC && !are_grpc)
        REPORT(check, place, matcher, "holds codes of gRPC, from 0 to 99, in a GRPC group");
    if (group->protocol_version != PROTOCOL_VERSION_GRPC && are_grpc)
        REPORT(check, place, matcher,
               "holds codes of HTTP, from 200 to 499; gRPC's are for protocol_version = "
               "\"GRPC\"");
}

static void
check_group(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config_target_group *group = &check->config->target_groups[index];

    check_health_check(check, place, &group->health_check);
    check_proxy_header(check, place, group);
    config_check_target_tls(check, place, group);
    check_matcher(check, place, group);
    check_algorithm(check, place, group);
    check_stickiness(check, place, group);
    check_targets(check, place, group);
    check_addresses(check, place, group);
}

static bool
are_same_service(const struct config_service *one, const struct config_service *other)
{
    bool same_container = one->container_name == other->container_name ||
                          is_same(one->container_name, other->container_name);

    return same_container && is_same(one->name, other->name) &&
           is_same(one->target_group, other->target_group) &&
           one->container_port == other->container_port;
}

static void
check_service(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config_service *service = &check->config->services[index];
    const struct config_node *group = config_node_member(place, "target_group");

    if (group != NULL)
        config_check_group_name(check, group, service->target_group);
    for (size_t i = 0; i < index; i++) {
        if (are_same_service(service, &check->config->services[i]))
            config_report_add(check->report, place, "is the same as services[%zu]", i);
    }
}

typedef void check_one(const struct config_check *check, const struct config_node *place,
                       size_t index);

/* Checks those elements of a list that are groups; others have been refused already. */
static void
check_each(const struct config_check *check, const struct config_node *list, size_t count,
           check_one *check_element)
{
    for (size_t i = 0; i < count; i++) {
        const struct config_node *element = config_node_element(list, i);
        if (element != NULL && element->kind == NODE_GROUP)
            check_element(check, element, i);
    }
}

/* Workers and observer talk with strangers: a fault in them must not be root's. */
static void
check_user(const struct config_check *check, const struct config_node *root)
{
    const char *user = check->config->user;
    const struct passwd *entry = user == NULL ? NULL : getpwnam(user);

    if (is_same(user, "root") || (entry != NULL && entry->pw_uid == 0))
        REPORT(check, root, "user",
               "%s has uid 0: workers and observer must not be root; make a user of their own "
               "(useradd --system --no-create-home --shell /usr/sbin/nologin fairlead)",
               user);
}

void
config_check(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;
    const struct config_node *groups = config_node_member(root, "target_groups");

    check_user(check, root);
    check_limits(check, root);
    check_serves(check, root);
    check_api(check, root);
    config_check_counts(check, root);
    config_check_trust_stores(check, root);
    check_each(check, config_node_member(root, "load_balancers"), config->load_balancer_count,
               check_balancer);
    check_each(check, config_node_member(root, "listeners"), config->listener_count,
               check_listener);
    check_each(check, groups, config->target_group_count, check_group);
    check_group_names(check, groups);
    check_each(check, config_node_member(root, "services"), config->service_count,
               check_service);
    config_check_engines(check, root);
}
