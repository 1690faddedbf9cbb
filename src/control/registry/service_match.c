/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interface.md section 3: equal service name, equal container name where both sides have one,
 * and the container port bound to an address that can be dialled. Host and port are chosen as a
 * pair: a port that is bound on [::] leads nowhere, or elsewhere, on an IPv4 address.
 */
#include "control/registry/service_match.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define HOST_SHOWN_BYTES 100

static bool
is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

/* "project/service". */
static bool
is_full_name(const char *name, const struct task *task)
{
    size_t length = task->project == NULL ? 0 : strlen(task->project);

    return length != 0 && strncmp(name, task->project, length) == 0 && name[length] == '/' &&
           is_same(name + length + 1, task->service);
}

static enum service_match
match_name(const struct service_matcher *matcher, const char *name, const struct task *task)
{
    bool is_full = is_full_name(name, task);

    if (!is_full && !is_same(name, task->service))
        return SERVICE_NAME_DIFFERS;
    if (!is_full && task->project != NULL) {
        if (projects_is_named_in_full(matcher->config, task->service, task->project))
            return SERVICE_NAME_DIFFERS;
        if (!projects_may_use(matcher->projects, matcher->config, task->service, task->project))
            return SERVICE_AMBIGUOUS;
    }
    if (matcher->config != NULL &&
        !config_allows_service(matcher->config, task->source, task->service, task->project))
        return SERVICE_NOT_ALLOWED;
    return SERVICE_MATCHES;
}

/* A loopback address means the task's own machine, which must be this one. */
static bool
runs_here(const struct service_matcher *matcher, const struct task *task)
{
    struct address host;

    return task->host == NULL || (address_parse(&host, task->host, 0) &&
                                  (target_address_is_loopback(&host) ||
                                   matcher->host->is_local(matcher->host->argument, &host)));
}

static enum address_family
family_of(const char *host_ip)
{
    if (*host_ip == '\0')
        return ADDRESS_NONE;
    return strchr(host_ip, ':') == NULL ? ADDRESS_IPV4 : ADDRESS_IPV6;
}

/* A binding on all addresses, of one family or (NONE) both, is dialled at the task's host. */
static enum service_match
dial_host(const struct task *task, enum address_family family, unsigned port,
          struct address *address)
{
    const char *const hosts[] = {task->host, task->host_ipv6};
    enum service_match nearest = SERVICE_NO_HOST;

    for (size_t i = 0; i < 2; i++) {
        if (hosts[i] == NULL)
            continue;
        if (!address_parse(address, hosts[i], (uint16_t)port))
            nearest = nearest > SERVICE_ADDRESS_UNUSABLE ? nearest : SERVICE_ADDRESS_UNUSABLE;
        else if (family != ADDRESS_NONE && address->family != family)
            nearest = SERVICE_FAMILY_DIFFERS;
        else
            return SERVICE_MATCHES;
    }
    return nearest;
}

static enum service_match
check_address(const struct service_matcher *matcher, const struct address *address)
{
    if (matcher->config != NULL &&
        target_address_fault(matcher->config, matcher->host, address) != NULL)
        return SERVICE_ADDRESS_REFUSED;
    return SERVICE_MATCHES;
}

static enum service_match
dial(const struct service_matcher *matcher, const struct task *task,
     const struct task_binding *binding, struct address *address)
{
    const char *host_ip = binding->host_ip;

    if (task_binding_is_on_any(binding)) {
        enum service_match match =
            dial_host(task, family_of(host_ip), binding->host_port, address);
        if (match != SERVICE_MATCHES)
            return match;
    } else if (!address_parse(address, host_ip, (uint16_t)binding->host_port)) {
        return SERVICE_ADDRESS_UNUSABLE;
    } else if (target_address_is_loopback(address) && !runs_here(matcher, task)) {
        return SERVICE_LOOPBACK_ELSEWHERE;
    }
    return check_address(matcher, address);
}

static bool
takes_containers(const struct service_matcher *matcher, const struct config_service *service)
{
    const struct config_target_group *group =
        matcher->config == NULL ? NULL
                                : config_find_group(matcher->config, service->target_group);

    return group != NULL && group->target_type == TARGET_TYPE_IP;
}

/* The container as it is, whatever of it is published. */
static enum service_match
take_container(const struct service_matcher *matcher, unsigned port, const struct task *task,
               struct address *address)
{
    if (task->container_address == NULL)
        return SERVICE_NO_OWN_ADDRESS;
    if (!address_parse(address, task->container_address, (uint16_t)port))
        return SERVICE_ADDRESS_UNUSABLE;
    return check_address(matcher, address);
}

/* On the host's network the container's ports are the host's. */
static enum service_match
take_host(const struct service_matcher *matcher, unsigned port, const struct task *task,
          struct address *address)
{
    enum service_match match = dial_host(task, ADDRESS_NONE, port, address);

    return match == SERVICE_MATCHES ? check_address(matcher, address) : match;
}

