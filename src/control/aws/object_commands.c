/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of the API made, changed and deleted by people, in the words of the configuration
 * file: an object's settings are what the file would give it, and are judged by the same rows.
 * They are the same objects that ELBv2's calls make.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/aws/aws_arn.h"
#include "control/aws/aws_edit.h"
#include "control/aws/aws_input.h"
#include "control/object_orders.h"
#include "control/state_file.h"
#include "model/config.h"
#include "model/settings.h"

/* Of one that nobody has signed for. */
#define CALLER "fairleadctl"
#define SETTINGS_MOST 100

enum verb { VERB_CREATE, VERB_CHANGE, VERB_DELETE };

static const char *const done[] = {
    [VERB_CREATE] = "created", [VERB_CHANGE] = "changed", [VERB_DELETE] = "deleted"};

struct object_command;

struct kind {
    const char *word, *what;
    enum object_kind kind;
    enum setting_scope scope;
    /* Its object, which the call may change: NULL, and the call has failed, where it is the
     * file's, or none. */
    const struct object *(*find)(struct aws_call *call, const char *name);
    /* A new id and document, whose settings are still to come; NULL: the call has failed. */
    json_t *(*make)(struct aws_call *call, const char *name, char **id);
    void (*delete)(struct aws_call *call, const struct object *object);
};

struct object_command {
    struct object_order order; /* first: the order is the command */
    struct admin_wait wait;
    struct admin_call admin;
    struct aws_call call;
    const struct kind *kind;
    enum verb verb;
    json_t *body;
    char *caller, *id;
};

static void
fail_missing(struct aws_call *call, const char *what, const char *name)
{
    aws_fail(call, "NotFound", "There is no %s %s", what, name);
}

static const struct object *
find_group(struct aws_call *call, const char *name)
{
    const struct config_target_group *group = config_find_group(call->parts->config, name);

    if (group == NULL) {
        fail_missing(call, "target group", name);
        return NULL;
    }
    return aws_edit_own(call, group->places, "The target group");
}

static json_t *
make_group(struct aws_call *call, const char *name, char **id)
{
    char number[AWS_ID_SIZE];

    /* Targets of an earlier group of that name are none of the new one's. */
    if (registry_forget_group(call->parts->registry, name) &&
        !state_file_save(call->parts->state)) {
        aws_fail(call, "ServiceUnavailable",
                 "The state file cannot be written to the disk: see the log");
        return NULL;
    }
    aws_edit_make_id(number);
    *id = memory_print("targetgroup/%s/%s", name, number);
    return json_pack("{s:{s:s}, s:{}}", "settings", "name", name, "tags");
}

static size_t
balancer_index(const struct config *config, const char *name)
{
    size_t index = 0;

    while (index < config_balancer_count(config) &&
           strcmp(config_balancer(config, index).name, name) != 0)
        index++;
    return index;
}

static const struct object *
find_balancer(struct aws_call *call, const char *name)
{
    const struct config *config = call->parts->config;
    size_t index = balancer_index(config, name);

    if (index == config_balancer_count(config)) {
        fail_missing(call, "load balancer", name);
        return NULL;
    }
    return aws_edit_own(call, config_balancer(config, index).places, "The load balancer");
}

static json_t *
make_balancer(struct aws_call *call, const char *name, char **id)
{
    char number[AWS_ID_SIZE];
    json_t *zones = json_array();

    for (size_t i = 0; i < aws_zone_count(call); i++)
        json_array_append_new(zones, json_sprintf("subnet-%s", aws_zone(call, i)));
    aws_edit_make_id(number);
    *id = memory_print("loadbalancer/app/%s/%s", name, number);
    return json_pack("{s:{s:s}, s:s, s:o, s:[s], s:{}}", "settings", "name", name, "scheme",
                     "internet-facing", "subnets", zones, "security_groups", AWS_SECURITY_GROUP,
                     "tags");
}

static const struct config_listener *
named_listener(const struct config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (strncmp(config->listeners[i].name, name, length) == 0 &&
            config->listeners[i].name[length] == '\0')
            return &config->listeners[i];
    return NULL;
}

static const struct object *
find_listener(struct aws_call *call, const char *name)
{
    const struct config_listener *listener =
        named_listener(call->parts->config, name, strlen(name));

    if (listener == NULL) {
        fail_missing(call, "listener", name);
        return NULL;
    }
    return aws_edit_own(call, listener->places, "The listener");
}

/* "load_balancer=NAME" of the settings that are given says whose it is. */
static const char *
given_balancer(const struct aws_call *call)
{
    static const char start[] = "load_balancer=";
    const json_t *list = json_object_get(call->input, "Set"), *one;
    size_t index;

    json_array_foreach (list, index, one)
        if (strncmp(json_string_value(one), start, sizeof(start) - 1) == 0)
            return json_string_value(one) + sizeof(start) - 1;
    return config_balancer(call->parts->config, 0).name;
}

