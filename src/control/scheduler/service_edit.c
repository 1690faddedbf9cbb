/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/service_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/scheduler/service_document.h"

#define BREAKER "ECS deployment circuit breaker: "

struct service_edit {
    struct object_order order; /* first: the order is the edit */
    struct service_edits *edits;
    enum service_edit_kind kind;
    char *id, *deployment;
    LIST_ENTRY(service_edit) entry;
};

struct service_edits {
    struct object_orders *orders;
    void (*on_done)(void *argument, const char *id);
    void *argument;
    LIST_HEAD(, service_edit) all;
};

struct service_edits *
service_edits_new(struct object_orders *orders, void (*on_done)(void *argument, const char *id),
                  void *argument)
{
    struct service_edits *edits = memory_take(1, sizeof(*edits));

    edits->orders = orders;
    edits->on_done = on_done;
    edits->argument = argument;
    LIST_INIT(&edits->all);
    return edits;
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): the analyzer does not see that a removed edit is not
 * the list's first any more. */
static void
drop(struct service_edit *edit)
{
    LIST_REMOVE(edit, entry);
    free(edit->id);
    free(edit->deployment);
    free(edit);
}

void
service_edits_free(struct service_edits **edits)
{
    struct service_edit *edit;

    if (*edits == NULL)
        return;
    while ((edit = LIST_FIRST(&(*edits)->all)) != NULL) {
        object_orders_withdraw((*edits)->orders, &edit->order);
        drop(edit);
    }
    free(*edits);
    *edits = NULL;
}

/* NOLINTEND(clang-analyzer-unix.Malloc) */

static void
complete(json_t *document, const char *deployment)
{
    char *reason = memory_print("ECS deployment %s completed.", deployment);

    service_document_complete(document, reason);
    free(reason);
}

static void
fail(json_t *document, const char *deployment)
{
    (void)deployment;
    service_document_fail(document, BREAKER "tasks failed to start.");
}

static void
roll_back(json_t *document, const char *deployment)
{
    fail(document, deployment);
    service_document_roll_back(document);
}

static void (*const changes[])(json_t *document, const char *deployment) = {
    [SERVICE_EDIT_COMPLETE] = complete,
    [SERVICE_EDIT_FAIL] = fail,
    [SERVICE_EDIT_ROLL_BACK] = roll_back,
    [SERVICE_EDIT_END] = NULL,
    [TASK_EDIT_END] = NULL,
};

/* With what belongs to it. */
static void
delete_all(struct object_edit *edit, const struct object *object)
{
    const char *cluster = service_document_text(object->document, "cluster");
    const char *name = service_document_text(object->document, "name");
    const struct object *binding = object;

    for (size_t i = 0; binding != NULL && object->kind == OBJECT_SERVICE; i++) {
        char *id = service_document_binding_id(cluster, name, i);
        binding = object_edit_find(edit, id);
        if (binding != NULL)
            object_edit_delete(edit, id);
        free(id);
    }
    object_edit_delete(edit, object->id);
}

static bool
is_meant(const struct service_edit *edit, const struct object *object)
{
    return edit->deployment == NULL ||
           text_is_same(service_document_text(service_document_primary(object->document), "id"),
                        edit->deployment);
}

static enum object_turn
on_turn(struct object_order *order, struct object_edit *objects)
{
    struct service_edit *edit = (struct service_edit *)(void *)order;
    const struct object *object = object_edit_find(objects, edit->id);

    if (object == NULL || !is_meant(edit, object)) {
        edit->edits->on_done(edit->edits->argument, edit->id);
        drop(edit);
        return OBJECT_TURN_OVER;
    }
    if (changes[edit->kind] == NULL) {
        delete_all(objects, object);
        return OBJECT_TURN_CHANGES;
    }
    json_t *document = json_deep_copy(object->document);
    changes[edit->kind](document, edit->deployment);
    object_edit_change(objects, edit->id, document);
    return OBJECT_TURN_CHANGES;
}

static void
on_done(struct object_order *order, const struct objects_outcome *outcome)
{
    struct service_edit *edit = (struct service_edit *)(void *)order;

    if (outcome->errors->count > 0)
        log_error("%s cannot be brought up to date: %s", edit->id, outcome->errors->lines[0]);
    else if (outcome->reason != NULL)
        log_error("%s cannot be brought up to date: %s", edit->id, outcome->reason);
    edit->edits->on_done(edit->edits->argument, edit->id);
    drop(edit);
}

static bool
is_under_way(const struct service_edits *edits, const char *id)
{
    const struct service_edit *edit;

    LIST_FOREACH (edit, &edits->all, entry)
        if (strcmp(edit->id, id) == 0)
            return true;
    return false;
}

void
service_edits_order(struct service_edits *edits, enum service_edit_kind kind, const char *id,
                    const char *deployment)
{
    if (is_under_way(edits, id))
        return;
    struct service_edit *edit = memory_take(1, sizeof(*edit));
    edit->order = (struct object_order){.on_turn = on_turn, .on_done = on_done};
    edit->edits = edits;
    edit->kind = kind;
    edit->id = memory_copy_text(id);
    edit->deployment = memory_copy_text(deployment);
    LIST_INSERT_HEAD(&edits->all, edit, entry);
    object_orders_add(edits->orders, &edit->order);
}