/* The first binding that can be dialled: they stand in the order in which they suit. */
static enum service_match
take_binding(const struct service_matcher *matcher, unsigned container_port,
             const struct task *task, struct address *address)
{
    enum service_match nearest = SERVICE_PORT_NOT_BOUND;

    for (size_t i = 0; i < task->binding_count; i++) {
        const struct task_binding *binding = &task->bindings[i];
        struct address tried = {0};
        if (!binding->is_tcp || binding->container_port != container_port ||
            binding->host_port == 0)
            continue;
        enum service_match match = dial(matcher, task, binding, &tried);
        if (match <= nearest)
            continue;
        nearest = match;
        *address = tried;
        if (match == SERVICE_MATCHES)
            break;
    }
    return nearest;
}

enum service_match
service_match(const struct service_matcher *matcher, const struct config_service *service,
              const struct task *task, struct address *address)
{
    memset(address, 0, sizeof(*address));
    if (task->service == NULL)
        return SERVICE_NAME_DIFFERS;
    enum service_match match = match_name(matcher, service->name, task);
    if (match != SERVICE_MATCHES)
        return match;
    if (service->container_name != NULL && task->container_name != NULL &&
        strcmp(service->container_name, task->container_name) != 0)
        return SERVICE_CONTAINER_DIFFERS;
    if (task->is_on_host_network)
        return take_host(matcher, service->container_port, task, address);
    return takes_containers(matcher, service)
               ? take_container(matcher, service->container_port, task, address)
               : take_binding(matcher, service->container_port, task, address);
}

static char *
explain_ambiguity(const struct service_matcher *matcher, const struct task *task)
{
    char *projects = projects_list(matcher->projects, task->service);
    char *text = memory_print("several Compose projects have a service %s (%s): name \"%s/%s\" "
                              "in services to take this one's",
                              task->service, projects, task->project, task->service);

    free(projects);
    return text;
}

/* What is published instead, so that a wrong number is seen. */
static char *
explain_port(unsigned container_port, const struct task *task)
{
    char *text = memory_print("container port %u is not published over TCP: publish it (docker "
                              "run -p %u), correct container_port, or give the target group "
                              "target_type = \"ip\", which needs none; published:",
                              container_port, container_port);

    for (size_t i = 0; i < task->binding_count && i < 8; i++) {
        const struct task_binding *binding = &task->bindings[i];
        char *longer = memory_print("%s %u/%s", text, binding->container_port,
                                    binding->is_tcp ? "tcp" : "udp");
        free(text);
        text = longer;
    }
    if (task->binding_count != 0)
        return text;
    char *none = memory_print("%s none", text);
    free(text);
    return none;
}

static char *
explain_refusal(const struct service_matcher *matcher, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    address_format_with_port(address, text);
    return memory_print("its address %s %s", text,
                        target_address_fault(matcher->config, matcher->host, address));
}

/* Names are not looked up, and short forms ("127.1") not filled. */
static char *
explain_unusable(const struct task *task)
{
    const char *const hosts[] = {task->host, task->host_ipv6};
    struct address address;

    for (size_t i = 0; i < 2; i++)
        if (hosts[i] != NULL && !address_parse(&address, hosts[i], 0))
            return memory_print("its host \"%.*s\" is no IP address: give the task or its "
                                "provider one in full",
                                (int)text_cut_length(hosts[i], HOST_SHOWN_BYTES), hosts[i]);
    return memory_copy_text("the address that its port is bound on is no IP address");
}

/* The rest: what has no members to name. */
static char *
explain_plainly(enum service_match match, const struct config_service *service,
                const struct task *task)
{
    const char *host = task->host == NULL ? "" : task->host;

    if (match == SERVICE_CONTAINER_DIFFERS)
        return memory_print("container name \"%s\" is not \"%s\": correct container_name, or "
                            "set the label fairlead.container",
                            task->container_name, service->container_name);
    if (match == SERVICE_NOT_ALLOWED)
        return memory_print("provider %s may not name service %s: add it to the provider's "
                            "services",
                            task->source, task->service);
    if (match == SERVICE_NO_OWN_ADDRESS)
        return memory_print("target group %s takes containers at their own addresses "
                            "(target_type), and this one has none: %s",
                            service->target_group,
                            task->no_address != NULL
                                ? task->no_address
                                : "its provider tells no container_address");
    if (match == SERVICE_NO_HOST)
        return memory_copy_text("it has no host to dial: give the task or its provider a host");
    if (match == SERVICE_FAMILY_DIFFERS)
        return memory_print("its port is bound on addresses of another family than host %s is "
                            "of: set host to one of that family, or publish the port on both",
                            host);
    if (match == SERVICE_LOOPBACK_ELSEWHERE)
        return memory_print(
            "its port is bound on the loopback of %s, which is another machine: "
            "publish it on an address that can be reached from here",
            host);
    return memory_copy_text(match == SERVICE_MATCHES ? "takes the task's port"
                                                     : "the task names another service");
}

char *
service_match_explain(const struct service_matcher *matcher,
                      const struct config_service *service, const struct task *task)
{
    struct address address;
    enum service_match match = service_match(matcher, service, task, &address);

    if (match == SERVICE_AMBIGUOUS)
        return explain_ambiguity(matcher, task);
    if (match == SERVICE_PORT_NOT_BOUND)
        return explain_port(service->container_port, task);
    if (match == SERVICE_ADDRESS_UNUSABLE)
        return explain_unusable(task);
    if (match == SERVICE_ADDRESS_REFUSED)
        return explain_refusal(matcher, &address);
    return explain_plainly(match, service, task);
}