static json_t *
make_listener(struct aws_call *call, const char *name, char **id)
{
    const struct config *config = call->parts->config;
    size_t index = balancer_index(config, given_balancer(call));
    char number[AWS_ID_SIZE];

    if (index == config_balancer_count(config)) {
        fail_missing(call, "load balancer", given_balancer(call));
        return NULL;
    }
    aws_edit_make_id(number);
    *id = aws_arn_id_below(aws_arn_balancer(call, index), "listener", number);
    return json_pack("{s:{s:s, s:s}, s:{}}", "settings", "name", name, "address",
                     config->api_listener_address, "tags");
}

static void
delete_listener(struct aws_call *call, const struct object *object)
{
    const struct config *config = call->parts->config;
    const char *name = json_string_value(
        json_object_get(json_object_get(object->document, "settings"), "name"));

    aws_edit_delete_listener(call, named_listener(config, name, strlen(name)), object);
}

/* "LISTENER/PRIORITY"; NULL: it is none, or there is no such listener, and the call has failed.
 */
static const struct config_listener *
read_rule(struct aws_call *call, const char *name, long *priority)
{
    const char *slash = strrchr(name, '/');
    char *end = NULL;

    *priority = slash == NULL ? 0 : strtol(slash + 1, &end, 10);
    if (slash == NULL || slash[1] == '\0' || *end != '\0') {
        aws_fail(call, "ValidationError",
                 "A rule is named by its listener and priority: LISTENER/PRIORITY");
        return NULL;
    }
    const struct config_listener *listener =
        named_listener(call->parts->config, name, (size_t)(slash - name));
    if (listener == NULL)
        fail_missing(call, "listener of the rule", name);
    return listener;
}

static const struct object *
find_rule(struct aws_call *call, const char *name)
{
    long priority;
    const struct config_listener *listener = read_rule(call, name, &priority);

    for (size_t i = 0; listener != NULL && i < listener->rule_count; i++)
        if ((long)listener->rules[i].priority == priority)
            return aws_edit_own(call, listener->rules[i].places, "The rule");
    if (listener != NULL)
        fail_missing(call, "rule", name);
    return NULL;
}

static json_t *
make_rule(struct aws_call *call, const char *name, char **id)
{
    long priority;
    const struct config_listener *listener = read_rule(call, name, &priority);
    char number[AWS_ID_SIZE];

    if (listener == NULL)
        return NULL;
    aws_edit_make_id(number);
    *id = aws_arn_id_below(aws_arn_listener(call, listener), "listener-rule", number);
    return json_pack("{s:{s:I}, s:s, s:{}}", "settings", "priority", (json_int_t)priority,
                     "listener", listener->name, "tags");
}

static void
delete_alone(struct aws_call *call, const struct object *object)
{
    object_edit_delete(call->edit, object->id);
}

static const struct kind kinds[] = {
    {"load-balancer", "load balancer", OBJECT_LOAD_BALANCER, SCOPE_LOAD_BALANCER, find_balancer,
     make_balancer, delete_alone},
    {"target-group", "target group", OBJECT_TARGET_GROUP, SCOPE_TARGET_GROUP, find_group,
     make_group, delete_alone},
    {"listener", "listener", OBJECT_LISTENER, SCOPE_LISTENER, find_listener, make_listener,
     delete_listener},
    {"rule", "rule", OBJECT_RULE, SCOPE_RULE, find_rule, make_rule, delete_alone},
};

/* As the row wants it: a text stays one; what the file would write as a list or a group is
 * JSON. */
static json_t *
value_of(const struct kind *kind, const char *path, const char *text)
{
    const struct setting *row = setting_find(kind->scope, path);

    if (row != NULL && row->elements == SCOPE_COUNT && row->kind != SETTING_LIST)
        return aws_input_typed(row, text);
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    return value != NULL ? value : json_string(text);
}

/* "SETTING=VALUE"; without a value the setting is as if it had not been given. */
static void
put_setting(struct aws_call *call, const struct kind *kind, json_t *into, const char *text)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text) {
        aws_fail(call, "ValidationError", "'%.200s' is not SETTING=VALUE", text);
        return;
    }
    char *path = memory_copy_bytes(text, (size_t)(equals - text));
    if (equals[1] == '\0')
        aws_input_drop(into, path);
    else
        aws_input_put(into, path, value_of(kind, path, equals + 1));
    free(path);
}

static void
put_settings(struct aws_call *call, const struct kind *kind, json_t *document)
{
    const json_t *list = json_object_get(call->input, "Set"), *one;
    size_t index;

    if (json_array_size(list) > SETTINGS_MOST)
        aws_fail(call, "ValidationError", "%d settings may be given at once", SETTINGS_MOST);
    json_array_foreach (list, index, one)
        put_setting(call, kind, aws_edit_settings(document), json_string_value(one));
}

