/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "model/config_check_places.h"

/* Of a text that is being read, or (again) of one that was. */
struct config_findings {
    const struct config_inspection *inspection; /* NULL: again */
    const struct config_node *place;
    const struct config_certificate *certificate;
    config_found *on_found;
    void *argument;
};

void
config_findings_add(struct config_findings *findings, enum config_gravity gravity,
                    const char *member, const char *format, ...)
{
    const struct config_inspection *inspection = findings->inspection;
    va_list arguments;
    char *reason = NULL;

    va_start(arguments, format);
    CHECK(vasprintf(&reason, format, arguments) != -1);
    va_end(arguments);
    if (inspection == NULL)
        findings->on_found(findings->argument, gravity, findings->certificate, reason);
    else
        config_report_add_member(gravity == CONFIG_ERROR ? inspection->errors
                                                         : inspection->warnings,
                                 findings->place, member, "%s", reason);
    free(reason);
}

/* Each listener of TLS has the pairs of the folder as well. */
static void
inspect_folder(struct config_findings *findings, const struct config_inspector *inspector,
               const struct config *config, const struct config_listener *listener)
{
    if (config->certificates_dir != NULL && listener->certificate_count > 0)
        inspector->folder(inspector->argument, listener, config->certificates_dir, findings);
}

void
config_findings_about(struct config_findings *findings,
                      const struct config_certificate *certificate)
{
    findings->certificate = certificate;
}

static void
inspect_listener(struct config_findings *findings, const struct config_node *place,
                 const struct config_listener *listener)
{
    const struct config_inspector *inspector = findings->inspection->inspector;
    const struct config_node *list = config_node_member(place, "certificates");

    for (size_t i = 0; i < listener->certificate_count; i++) {
        findings->place = config_node_element(list, i);
        inspector->certificate(inspector->argument, listener, &listener->certificates[i], true,
                               findings);
    }
    list = config_node_member(place, "certificate_list");
    for (size_t i = 0; i < listener->certificate_list_count; i++) {
        findings->place = config_node_element(list, i);
        inspector->certificate(inspector->argument, listener, &listener->certificate_list[i],
                               false, findings);
    }
}

static void
inspect_trust_stores(struct config_findings *findings, const struct config_node *root)
{
    const struct config *config = findings->inspection->config;
    const struct config_inspector *inspector = findings->inspection->inspector;
    const struct config_node *list = config_node_member(root, "trust_stores");

    for (size_t i = 0; i < config->trust_store_count; i++) {
        findings->place = config_node_element(list, i);
        inspector->trust_store(inspector->argument, &config->trust_stores[i], findings);
    }
}

static void
inspect_target_cas(struct config_findings *findings, const struct config_inspector *inspector,
                   const struct config *config, const struct config_node *list)
{
    for (size_t i = 0; i < config->target_group_count; i++) {
        if (!config->target_groups[i].tls_verify)
            continue;
        findings->place = list == NULL ? NULL : config_node_element(list, i);
        inspector->target_ca(inspector->argument, config->target_groups[i].tls_ca, findings);
    }
}

void
config_inspect(const struct config_inspection *inspection, const struct config_node *root)
{
    const struct config_node *listeners = config_node_member(root, "listeners");
    struct config_findings findings = {.inspection = inspection};

    for (size_t i = 0; i < inspection->config->listener_count; i++) {
        const struct config_listener *listener = &inspection->config->listeners[i];
        inspect_listener(&findings, config_node_element(listeners, i), listener);
        findings.place = root;
        inspect_folder(&findings, inspection->inspector, inspection->config, listener);
    }
    inspect_trust_stores(&findings, root);
    if (inspection->config->api_certificate_count > 0) {
        findings.place = config_node_element(config_node_find(root, "api.certificates"), 0);
        inspection->inspector->api_certificate(inspection->inspector->argument,
                                               &inspection->config->api_certificates[0],
                                               &findings);
    }
    inspect_target_cas(&findings, inspection->inspector, inspection->config,
                       config_node_member(root, "target_groups"));
}

static void
inspect_again(struct config_findings *findings, const struct config_inspector *inspector,
              const struct config_listener *listener,
              const struct config_certificate *certificate, bool is_default)
{
    findings->certificate = certificate;
    inspector->certificate(inspector->argument, listener, certificate, is_default, findings);
}

void
config_inspect_again(const struct config *config, const struct config_inspector *inspector,
                     config_found *on_found, void *argument)
{
    struct config_findings findings = {.on_found = on_found, .argument = argument};

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        for (size_t j = 0; j < listener->certificate_count; j++)
            inspect_again(&findings, inspector, listener, &listener->certificates[j], true);
        for (size_t j = 0; j < listener->certificate_list_count; j++)
            inspect_again(&findings, inspector, listener, &listener->certificate_list[j],
                          false);
        inspect_folder(&findings, inspector, config, listener);
    }
    for (size_t i = 0; i < config->trust_store_count; i++)
        inspector->trust_store(inspector->argument, &config->trust_stores[i], &findings);
    inspect_target_cas(&findings, inspector, config, NULL);
    if (config->api_certificate_count > 0) {
        findings.certificate = &config->api_certificates[0];
        inspector->api_certificate(inspector->argument, findings.certificate, &findings);
    }
}
