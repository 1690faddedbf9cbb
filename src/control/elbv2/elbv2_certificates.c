/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_certificates.h"

#include <string.h>
#include <unistd.h>

#include "control/aws/aws_edit.h"
#include "model/config.h"

/* As settings, with the key's file where that is another one; NULL: it is none of these. */
static json_t *
find_in(const struct config_certificate *certificates, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(certificates[i].certificate, path) == 0)
            return json_pack("{s:s, s:s*}", "certificate", path, "private_key",
                             certificates[i].private_key);
    return NULL;
}

/* "NAME.pem" of the folder itself. */
static bool
is_in_folder(const char *folder, const char *path)
{
    size_t length = folder == NULL ? 0 : strlen(folder);
    const char *name = path + length;

    if (length == 0 || strncmp(path, folder, length) != 0)
        return false;
    if (folder[length - 1] != '/' && *name++ != '/')
        return false;
    size_t name_length = strlen(name);
    return name_length > 4 && *name != '.' && strchr(name, '/') == NULL &&
           strcmp(name + name_length - 4, ".pem") == 0;
}

json_t *
elbv2_find_certificate(const struct config *config, const char *path)
{
    json_t *found = find_in(config->api_certificates, config->api_certificate_count, path);

    for (size_t i = 0; i < config->listener_count && found == NULL; i++) {
        const struct config_listener *listener = &config->listeners[i];
        found = find_in(listener->certificates, listener->certificate_count, path);
        if (found == NULL)
            found = find_in(listener->certificate_list, listener->certificate_list_count, path);
    }
    if (found == NULL && is_in_folder(config->certificates_dir, path) &&
        access(path, F_OK) == 0)
        found = json_pack("{s:s}", "certificate", path);
    return found;
}

/* The input's certificates as a list of settings; NULL: the call has failed. */
static json_t *
read_certificates(struct aws_call *call)
{
    const json_t *list = json_object_get(call->input, "Certificates"), *one;
    json_t *read = json_array();
    size_t index;

    json_array_foreach (list, index, one) {
        const char *arn = json_string_value(json_object_get(one, "CertificateArn"));
        json_t *found = arn == NULL ? NULL : elbv2_find_certificate(call->parts->config, arn);
        if (found == NULL)
            aws_fail(call, "CertificateNotFound",
                     "Certificate '%.256s' not found: an ARN is the file of a certificate that "
                     "the configuration names, or NAME.pem in certificates_dir",
                     arn == NULL ? "" : arn);
        else
            json_array_append_new(read, found);
    }
    if (call->error_code == NULL)
        return read;
    json_decref(read);
    return NULL;
}

static bool
is_same(const json_t *one, const json_t *other)
{
    return json_equal(json_object_get(one, "certificate"),
                      json_object_get(other, "certificate"));
}

/* Its index in the list; the list's size where it is not there. */
static size_t
index_of(const json_t *list, const json_t *certificate)
{
    size_t index = 0;

    while (index < json_array_size(list) && !is_same(json_array_get(list, index), certificate))
        index++;
    return index;
}

/* One that it has besides is not there twice. */
static void
set_default(json_t *listener, json_t *certificates)
{
    json_t *list = json_object_get(listener, "certificate_list");

    json_object_set(listener, "certificates", certificates);
    json_array_remove(list, index_of(list, json_array_get(certificates, 0)));
}

/* Whether the call gives what only HTTPS listeners have; then it has failed. */
static bool
is_for_secure(struct aws_call *call)
{
    static const char *const members[] = {"SslPolicy", "Certificates", "AlpnPolicy"};
    const char *mode = json_string_value(
        json_object_get(json_object_get(call->input, "MutualAuthentication"), "Mode"));

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const json_t *given = json_object_get(call->input, members[i]);
        if (json_is_string(given) || json_array_size(given) > 0)
            aws_fail(call, "ValidationError", "%s can only be specified for HTTPS listeners",
                     members[i]);
    }
    if (mode != NULL && strcmp(mode, "off") != 0)
        aws_fail(call, "ValidationError",
                 "MutualAuthentication can only be specified for HTTPS listeners");
    return call->error_code != NULL;
}

