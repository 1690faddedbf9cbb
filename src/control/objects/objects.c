/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of shared, unchanging objects, sorted by id: an edit's table is a copy of pointers. */
#include "control/objects/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "control/objects/object_store.h"
#include "control/objects/restrictions.h"

/* The list of the configuration that an object is an element of (NULL: of none), its word in
 * the store, and what the configuration depends on besides its settings (NULL: nothing). */
static const struct {
    const char *list, *word, *beside;
} kinds[OBJECT_KIND_COUNT] = {
    [OBJECT_LOAD_BALANCER] = {"load_balancers", "load-balancer", "security_groups"},
    [OBJECT_TARGET_GROUP] = {"target_groups", "target-group", NULL},
    [OBJECT_LISTENER] = {"listeners", "listener", NULL},
    [OBJECT_RULE] = {"rules", "rule", NULL},
    [OBJECT_SERVICE_BINDING] = {"services", "service-binding", NULL},
    [OBJECT_SECURITY_GROUP] = {NULL, "security-group", "ingress"},
    [OBJECT_CLUSTER] = {NULL, "cluster", NULL},
    [OBJECT_TASK_FAMILY] = {NULL, "task-family", NULL},
    [OBJECT_TASK_DEFINITION] = {NULL, "task-definition", NULL},
    [OBJECT_CAPACITY_PROVIDER] = {NULL, "capacity-provider", NULL},
    [OBJECT_SERVICE] = {NULL, "service", NULL},
    [OBJECT_TASK] = {NULL, "task", NULL},
    [OBJECT_CONTAINER_INSTANCE] = {NULL, "container-instance", NULL},
    [OBJECT_ACCOUNT_SETTING] = {NULL, "account-setting", NULL},
    [OBJECT_REPOSITORY] = {NULL, "repository", NULL},
};

struct entry {
    struct object object;
    unsigned references;
    char *id, *origin;
    json_t *document;
    const char *listener; /* of a rule, in the document */
    const json_t *settings;
    struct config_node *tree;       /* of the settings; NULL: the configuration has none */
    struct config_ingress *ingress; /* of a security group; NULL: of anything else */
};

struct table {
    struct entry **all; /* by id */
    size_t count, capacity;
    struct entry **added; /* those that the configuration has, in its order; of all */
    size_t added_count;
    struct config_addition *additions;
    struct restrictions restrictions;
    struct config_additions view;
};

struct objects {
    struct table table;
    char *state_dir;
    struct object_store *store; /* NULL: nothing was ever made */
    uint64_t last_number;
};

struct object_edit {
    struct objects *objects;
    struct table table;
    struct object_change *changes;
    struct entry **changed; /* that hold the changes' texts */
    char **documents;       /* NULL: of deletions */
    size_t count;
    bool concerns_settings;
};

static struct entry *
new_entry(const struct object *object, json_t *document)
{
    struct entry *entry = memory_take(1, sizeof(*entry));

    entry->object = *object;
    entry->references = 1;
    entry->document = document;
    entry->object.document = document;
    entry->listener = json_string_value(json_object_get(document, "listener"));
    entry->settings = json_object_get(document, "settings");
    /* Rules and sources are planted in listeners. */
    if (kinds[object->kind].list != NULL && object->kind != OBJECT_LISTENER)
        entry->tree = config_additions_tree(entry->settings);
    if (object->kind == OBJECT_SECURITY_GROUP)
        entry->ingress = ingress_new(document);
    entry->object.id = entry->id = memory_copy_text(object->id);
    entry->object.origin = entry->origin = memory_copy_text(object->origin);
    return entry;
}

static struct entry *
refer(struct entry *entry)
{
    entry->references++;
    return entry;
}

static void
leave(struct entry *entry)
{
    if (--entry->references > 0)
        return;
    ingress_free(&entry->ingress);
    free(entry->tree);
    json_decref(entry->document);
    free(entry->id);
    free(entry->origin);
    free(entry);
}

static void
clear_table(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        leave(table->all[i]);
    free(table->all);
    free(table->added);
    free(table->additions);
    restrictions_clear(&table->restrictions);
    *table = (struct table){.all = NULL};
}

