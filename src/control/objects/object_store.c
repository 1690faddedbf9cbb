/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row an object. The schema's version is SQLite's user_version; each step of
 * migrations[] leads to the next. Start reading at object_store_open.
 */
#include "control/objects/object_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/own_file.h"

/* "fair", so that no other program's database is taken for ours. */
#define APPLICATION_ID 0x66616972
/* Somebody may look into the file by hand, which locks it for moments. */
#define BUSY_MS 200

static const char *const migrations[] = {
    "CREATE TABLE objects ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL UNIQUE,"
    " kind TEXT NOT NULL,"
    " json TEXT NOT NULL,"
    " revision INTEGER NOT NULL,"
    " origin TEXT NOT NULL,"
    " created_us INTEGER NOT NULL);",
};

#define SCHEMA_VERSION ((int)(sizeof(migrations) / sizeof(*migrations)))

static const char *const texts[OBJECT_CHANGE_COUNT] = {
    [OBJECT_CREATE] = ("INSERT INTO objects (id, json, kind, origin, created_us, revision) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, 1)"),
    [OBJECT_CHANGE] = "UPDATE objects SET json = ?2, revision = revision + 1 WHERE id = ?1",
    [OBJECT_DELETE] = "DELETE FROM objects WHERE id = ?1",
};

struct object_store {
    char *path;
    sqlite3 *database;
    sqlite3_stmt *statements[OBJECT_CHANGE_COUNT];
};

static bool
fail(char **reason, const struct object_store *store, const char *what)
{
    *reason = memory_print("%s: %s: %s", store->path, what, sqlite3_errmsg(store->database));
    return false;
}