bool
elbv2_put_default_certificate(struct aws_call *call, json_t *listener)
{
    const char *protocol = json_string_value(json_object_get(listener, "protocol"));
    bool is_secure = protocol != NULL && strcmp(protocol, "HTTPS") == 0;

    if (json_object_get(call->input, "Certificates") != NULL) {
        json_t *read = read_certificates(call);
        if (read == NULL)
            return false;
        if (json_array_size(read) > 1)
            aws_fail(call, "ValidationError",
                     "Exactly one certificate must be specified, the default: further ones are "
                     "for AddListenerCertificates");
        else if (json_array_size(read) == 1)
            set_default(listener, read);
        json_decref(read);
    }
    if (!is_secure && is_for_secure(call)) {
        return false;
    } else if (!is_secure) {
        /* What only HTTPS has goes with it. */
        json_object_del(listener, "certificates");
        json_object_del(listener, "certificate_list");
        json_object_del(listener, "ssl_policy");
        json_object_del(listener, "alpn_policy");
        json_object_del(listener, "mutual_authentication");
    } else if (json_object_get(listener, "certificates") == NULL) {
        aws_fail(call, "ValidationError",
                 "A certificate must be specified for HTTPS listeners");
    }
    return call->error_code == NULL;
}

static json_t *
list_of(json_t *document)
{
    json_t *listener = aws_edit_settings(document);
    json_t *list = json_object_get(listener, "certificate_list");

    if (list == NULL) {
        list = json_array();
        json_object_set_new(listener, "certificate_list", list);
    }
    return list;
}

/* Whether the call names any; else it has failed. */
static bool
has_certificates(struct aws_call *call)
{
    if (json_array_size(json_object_get(call->input, "Certificates")) == 0)
        aws_fail(call, "ValidationError", "At least one certificate must be specified");
    return call->error_code == NULL;
}

json_t *
elbv2_add_certificates(struct aws_call *call, const struct object *object)
{
    if (!has_certificates(call))
        return NULL;
    json_t *read = read_certificates(call), *answers = json_array(), *one;
    json_t *document = aws_edit_document(object), *list = list_of(document);
    const json_t *standard = json_object_get(aws_edit_settings(document), "certificates");
    size_t index;

    json_array_foreach (read, index, one) {
        if (index_of(list, one) == json_array_size(list) &&
            index_of(standard, one) == json_array_size(standard))
            json_array_append(list, one);
        json_array_append_new(answers,
                              json_pack("{s:O, s:b}", "CertificateArn",
                                        json_object_get(one, "certificate"), "IsDefault", 0));
    }
    if (read == NULL)
        json_decref(document);
    else
        object_edit_change(call->edit, object->id, document);
    json_decref(read);
    return json_pack("{s:o}", "Certificates", answers);
}

/* The default one stays: ModifyListener changes that. */
json_t *
elbv2_remove_certificates(struct aws_call *call, const struct object *object)
{
    if (!has_certificates(call))
        return NULL;
    const json_t *given = json_object_get(call->input, "Certificates"), *one;
    json_t *document = aws_edit_document(object), *list = list_of(document);
    const json_t *standard = json_object_get(aws_edit_settings(document), "certificates");
    size_t index;

    json_array_foreach (given, index, one) {
        json_t *wanted =
            json_pack("{s:O}", "certificate", json_object_get(one, "CertificateArn"));
        if (index_of(standard, wanted) < json_array_size(standard))
            aws_fail(call, "OperationNotPermitted",
                     "The default certificate cannot be removed: change it (ModifyListener)");
        json_array_remove(list, index_of(list, wanted));
        json_decref(wanted);
    }
    if (call->error_code != NULL) {
        json_decref(document);
        return NULL;
    }
    object_edit_change(call->edit, object->id, document);
    return json_object();
}
