/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys: shown, made and deleted. A change is answered when the disk has it; a key's
 * secret is in that answer and in no other.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"

/* A change that waits for the disk. */
struct key_change {
    struct admin_wait wait;
    const struct admin_parts *parts;
    struct admin_request *request;
    struct access_key key; /* that is made or deleted */
    bool is_deletion;
};

static json_t *
key_to_json(const struct admin_parts *parts, const struct access_key *key)
{
    uint64_t used_wall_us = key_uses_last(parts->key_uses, key->id);
    json_t *object = json_object();

    admin_set_text(object, "Name", key->name);
    admin_set_text(object, "AccessKeyId", key->id);
    json_object_set_new(object, "ReadOnly", json_boolean(key->is_read_only));
    admin_set_time(object, "CreatedAt", key->created_wall_us);
    if (used_wall_us != 0)
        admin_set_time(object, "LastUsedAt", used_wall_us);
    else
        json_object_set_new(object, "LastUsedAt", json_null());
    return object;
}

void
admin_show_keys(struct admin_call *call)
{
    const struct access_key_list *list = access_keys_list(call->parts->keys);
    json_t *keys = json_array();

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(keys, key_to_json(call->parts, &list->at[i]));
    admin_answer(call->request, 200, json_pack("{s:o}", "Keys", keys));
}

static void
end_change(struct key_change *change)
{
    admin_wait_end(&change->wait);
    access_key_erase(&change->key);
    loop_free_later(change->parts->loop, change, NULL);
}

static void
on_stop(void *argument)
{
    struct key_change *change = argument;

    access_keys_forget(change->parts->keys, change);
    admin_refuse_stopping(change->request);
    end_change(change);
}

static void
tell(const struct key_change *change)
{
    json_t *answer = key_to_json(change->parts, &change->key);

    if (change->is_deletion) {
        key_uses_forget(change->parts->key_uses, change->key.id);
        event_log_add(change->parts->events, EVENT_KEY_DELETED, change->key.name, "deleted");
    } else {
        event_log_add(change->parts->events, EVENT_KEY_MADE, change->key.name, "made%s",
                      change->key.is_read_only ? "; it may only read" : "");
        admin_set_text(answer, "SecretAccessKey", change->key.secret);
    }
    admin_answer(change->request, 200, answer);
}

static void
on_changed(void *argument, const char *error)
{
    struct key_change *change = argument;

    if (error != NULL)
        admin_refuse(change->request, 503, "KeysUnavailable", "%s", error);
    else
        tell(change);
    end_change(change);
}

static struct key_change *
begin_change(struct admin_call *call, const struct access_key *key, bool is_deletion)
{
    struct key_change *change = memory_take(1, sizeof(*change));

    change->parts = call->parts;
    change->request = call->request;
    change->key = *key;
    change->is_deletion = is_deletion;
    change->wait.on_stop = on_stop;
    change->wait.argument = change;
    admin_wait_begin(call->admin, &change->wait);
    return change;
}

/* The body's name; NULL after a refusal, also where keys cannot be changed now. */
static char *
read_name(struct admin_call *call, bool *is_read_only)
{
    json_t *body = admin_read_body(call);
    const char *reason;

    if (body == NULL)
        return NULL;
    const json_t *member = json_object_get(body, "Name");
    struct slice name = slice_make(json_string_value(member), json_string_length(member));
    char *text = NULL;
    *is_read_only = json_is_true(json_object_get(body, "ReadOnly"));
    if (!access_key_is_name(name))
        admin_refuse(call->request, 400, "ValidationError",
                     "Name must be 1 to %d letters, digits and . _ @ + -", ACCESS_KEY_NAME_MAX);
    else if (!access_keys_is_ready(call->parts->keys, &reason))
        admin_refuse(call->request, 503, "KeysUnavailable", "%s", reason);
    else
        text = memory_copy_bytes(name.at, name.length);
    json_decref(body);
    return text;
}

static void
make_key(struct admin_call *call, const char *name, bool is_read_only)
{
    struct access_keys *keys = call->parts->keys;
    struct access_key key;

    if (access_key_list_named(access_keys_list(keys), slice_of(name)) != NULL) {
        admin_refuse(call->request, 409, "KeyExists", "there is a key %s already", name);
        return;
    }
    if (access_keys_list(keys)->count == ACCESS_KEYS_MAX) {
        admin_refuse(call->request, 400, "TooManyKeys", "there are %d keys: delete some",
                     ACCESS_KEYS_MAX);
        return;
    }
    access_key_make(&key, name, is_read_only);
    access_keys_add(keys, &key, on_changed, begin_change(call, &key, false));
    access_key_erase(&key);
}

void
admin_make_key(struct admin_call *call)
{
    bool is_read_only;
    char *name = read_name(call, &is_read_only);

    if (name != NULL)
        make_key(call, name, is_read_only);
    free(name);
}

void
admin_delete_key(struct admin_call *call)
{
    struct access_keys *keys = call->parts->keys;
    bool unused;
    char *name = read_name(call, &unused);

    if (name == NULL)
        return;
    const struct access_key *key =
        access_key_list_named(access_keys_list(keys), slice_of(name));
    if (key == NULL)
        admin_refuse(call->request, 404, "KeyNotFound", "there is no key %s", name);
    else
        access_keys_remove(keys, key, on_changed, begin_change(call, key, true));
    free(name);
}

void
admin_show_caller(struct admin_call *call)
{
    const struct access_key *caller = call->request->caller;
    json_t *answer = json_object();

    admin_set_text(answer, "Name", caller == NULL ? NULL : caller->name);
    admin_set_text(answer, "AccessKeyId", caller == NULL ? NULL : caller->id);
    json_object_set_new(answer, "IsReadOnly",
                        json_boolean(caller != NULL && caller->is_read_only));
    admin_answer(call->request, 200, answer);
}

void
admin_permit(struct admin_call *call)
{
    if (call->request->is_local)
        admin_refuse(call->request, 404, "NotFound", "%s is answered by the api role only",
                     call->request->path);
    else
        admin_request_reply(call->request, 204, "application/json", SLICE_LITERAL(""));
}