/* Where the id is, or would be. */
static size_t
find_index(const struct table *table, const char *id)
{
    size_t low = 0, high = table->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(table->all[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry **
find(const struct table *table, const char *id)
{
    size_t index = find_index(table, id);

    if (index == table->count || strcmp(table->all[index]->id, id) != 0)
        return NULL;
    return &table->all[index];
}

static bool
is_added(const struct entry *entry)
{
    return kinds[entry->object.kind].list != NULL;
}

/* By kind, rules by their listeners, and then as they were made. */
static int
compare(const struct entry *left, const struct entry *right)
{
    int order =
        (left->object.kind > right->object.kind) - (left->object.kind < right->object.kind);

    if (order == 0 && left->listener != NULL && right->listener != NULL)
        order = strcmp(left->listener, right->listener);
    if (order != 0)
        return order;
    return (left->object.number > right->object.number) -
           (left->object.number < right->object.number);
}

/* Where the entry is among those of the configuration, or would be. */
static size_t
find_added(const struct table *table, const struct entry *entry)
{
    size_t low = 0, high = table->added_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(table->added[middle], entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* added has room wherever all has. */
static void
put_added(struct table *table, struct entry *entry)
{
    size_t index = find_added(table, entry);

    if (!is_added(entry))
        return;
    memmove(&table->added[index + 1], &table->added[index],
            (table->added_count - index) * sizeof(struct entry *));
    table->added[index] = entry;
    table->added_count++;
}

/* Before the entry goes. */
static void
drop_added(struct table *table, const struct entry *entry)
{
    size_t index = find_added(table, entry);

    if (!is_added(entry))
        return;
    CHECK(index < table->added_count && table->added[index] == entry);
    table->added_count--;
    memmove(&table->added[index], &table->added[index + 1],
            (table->added_count - index) * sizeof(struct entry *));
}

/* Takes the entry. */
static void
insert(struct table *table, struct entry *entry)
{
    size_t index = find_index(table, entry->id);

    if (table->count == table->capacity) {
        table->capacity = 2 * table->capacity + 16;
        table->all = memory_resize(table->all, table->capacity, sizeof(struct entry *));
        table->added = memory_resize(table->added, table->capacity, sizeof(struct entry *));
    }
    memmove(&table->all[index + 1], &table->all[index],
            (table->count - index) * sizeof(struct entry *));
    table->all[index] = entry;
    table->count++;
    put_added(table, entry);
}

/* Once after each change. */
static void
forget_additions(struct table *table)
{
    free(table->additions);
    table->additions = NULL;
    restrictions_clear(&table->restrictions);
}

static const struct config_ingress *
find_ingress(const void *table, const char *id)
{
    struct entry **entry = find(table, id);

    return entry == NULL ? NULL : (*entry)->ingress;
}

/* Load balancers are the first additions. */
static void
make_restrictions(struct table *table)
{
    struct restrictions *restrictions = &table->restrictions;

    for (size_t i = 0;
         i < table->added_count && table->added[i]->object.kind == OBJECT_LOAD_BALANCER; i++)
        restrictions_add(restrictions, table->added[i]->document, i, find_ingress, table);
    restrictions_sort(restrictions);
    table->view.restrictions =
        (struct config_restrictions){restrictions->all, restrictions->count};
}

static void
make_additions(struct table *table)
{
    if (table->additions != NULL)
        return;
    table->additions = memory_take(table->added_count + 1, sizeof(*table->additions));
    table->view =
        (struct config_additions){.all = table->additions, .count = table->added_count};
    for (size_t i = 0; i < table->added_count; i++)
        table->additions[i] = (struct config_addition){
            .place = table->added[i]->id,
            .list = kinds[table->added[i]->object.kind].list,
            .listener = table->added[i]->listener,
            .settings = table->added[i]->settings,
            .tree = table->added[i]->tree,
        };
    make_restrictions(table);
}

struct objects *
objects_new(void)
{
    struct objects *objects = memory_take(1, sizeof(*objects));

    make_additions(&objects->table);
    return objects;
}

void
objects_free(struct objects **objects)
{
    if (*objects == NULL)
        return;
    object_store_close(&(*objects)->store);
    clear_table(&(*objects)->table);
    free((*objects)->state_dir);
    free(*objects);
    *objects = NULL;
}

static enum object_kind
kind_of(const char *word)
{
    enum object_kind kind = 0;

    while (kind < OBJECT_KIND_COUNT && strcmp(kinds[kind].word, word) != 0)
        kind++;
    return kind;
}

struct loading {
    struct objects *objects;
    char *reason;
};

/* An element of a list of the configuration has settings; of the others nobody here knows more.
 */
static bool
is_sound(enum object_kind kind, const json_t *document)
{
    return kind != OBJECT_KIND_COUNT && json_is_object(document) &&
           (kinds[kind].list == NULL || json_is_object(json_object_get(document, "settings")));
}

static void
on_stored(void *argument, const struct stored_object *stored)
{
    struct loading *loading = argument;
    struct objects *objects = loading->objects;
    json_t *document = json_loads(stored->json, 0, NULL);
    const struct object object = {.id = stored->id,
                                  .kind = kind_of(stored->kind),
                                  .origin = stored->origin,
                                  .number = stored->number,
                                  .revision = stored->revision,
                                  .created_us = stored->created_us};

    if (is_sound(object.kind, document) && objects->table.count < OBJECTS_MOST) {
        insert(&objects->table, new_entry(&object, document));
        objects->last_number = stored->number;
        return;
    }
    json_decref(document);
    if (loading->reason == NULL)
        loading->reason = memory_print("%s/objects.sqlite: %s is no object that this fairlead "
                                       "knows: run the one that wrote it, or put a backup in "
                                       "its place",
                                       objects->state_dir, stored->id);
}

bool
objects_load(struct objects *objects, const char *state_dir, char **reason)
{
    struct loading loading = {.objects = objects};

    free(objects->state_dir);
    objects->state_dir = memory_copy_text(state_dir);
    if (!object_store_exists(state_dir))
        return true;
    objects->store = object_store_open(state_dir, reason);
    if (objects->store == NULL ||
        !object_store_each(objects->store, on_stored, &loading, reason))
        return false;
    forget_additions(&objects->table);
    make_additions(&objects->table);
    if (loading.reason != NULL)
        *reason = loading.reason;
    return loading.reason == NULL;
}

const struct config_additions *
objects_additions(const struct objects *objects)
{
    return &objects->table.view;
}

const struct object *
objects_find(const struct objects *objects, const char *id)
{
    struct entry **entry = find(&objects->table, id);

    return entry == NULL ? NULL : &(*entry)->object;
}

size_t
objects_count(const struct objects *objects)
{
    return objects->table.count;
}

const struct object *
objects_at(const struct objects *objects, size_t index)
{
    return &objects->table.all[index]->object;
}

static bool
open_store(struct objects *objects, char **reason)
{
    if (objects->store == NULL)
        objects->store = object_store_open(objects->state_dir, reason);
    return objects->store != NULL;
}

bool
objects_backup(struct objects *objects, const char *path, char **reason)
{
    return open_store(objects, reason) && object_store_backup(objects->store, path, reason);
}

struct object_edit *
object_edit_begin(struct objects *objects)
{
    struct object_edit *edit = memory_take(1, sizeof(*edit));
    struct table *table = &edit->table;

    edit->objects = objects;
    table->count = objects->table.count;
    table->capacity = table->count + 16;
    table->all = memory_take(table->capacity, sizeof(struct entry *));
    for (size_t i = 0; i < table->count; i++)
        table->all[i] = refer(objects->table.all[i]);
    table->added_count = objects->table.added_count;
    table->added = memory_take(table->capacity, sizeof(struct entry *));
    if (table->added_count > 0)
        memcpy(table->added, objects->table.added, table->added_count * sizeof(struct entry *));
    return edit;
}

void
object_edit_free(struct object_edit **edit)
{
    if (*edit == NULL)
        return;
    clear_table(&(*edit)->table);
    for (size_t i = 0; i < (*edit)->count; i++) {
        leave((*edit)->changed[i]);
        free((*edit)->documents[i]);
    }
    free((*edit)->changes);
    free((*edit)->changed);
    free((*edit)->documents);
    free(*edit);
    *edit = NULL;
}

const struct object *
object_edit_find(const struct object_edit *edit, const char *id)
{
    struct entry **entry = find(&edit->table, id);

    return entry == NULL ? NULL : &(*entry)->object;
}

size_t
object_edit_count(const struct object_edit *edit)
{
    return edit->table.count;
}

const struct object *
object_edit_at(const struct object_edit *edit, size_t index)
{
    return &edit->table.all[index]->object;
}

/* Takes the reference. */
static void
note(struct object_edit *edit, enum object_change_kind kind, struct entry *entry)
{
    size_t index = edit->count++;
    char *text = kind == OBJECT_DELETE ? NULL : json_dumps(entry->document, JSON_COMPACT);

    forget_additions(&edit->table);
    edit->changes = memory_resize(edit->changes, edit->count, sizeof(*edit->changes));
    edit->changed = memory_resize(edit->changed, edit->count, sizeof(struct entry *));
    edit->documents = memory_resize(edit->documents, edit->count, sizeof(char *));
    edit->changed[index] = entry;
    edit->documents[index] = text;
    edit->changes[index] =
        (struct object_change){.kind = kind,
                               .object = {.id = entry->id,
                                          .kind = kinds[entry->object.kind].word,
                                          .json = text,
                                          .origin = entry->origin,
                                          .created_us = entry->object.created_us}};
}

void
object_edit_create(struct object_edit *edit, enum object_kind kind, const char *id,
                   const char *origin, json_t *document)
{
    struct object object = {.id = id,
                            .kind = kind,
                            .origin = origin,
                            .number = edit->objects->last_number + edit->count + 1,
                            .revision = 1,
                            .created_us = clock_wall_us()};
    struct entry *entry = new_entry(&object, document);

    CHECK(find(&edit->table, id) == NULL);
    insert(&edit->table, entry);
    note(edit, OBJECT_CREATE, refer(entry));
    edit->concerns_settings = edit->concerns_settings || kinds[kind].list != NULL;
}

/* Whether a member of both documents is the same, NULL: none. */
static bool
has_same(const struct entry *one, const struct entry *other, const char *member)
{
    const json_t *first = member == NULL ? NULL : json_object_get(one->document, member);
    const json_t *second = member == NULL ? NULL : json_object_get(other->document, member);

    return first == second || json_equal(first, second);
}

void
object_edit_change(struct object_edit *edit, const char *id, json_t *document)
{
    struct entry **place = find(&edit->table, id);

    CHECK(place != NULL);
    struct entry *old = *place;
    struct entry *entry = new_entry(&old->object, document);
    edit->concerns_settings = edit->concerns_settings || !has_same(old, entry, "settings") ||
                              !has_same(old, entry, kinds[entry->object.kind].beside);
    entry->object.revision++;
    drop_added(&edit->table, old);
    put_added(&edit->table, entry);
    *place = entry;
    leave(old);
    note(edit, OBJECT_CHANGE, refer(entry));
}

void
object_edit_delete(struct object_edit *edit, const char *id)
{
    struct entry **place = find(&edit->table, id);

    CHECK(place != NULL);
    struct entry *old = *place;
    size_t index = (size_t)(place - edit->table.all);
    drop_added(&edit->table, old);
    memmove(place, place + 1, (edit->table.count - index - 1) * sizeof(struct entry *));
    edit->table.count--;
    edit->concerns_settings = edit->concerns_settings || kinds[old->object.kind].list != NULL;
    note(edit, OBJECT_DELETE, old);
}

size_t
object_edit_changes(const struct object_edit *edit)
{
    return edit->count;
}

bool
object_edit_concerns_settings(const struct object_edit *edit)
{
    return edit->concerns_settings;
}

const struct config_additions *
object_edit_additions(struct object_edit *edit)
{
    make_additions(&edit->table);
    return &edit->table.view;
}

bool
object_edit_write(struct object_edit *edit, char **reason)
{
    if (edit->table.count > OBJECTS_MOST) {
        *reason = memory_print("there are %d objects already, the most that there may be",
                               OBJECTS_MOST);
        return false;
    }
    return open_store(edit->objects, reason) &&
           object_store_write(edit->objects->store, edit->changes, edit->count, reason);
}

void
object_edit_commit(struct object_edit *edit)
{
    struct table old = edit->objects->table;

    make_additions(&edit->table);
    edit->objects->table = edit->table;
    edit->table = old;
    /* The store numbers them by itself, in the same order. */
    edit->objects->last_number += edit->count;
}