static void
create(struct object_command *command, const char *name)
{
    struct aws_call *call = &command->call;
    json_t *document = command->kind->make(call, name, &command->id);

    if (document != NULL)
        put_settings(call, command->kind, document);
    if (call->error_code == NULL)
        object_edit_create(call->edit, command->kind->kind, command->id, call->caller_name,
                           document);
    else
        json_decref(document);
}

static void
change(struct object_command *command, const char *name)
{
    struct aws_call *call = &command->call;
    const struct object *object = command->kind->find(call, name);

    if (object == NULL)
        return;
    command->id = memory_copy_text(object->id);
    if (command->verb == VERB_DELETE) {
        command->kind->delete (call, object);
        return;
    }
    json_t *document = aws_edit_document(object);
    put_settings(call, command->kind, document);
    if (call->error_code == NULL)
        object_edit_change(call->edit, command->id, document);
    else
        json_decref(document);
}

static void
finish(struct object_command *command)
{
    const char *name = json_string_value(json_object_get(command->body, "Name"));
    const char *code = command->call.error_code;
    struct admin_request *request = command->admin.request;

    if (code != NULL) {
        int status = strcmp(code, "NotFound") == 0          ? 404
                     : strcmp(code, "ValidationError") == 0 ? 400
                                                            : 409;
        admin_refuse(request, status, code, "%s", command->call.error_message);
    } else {
        char *text =
            memory_print("%s %s is %s", command->kind->what, name, done[command->verb]);
        char *arn = aws_arn_of(&command->call, command->id);
        admin_answer(request, 200,
                     json_pack("{s:s, s:s, s:s}", "Text", text, "Name", name, "Arn", arn));
        free(text);
        free(arn);
    }
    admin_wait_end(&command->wait);
    json_decref(command->body);
    free(command->call.error_message);
    free(command->caller);
    free(command->id);
    free(command);
}

static enum object_turn
on_turn(struct object_order *order, struct object_edit *edit)
{
    struct object_command *command = (struct object_command *)(void *)order;
    const char *name = json_string_value(json_object_get(command->body, "Name"));
    size_t before = object_edit_changes(edit);

    free(command->id);
    free(command->call.error_message);
    command->id = NULL;
    command->call = (struct aws_call){.parts = command->admin.parts,
                                      .input = command->body,
                                      .region = AWS_REGION,
                                      .caller_name = command->caller,
                                      .edit = edit,
                                      .follow = OPERATION_COUNT};
    if (command->verb == VERB_CREATE)
        create(command, name);
    else
        change(command, name);
    if (command->call.error_code == NULL)
        return OBJECT_TURN_CHANGES;
    if (before > 0)
        return OBJECT_TURN_CROWDED;
    finish(command);
    return OBJECT_TURN_OVER;
}

static void
on_done(struct object_order *order, const struct objects_outcome *outcome)
{
    struct object_command *command = (struct object_command *)(void *)order;

    aws_edit_note_outcome(&command->call, outcome);
    finish(command);
}

static void
on_stop(void *argument)
{
    struct object_command *command = argument;

    object_orders_withdraw(command->admin.parts->orders, &command->order);
    aws_fail(&command->call, "ServiceUnavailable",
             "fairlead is stopping: the change may have been made or not");
    finish(command);
}

static const struct kind *
find_kind(const char *word)
{
    for (size_t i = 0; word != NULL && i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    return NULL;
}

static void
begin(struct admin_call *admin, enum verb verb)
{
    json_t *body = admin_read_body(admin);
    const struct access_key *caller = admin->request->caller;

    if (body == NULL)
        return;
    const struct kind *kind = find_kind(json_string_value(json_object_get(body, "Kind")));
    const char *name = json_string_value(json_object_get(body, "Name"));
    if (kind == NULL || name == NULL || *name == '\0') {
        admin_refuse(
            admin->request, 400, "ValidationError",
            "Kind is load-balancer, target-group, listener or rule, and Name its name");
        json_decref(body);
        return;
    }
    struct object_command *command = memory_take(1, sizeof(*command));
    *command = (struct object_command){
        .order = {.on_turn = on_turn, .on_done = on_done},
        .wait = {.on_stop = on_stop, .argument = command},
        .admin = *admin,
        .kind = kind,
        .verb = verb,
        .body = body,
        .caller = memory_copy_text(caller == NULL ? CALLER : caller->name),
    };
    admin_wait_begin(admin->admin, &command->wait);
    object_orders_add(admin->parts->orders, &command->order);
}

void
admin_create_object(struct admin_call *call)
{
    begin(call, VERB_CREATE);
}

void
admin_change_object(struct admin_call *call)
{
    begin(call, VERB_CHANGE);
}

void
admin_delete_object(struct admin_call *call)
{
    begin(call, VERB_DELETE);
}