static bool
run(struct object_store *store, const char *sql)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The first value of what a query gives; false, or a text of the caller's. */
static bool
ask(struct object_store *store, const char *sql, char **value)
{
    sqlite3_stmt *query = NULL;
    bool is_answered =
        sqlite3_prepare_v2(store->database, sql, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW;

    if (is_answered)
        *value = memory_copy_text((const char *)sqlite3_column_text(query, 0));
    sqlite3_finalize(query);
    return is_answered && *value != NULL;
}

static bool
ask_number(struct object_store *store, const char *sql, long *number)
{
    char *text = NULL;

    if (!ask(store, sql, &text))
        return false;
    *number = strtol(text, NULL, 10);
    free(text);
    return true;
}

static bool
is_damaged(char **reason, const struct object_store *store, const char *what)
{
    *reason = memory_print("%s is damaged (%s): put a backup in its place, or move it and its "
                           "-wal away to begin without objects made by the API",
                           store->path, what);
    return false;
}

/* Nobody else can have put it there, and nobody else reads it. */
static bool
check_file(const struct object_store *store, char **reason)
{
    const char *why;
    int fd = own_file_open(store->path, &why);

    if (fd == -1 && errno == ENOENT) {
        fd = open(store->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        why = strerror(errno);
    }
    if (fd == -1) {
        *reason = memory_print("%s cannot be opened: %s", store->path, why);
        return false;
    }
    close(fd);
    return true;
}

static bool
check_whole(struct object_store *store, char **reason)
{
    char *answer = NULL;
    bool is_whole = ask(store, "PRAGMA integrity_check(1)", &answer);

    if (!is_whole)
        is_damaged(reason, store, sqlite3_errmsg(store->database));
    else if (strcmp(answer, "ok") != 0)
        is_whole = is_damaged(reason, store, answer);
    free(answer);
    return is_whole;
}

/* Brings an older store, or an empty file, to this version: all of it or nothing. */
static bool
migrate(struct object_store *store, long version, char **reason)
{
    char *last = memory_print("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                              APPLICATION_ID, SCHEMA_VERSION);
    bool is_done = run(store, "BEGIN IMMEDIATE");

    for (long i = version; is_done && i < SCHEMA_VERSION; i++)
        is_done = run(store, migrations[i]);
    is_done = is_done && run(store, last);
    free(last);
    if (is_done)
        return true;
    fail(reason, store, "its tables cannot be made");
    run(store, "ROLLBACK");
    return false;
}

static bool
check_version(struct object_store *store, char **reason)
{
    long application, version, tables;

    if (!ask_number(store, "PRAGMA application_id", &application) ||
        !ask_number(store, "PRAGMA user_version", &version) ||
        !ask_number(store, "SELECT count(*) FROM sqlite_schema", &tables))
        return is_damaged(reason, store, sqlite3_errmsg(store->database));
    bool is_new = application == 0 && version == 0 && tables == 0;
    if (!is_new && application != APPLICATION_ID) {
        *reason = memory_print("%s is no store of fairlead's: move it away", store->path);
        return false;
    }
    if (version > SCHEMA_VERSION) {
        *reason =
            memory_print("%s is of a newer fairlead (version %ld; this one knows %d): run "
                         "that one, or put a backup in its place",
                         store->path, version, SCHEMA_VERSION);
        return false;
    }
    return version == SCHEMA_VERSION || migrate(store, version, reason);
}

static bool
prepare(struct object_store *store, char **reason)
{
    for (size_t i = 0; i < OBJECT_CHANGE_COUNT; i++) {
        if (sqlite3_prepare_v3(store->database, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK)
            return is_damaged(reason, store, sqlite3_errmsg(store->database));
    }
    return true;
}

static bool
open_database(struct object_store *store, char **reason)
{
    if (sqlite3_open_v2(store->path, &store->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK)
        return fail(reason, store, "cannot be opened");
    sqlite3_busy_timeout(store->database, BUSY_MS);
    /* The first that reads the file: one that is no database at all shows here. */
    if (!check_whole(store, reason))
        return false;
    if (!run(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA trusted_schema = OFF"))
        return fail(reason, store, "cannot be set up");
    return check_version(store, reason) && prepare(store, reason);
}

static char *
path_in(const char *directory)
{
    return memory_print("%s/objects.sqlite", directory);
}

bool
object_store_exists(const char *directory)
{
    char *path = path_in(directory);
    bool exists = access(path, F_OK) == 0;

    free(path);
    return exists;
}

struct object_store *
object_store_open(const char *directory, char **reason)
{
    struct object_store *store = memory_take(1, sizeof(*store));

    store->path = path_in(directory);
    if (!check_file(store, reason) || !open_database(store, reason))
        object_store_close(&store);
    return store;
}

void
object_store_close(struct object_store **store)
{
    if (*store == NULL)
        return;
    for (size_t i = 0; i < OBJECT_CHANGE_COUNT; i++)
        sqlite3_finalize((*store)->statements[i]);
    sqlite3_close((*store)->database);
    free((*store)->path);
    free(*store);
    *store = NULL;
}

static void
bind(sqlite3_stmt *statement, int index, const char *text)
{
    int result = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);

    /* A text that is too long for SQLite has been refused long before. */
    CHECK(result == SQLITE_OK);
}

static sqlite3_stmt *
bind_change(struct object_store *store, const struct object_change *change)
{
    sqlite3_stmt *statement = store->statements[change->kind];
    const struct stored_object *object = &change->object;

    bind(statement, 1, object->id);
    if (change->kind == OBJECT_CREATE || change->kind == OBJECT_CHANGE)
        bind(statement, 2, object->json);
    if (change->kind == OBJECT_CREATE) {
        bind(statement, 3, object->kind);
        bind(statement, 4, object->origin);
        sqlite3_bind_int64(statement, 5, (sqlite3_int64)object->created_us);
    }
    return statement;
}

static bool
make_change(struct object_store *store, const struct object_change *change, char **reason)
{
    sqlite3_stmt *statement = bind_change(store, change);
    bool is_made = sqlite3_step(statement) == SQLITE_DONE;

    if (!is_made) {
        *reason = memory_print("%s: object %s: %s", store->path, change->object.id,
                               sqlite3_errmsg(store->database));
    } else if (sqlite3_changes(store->database) == 0) {
        is_made = false;
        *reason = memory_print("%s has no object %s", store->path, change->object.id);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return is_made;
}

bool
object_store_write(struct object_store *store, const struct object_change *changes,
                   size_t count, char **reason)
{
    bool is_written = run(store, "BEGIN IMMEDIATE");

    if (!is_written)
        return fail(reason, store, "cannot be written");
    for (size_t i = 0; is_written && i < count; i++)
        is_written = make_change(store, &changes[i], reason);
    if (is_written && !run(store, "COMMIT"))
        is_written = fail(reason, store, "cannot be written");
    /* SQLite itself has rolled back after some failures: then this does nothing. */
    if (!is_written)
        run(store, "ROLLBACK");
    return is_written;
}

static const char *
column(sqlite3_stmt *query, int index)
{
    return (const char *)sqlite3_column_text(query, index);
}

bool
object_store_each(struct object_store *store, object_store_visit *visit, void *argument,
                  char **reason)
{
    static const char sql[] = "SELECT id, kind, json, origin, number, revision, created_us "
                              "FROM objects ORDER BY number";
    sqlite3_stmt *query = NULL;
    int result = sqlite3_prepare_v2(store->database, sql, -1, &query, NULL);

    if (result == SQLITE_OK) {
        while ((result = sqlite3_step(query)) == SQLITE_ROW)
            visit(argument, &(struct stored_object){column(query, 0), column(query, 1),
                                                    column(query, 2), column(query, 3),
                                                    (uint64_t)sqlite3_column_int64(query, 4),
                                                    (uint64_t)sqlite3_column_int64(query, 5),
                                                    (uint64_t)sqlite3_column_int64(query, 6)});
    }
    if (result != SQLITE_DONE)
        fail(reason, store, "cannot be read");
    sqlite3_finalize(query);
    return result == SQLITE_DONE;
}

bool
object_store_backup(struct object_store *store, const char *path, char **reason)
{
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", path);

    CHECK(sql != NULL);
    bool is_made = run(store, sql);
    sqlite3_free(sql);
    return is_made || fail(reason, store, "cannot be copied");
}
