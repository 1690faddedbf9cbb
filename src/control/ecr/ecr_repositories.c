/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories are made, told and deleted. The registry learns of one by its first push. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/ecr/ecr.h"
#include "control/ecr/ecr_inquiry.h"

/* The length of a separator within a part: ".", "_", "__", or any number of "-"; 0: none. */
static size_t
separator_length(const char *text)
{
    if (*text == '-')
        return strspn(text, "-");
    if (*text == '_')
        return text[1] == '_' ? 2 : 1;
    return *text == '.' ? 1 : 0;
}

/* Parts of small letters and digits between slashes, joined by separators. */
static bool
is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (;;) {
        size_t length = strspn(text, letters);
        if (length == 0)
            return false;
        text += length;
        if (*text == '\0')
            return true;
        length = *text == '/' ? 1 : separator_length(text);
        if (length == 0)
            return false;
        text += length;
    }
}

/* What the registry cannot do is not promised. */
static bool
check_options(struct aws_call *call)
{
    const json_t *scanning = json_object_get(call->input, "imageScanningConfiguration");
    const json_t *encryption = json_object_get(call->input, "encryptionConfiguration");
    const char *mutability = aws_text(call, "imageTagMutability");
    const char *kind = json_string_value(json_object_get(encryption, "encryptionType"));

    if (mutability != NULL && strcmp(mutability, "MUTABLE") != 0)
        aws_fail(call, "InvalidParameterException",
                 "imageTagMutability can only be MUTABLE: nothing keeps a push from moving a "
                 "tag in this registry");
    if (json_is_true(json_object_get(scanning, "scanOnPush")))
        aws_fail(call, "InvalidParameterException",
                 "imageScanningConfiguration.scanOnPush can only be false: nobody scans images "
                 "here");
    if (kind != NULL && strcmp(kind, "AES256") != 0)
        aws_fail(call, "InvalidParameterException",
                 "encryptionConfiguration.encryptionType can only be AES256, which is AWS's "
                 "default, and encrypts nothing here");
    return call->error_code == NULL;
}

static bool
check_name(struct aws_call *call, const char *name)
{
    if (!is_name(name))
        aws_fail(call, "InvalidParameterException",
                 "Invalid parameter at 'repositoryName' failed to satisfy constraint: small "
                 "letters and digits, parted by '.', '_', '__', '-' or '/'");
    else if (ecr_find(call, name) != NULL)
        aws_fail(call, "RepositoryAlreadyExistsException",
                 "The repository with name '%s' already exists in the registry with id "
                 "'" AWS_ACCOUNT "'",
                 name);
    return call->error_code == NULL;
}

json_t *
ecr_create_repository(struct aws_call *call)
{
    const char *name = aws_text(call, "repositoryName");
    json_t *document = json_pack("{s:{}}", "settings");

    if (ecr_registry(call) == NULL || !check_name(call, name) || !check_options(call) ||
        !ecr_add_tags(call, document)) {
        json_decref(document);
        return NULL;
    }
    char *id = ecr_id(name);
    object_edit_create(call->edit, OBJECT_REPOSITORY, id, call->caller_name, document);
    free(id);
    return json_pack("{s:o}", "repository", ecr_repository_to_json(call, ecr_find(call, name)));
}

static const char *
key_of(const json_t *repository)
{
    return json_string_value(json_object_get(repository, "repositoryName"));
}

static json_t *
all_repositories(struct aws_call *call)
{
    json_t *array = json_array();

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind == OBJECT_REPOSITORY)
            json_array_append_new(array, ecr_repository_to_json(call, object));
    }
    return ecr_page(call, "repositories", array, key_of);
}

static json_t *
named_repositories(struct aws_call *call, const json_t *names)
{
    json_t *array = json_array(), *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const struct object *object = ecr_find_or_fail(call, json_string_value(name));
        if (object != NULL)
            json_array_append_new(array, ecr_repository_to_json(call, object));
    }
    return json_pack("{s:o}", "repositories", array);
}

json_t *
ecr_repositories(struct aws_call *call)
{
    const json_t *names = json_object_get(call->input, "repositoryNames");

    if (ecr_registry(call) == NULL)
        return NULL;
    return names == NULL ? all_repositories(call) : named_repositories(call, names);
}

struct aws_question *
ecr_ask_removal(const struct aws_call *call, aws_on_known *on_known, void *argument)
{
    bool is_forced = json_is_true(json_object_get(call->input, "force"));

    return ecr_inquiry_begin(call, is_forced ? ecr_delete_all : NULL, on_known, argument);
}

/* With force, what the registry had has been deleted by now. */
json_t *
ecr_delete_repository(struct aws_call *call)
{
    const struct object *object = ecr_find_named(call);

    if (object == NULL || !ecr_inquiry_check(call))
        return NULL;
    if (ecr_inquiry_left(call->known) > 0)
        return aws_fail(call, "RepositoryNotEmptyException",
                        "The repository with name '%s' in registry with id '" AWS_ACCOUNT
                        "' cannot be deleted because it still contains images",
                        ecr_name(object));
    json_t *output = json_pack("{s:o}", "repository", ecr_repository_to_json(call, object));
    object_edit_delete(call->edit, object->id);
    return output;
}
