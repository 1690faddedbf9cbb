/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever reaches an engine's API is root on its machine: it is reached by a unix socket, by
 * loopback, or by TLS with a certificate on both sides.
 */
#include "model/config_check_engines.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/config_engines.h"
#include "model/host_reach.h"

#define REPORT(check, group, member, ...)                                                      \
    config_report_add_member((check)->report, group, member, __VA_ARGS__)

/* Of a provider or an instance. */
struct engine {
    const struct config_node *place;
    const char *endpoint;
    const struct config_engine_tls *tls;
};

static bool
has_tls(const struct config_engine_tls *tls)
{
    return tls->ca != NULL || tls->certificate != NULL || tls->key != NULL;
}

static bool
is_same_tls(const struct config_engine_tls *one, const struct config_engine_tls *other)
{
    return text_is_same(one->ca, other->ca) &&
           text_is_same(one->certificate, other->certificate) &&
           text_is_same(one->key, other->key);
}

static void
check_tls(const struct config_check *check, const struct engine *engine)
{
    const struct config_engine_tls *tls = engine->tls;

    if (config_endpoint_is_unix(engine->endpoint))
        REPORT(check, engine->place, "tls", "is for tcp://host:port: a unix socket needs none");
    else if (tls->ca == NULL || tls->certificate == NULL || tls->key == NULL)
        REPORT(check, engine->place, "tls",
               "needs ca, certificate and key: the engine is to know us, and we it");
}

static void
check_engine(const struct config_check *check, const struct engine *engine)
{
    if (engine->endpoint == NULL)
        return;
    if (!config_endpoint_is_tcp(engine->endpoint) && !config_endpoint_is_unix(engine->endpoint))
        REPORT(check, engine->place, "endpoint",
               "\"%s\" is neither unix:///path (at most 107 bytes) nor tcp://host:port",
               engine->endpoint);
    else if (has_tls(engine->tls))
        check_tls(check, engine);
    else if (!config_endpoint_is_local(engine->endpoint))
        REPORT(
            check, engine->place, "endpoint",
            "\"%s\" is another machine's engine without TLS: whoever reaches it is root "
            "there; let it listen with --tlsverify and give tls = { ca; certificate; key; }, "
            "or forward its socket (ssh -L) and name that",
            engine->endpoint);
}

static void
check_provider(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config_provider *provider = &check->config->providers[index];
    const struct engine engine = {place, provider->endpoint, &provider->tls};

    check_engine(check, &engine);
}

/* One engine is followed once, in one way. */
static void
check_shared_engine(const struct config_check *check, const struct config_node *place,
                    size_t index)
{
    const struct config *config = check->config;
    const struct config_container_instance *instance = &config->container_instances[index];

    for (size_t i = 0; i < config->provider_count && instance->endpoint != NULL; i++) {
        const struct config_provider *provider = &config->providers[i];
        if (provider->endpoint != NULL && strcmp(provider->endpoint, instance->endpoint) == 0 &&
            has_tls(&instance->tls) && !is_same_tls(&provider->tls, &instance->tls))
            REPORT(check, place, "tls", "differs from that of providers[%zu], the same engine",
                   i);
    }
    for (size_t i = 0; i < index && instance->endpoint != NULL; i++) {
        const struct config_container_instance *other = &config->container_instances[i];
        if (other->endpoint != NULL && strcmp(other->endpoint, instance->endpoint) == 0 &&
            !is_same_tls(&other->tls, &instance->tls))
            REPORT(check, place, "tls",
                   "differs from that of container_instances[%zu], the same engine", i);
    }
}

static void
check_attributes(const struct config_check *check, const struct config_node *place,
                 const struct config_container_instance *instance)
{
    for (size_t i = 0; i < instance->attribute_count; i++) {
        const char *name = instance->attributes[i].name;
        if (name != NULL && strncmp(name, "ecs.", 4) == 0)
            REPORT(check, place, "attributes", "%s: names that begin with ecs. are derived",
                   name);
        for (size_t k = 0; k < i && name != NULL; k++)
            if (text_is_same(name, instance->attributes[k].name))
                REPORT(check, place, "attributes", "%s is there twice", name);
    }
}

/* As ECS has them. */
static bool
is_cluster_name(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-_")] == '\0';
}

static void
check_instance(const struct config_check *check, const struct config_node *place, size_t index)
{
    const struct config_container_instance *instances = check->config->container_instances;
    const struct config_container_instance *instance = &instances[index];
    const struct engine engine = {place, instance->endpoint, &instance->tls};
    size_t errors = check->report->count;

    check_engine(check, &engine);
    if (check->report->count == errors)
        check_shared_engine(check, place, index);
    check_attributes(check, place, instance);
    if (instance->cluster != NULL && !is_cluster_name(instance->cluster))
        REPORT(check, place, "cluster",
               "\"%s\" may hold letters, digits, hyphens and underscores only",
               instance->cluster);
    for (size_t i = 0; i < index; i++)
        if (instance->name != NULL && text_is_same(instance->name, instances[i].name))
            REPORT(check, place, "name", "\"%s\" is container_instances[%zu] already",
                   instance->name, i);
}

/* Those that instances need are added later. */
static void
check_provider_count(const struct config_check *check, const struct config_node *list)
{
    const struct config *config = check->config;
    size_t count = config->provider_count;

    for (size_t i = 0; i < config->container_instance_count; i++) {
        const char *endpoint = config->container_instances[i].endpoint;
        bool is_known = endpoint == NULL;
        for (size_t k = 0; k < config->provider_count && !is_known; k++)
            is_known = text_is_same(endpoint, config->providers[k].endpoint);
        for (size_t k = 0; k < i && !is_known; k++)
            is_known = text_is_same(endpoint, config->container_instances[k].endpoint);
        count += is_known ? 0 : 1;
    }
    if (count > CONFIG_MOST_PROVIDERS && config->provider_count <= CONFIG_MOST_PROVIDERS)
        config_report_add(check->report, list,
                          "their engines and the providers are %zu: at most %d", count,
                          CONFIG_MOST_PROVIDERS);
}

static void
check_reach(const struct config_check *check, const struct config_node *root)
{
    const struct config_node *list = config_node_find(root, "api.allow");

    for (size_t i = 0; i < check->config->api_allow_count; i++) {
        const char *entry = check->config->api_allow[i].value;
        const struct config_node *element = config_node_element(list, i);
        char *fault = entry == NULL ? NULL : host_reach_entry_fault(entry);
        if (fault != NULL)
            config_report_add(check->report, element == NULL ? list : element, "%s", fault);
        free(fault);
    }
}

void
config_check_engines(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;
    const struct config_node *providers = config_node_member(root, "providers");
    const struct config_node *instances = config_node_member(root, "container_instances");

    for (size_t i = 0; i < config->provider_count; i++) {
        const struct config_node *place = config_node_element(providers, i);
        if (place != NULL && place->kind == NODE_GROUP)
            check_provider(check, place, i);
    }
    for (size_t i = 0; i < config->container_instance_count; i++) {
        const struct config_node *place = config_node_element(instances, i);
        if (place != NULL && place->kind == NODE_GROUP)
            check_instance(check, place, i);
    }
    if (instances != NULL)
        check_provider_count(check, instances);
    check_reach(check, root);
}
