/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of the API made, changed and deleted by people, in the words of the configuration
 * file: an object's settings are what the file would give it, and are judged by the same rows.
 * They are the same objects that ELBv2's calls make.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/aws/aws_arn.h"
#include "control/aws/aws_edit.h"
#include "control/object_commands/object_kinds.h"
#include "control/object_commands/object_settings.h"
#include "control/object_orders.h"

/* Of one that nobody has signed for. */
#define CALLER "fairleadctl"

enum verb { VERB_CREATE, VERB_CHANGE, VERB_DELETE };

static const char *const done[] = {
    [VERB_CREATE] = "created", [VERB_CHANGE] = "changed", [VERB_DELETE] = "deleted"};

struct object_command {
    struct object_order order; /* first: the order is the command */
    struct admin_wait wait;
    struct admin_call admin;
    struct aws_call call;
    const struct object_kind_row *kind;
    enum verb verb;
    json_t *body;
    char *caller, *id;
};

/* The settings that are given, into a document that the call then has; former: those of before.
 */
static bool
put_settings(struct object_command *command, json_t *document, const json_t *former)
{
    if (object_settings_put(&command->call, command->kind, aws_edit_settings(document), former,
                            command->admin.request->is_local))
        return true;
    json_decref(document);
    return false;
}

static void
create(struct object_command *command, const char *name)
{
    struct aws_call *call = &command->call;
    json_t *document = command->kind->make(call, name, &command->id);

    if (document != NULL && put_settings(command, document, NULL))
        object_edit_create(call->edit, command->kind->kind, command->id, call->caller_name,
                           document);
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
        command->kind->delete (call, name, object);
        return;
    }
    json_t *document = aws_edit_document(object);
    if (put_settings(command, document, json_object_get(object->document, "settings")))
        object_edit_change(call->edit, command->id, document);
}

static int
status_of(const char *code)
{
    static const struct {
        const char *code;
        int status;
    } known[] = {{"ValidationError", 400}, {"NotFound", 404}};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(known[i].code, code) == 0)
            return known[i].status;
    return 409;
}

/* The object as it is in force; without settings where it is gone. */
static json_t *
answer_of(const struct object_command *command, const char *name)
{
    const struct object *object = objects_find(command->admin.parts->objects, command->id);
    char *text = memory_print("%s %s is %s", command->kind->what, name, done[command->verb]);
    char *arn = aws_arn_of(&command->call, command->id);
    json_t *answer = json_pack("{s:s, s:s, s:s}", "Text", text, "Name", name, "Arn", arn);

    if (object != NULL)
        json_object_set(answer, "Settings", json_object_get(object->document, "settings"));
    free(text);
    free(arn);
    return answer;
}

static void
finish(struct object_command *command)
{
    const char *name = json_string_value(json_object_get(command->body, "Name"));
    const char *code = command->call.error_code;
    struct admin_request *request = command->admin.request;

    if (code != NULL)
        admin_refuse(request, status_of(code), code, "%s", command->call.error_message);
    else
        admin_answer(request, 200, answer_of(command, name));
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

/* What a body or a query names; NULL after a refusal. */
static const struct object_kind_row *
read_kind(struct admin_request *request, const char *word, const char *name)
{
    const struct object_kind_row *kind = object_kind_find(word);

    if (kind != NULL && name != NULL && *name != '\0')
        return kind;
    admin_refuse(request, 400, "ValidationError",
                 "Kind is load-balancer, target-group, listener or rule, and Name its name");
    return NULL;
}

/* A body that can be acted on, the caller's; NULL after a refusal. */
static json_t *
read_body(struct admin_call *admin, const struct object_kind_row **kind)
{
    json_t *body = admin_read_body(admin);

    if (body == NULL)
        return NULL;
    *kind = read_kind(admin->request, json_string_value(json_object_get(body, "Kind")),
                      json_string_value(json_object_get(body, "Name")));
    if (*kind != NULL && object_settings_are_texts(json_object_get(body, "Set")))
        return body;
    if (*kind != NULL)
        admin_refuse(admin->request, 400, "ValidationError",
                     "Set must be an array of at most %d texts, each SETTING=VALUE",
                     OBJECT_SETTINGS_MOST);
    json_decref(body);
    return NULL;
}

static void
begin(struct admin_call *admin, enum verb verb)
{
    const struct access_key *caller = admin->request->caller;
    const struct object_kind_row *kind;
    json_t *body = read_body(admin, &kind);

    if (body == NULL)
        return;
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

/* Of the API's: the file's stand in GET /v1/configuration. */
void
admin_show_object(struct admin_call *admin)
{
    struct admin_request *request = admin->request;
    const char *word = admin_request_parameter(request, "kind");
    const char *name = admin_request_parameter(request, "name");
    const struct object_kind_row *kind = read_kind(request, word, name);

    if (kind == NULL)
        return;
    struct aws_call call = {.parts = admin->parts, .region = AWS_REGION};
    const struct object *object = kind->find(&call, name);
    if (object == NULL) {
        admin_refuse(request, status_of(call.error_code), call.error_code, "%s",
                     call.error_message);
    } else {
        char *arn = aws_arn_of(&call, object->id);
        json_t *answer = json_pack("{s:s, s:s, s:s, s:s, s:O}", "Kind", word, "Name", name,
                                   "Arn", arn, "MadeBy", object->origin, "Settings",
                                   json_object_get(object->document, "settings"));
        admin_set_number(answer, "Revision", object->revision);
        admin_set_time(answer, "CreatedAt", object->created_us);
        admin_answer(request, 200, answer);
        free(arn);
    }
    free(call.error_message);
}
