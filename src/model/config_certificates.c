/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of certificates the listeners of a configuration name. */
#include <string.h>

#include "model/config.h"

static bool
is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool
has_path(const struct config_certificate *certificates, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(certificates[i].certificate, path) == 0)
            return true;
    return false;
}

bool
config_names_certificate(const struct config *config, const char *path)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        if (has_path(listener->certificates, listener->certificate_count, path) ||
            has_path(listener->certificate_list, listener->certificate_list_count, path))
            return true;
    }
    return false;
}

static bool
are_same(const struct config_certificate *ones, size_t count,
         const struct config_certificate *others, size_t other_count)
{
    for (size_t i = 0; i < count && count == other_count; i++)
        if (!is_same(ones[i].certificate, others[i].certificate) ||
            !is_same(ones[i].private_key, others[i].private_key))
            return false;
    return count == other_count;
}

static bool
needs_the_same(const struct config_listener *one, const struct config_listener *other)
{
    return one->protocol == other->protocol && one->mutual_mode == other->mutual_mode &&
           is_same(one->trust_store, other->trust_store) &&
           are_same(one->certificates, one->certificate_count, other->certificates,
                    other->certificate_count) &&
           are_same(one->certificate_list, one->certificate_list_count, other->certificate_list,
                    other->certificate_list_count);
}

bool
config_has_new_certificates(const struct config *config, const struct config *other)
{
    for (size_t i = 0; i < other->listener_count; i++) {
        const struct config_listener *listener = &other->listeners[i];
        bool is_known = listener->protocol != PROTOCOL_HTTPS;
        for (size_t j = 0; j < config->listener_count && !is_known; j++)
            is_known = strcmp(config->listeners[j].name, listener->name) == 0 &&
                       needs_the_same(&config->listeners[j], listener);
        if (!is_known)
            return true;
    }
    return false;
}
