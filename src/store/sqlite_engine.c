/*
 * The SQLite engine: statements are prepared when they are first used, so that a delivery pays only
 * for those it needs.
 */
#include "store/sqlite_engine.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* KiB of cache, and pages of log before it is carried over into the file, while many rows are
 * written at random places: without the one each row reads its page from the file anew, without the
 * other each transaction writes all its pages twice. */
#define WRITE_CACHE "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000"

static bool run_text(struct connection *c, const char *sql, struct error *e)
{
    int code = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_failed(c, code, e);
}

/* --- tables and transactions --- */

static enum lookup has_tables(struct connection *c, struct error *e)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(c->db, "SELECT 1 FROM sqlite_master WHERE name = 'meta'", -1,
                                  &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        sqlite_failed(c, code, e);
        return LOOKUP_ERROR;
    }
    return code == SQLITE_ROW ? LOOKUP_YES : LOOKUP_NO;
}

static bool make_tables(struct connection *c, struct error *e)
{
    return run_text(c, sqlite_tables, e);
}

static bool begin(struct connection *c, enum durability durability, struct error *e)
{
    bool syncs = durability == DURABLE;
    if (syncs != c->syncs &&
        !run_text(c, syncs ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", e))
        return false;
    c->syncs = syncs;
    /* From the second transaction on: a delivery makes one, and need not pay for more. */
    if (c->begun && !c->tuned && !run_text(c, WRITE_CACHE, e))
        return false;
    c->tuned = c->begun;
    c->begun = true;
    /* The lock at once: one that is raised later could fail in the middle without waiting. */
    return run_text(c, "BEGIN IMMEDIATE", e);
}

static bool commit(struct connection *c, struct error *e)
{
    bool ok = run_text(c, "COMMIT", e);
    c->wrote = c->wrote || ok;
    return ok;
}

static void rollback(struct connection *c)
{
    if (!sqlite3_get_autocommit(c->db))
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

/* --- statements --- */

static int bind(sqlite3_stmt *statement, int place, const struct value *v)
{
    const char *data = v->data.p ? v->data.p : ""; /* a null pointer would bind NULL */
    switch (v->type) {
    case VALUE_INT:
        return sqlite3_bind_int64(statement, place, v->number);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, place, data, v->data.n, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(statement, place, data, v->data.n, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, place);
}

static bool start(struct connection *c, enum statement statement, const struct value *parameters,
                  size_t count, struct error *e)
{
    sqlite3_stmt **prepared = &c->prepared[statement];
    int code = SQLITE_OK;
    if (!*prepared)
        code = sqlite3_prepare_v3(c->db, statement_text[statement], -1, SQLITE_PREPARE_PERSISTENT,
                                  prepared, NULL);
    for (size_t i = 0; code == SQLITE_OK && i < count; i++)
        code = bind(*prepared, (int)i + 1, &parameters[i]);
    return code == SQLITE_OK || sqlite_failed(c, code, e);
}

static void take_column(sqlite3_stmt *statement, int place, struct value *out)
{
    *out = (struct value){.type = VALUE_NULL};
    switch (sqlite3_column_type(statement, place)) {
    case SQLITE_INTEGER:
        out->type = VALUE_INT;
        out->number = sqlite3_column_int64(statement, place);
        return;
    case SQLITE_TEXT:
        out->type = VALUE_TEXT;
        out->data.p = (const char *)sqlite3_column_text(statement, place);
        out->data.n = (size_t)sqlite3_column_bytes(statement, place);
        return;
    case SQLITE_BLOB:
        out->type = VALUE_BLOB;
        out->data.p = sqlite3_column_blob(statement, place);
        out->data.n = (size_t)sqlite3_column_bytes(statement, place);
        return;
    default:
        return;
    }
}

static enum step next(struct connection *c, enum statement statement, struct value *columns,
                      size_t count, struct error *e)
{
    int code = sqlite3_step(c->prepared[statement]);
    if (code == SQLITE_DONE)
        return STEP_DONE;
    if (code != SQLITE_ROW) {
        sqlite_failed(c, code, e);
        return STEP_ERROR;
    }
    for (size_t i = 0; i < count; i++)
        take_column(c->prepared[statement], (int)i, &columns[i]);
    return STEP_ROW;
}

static void finish(struct connection *c, enum statement statement)
{
    sqlite3_reset(c->prepared[statement]);
    sqlite3_clear_bindings(c->prepared[statement]);
}

static int64_t changed(struct connection *c)
{
    return sqlite3_changes64(c->db);
}

/* --- the whole --- */

static int64_t bytes(struct connection *c)
{
    struct stat st;
    int64_t log = sqlite_log_bytes(c);
    return stat(c->path, &st) == 0 ? (int64_t)st.st_size + (log > 0 ? log : 0) : -1;
}

static void tidy(struct connection *c)
{
    sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static bool verify(struct connection *c, verify_report report, void *context, int64_t *problems,
                   struct error *e)
{
    sqlite3_stmt *check = NULL;
    int code = sqlite3_prepare_v2(c->db, "PRAGMA integrity_check", -1, &check, NULL);
    *problems = 0;
    while (code == SQLITE_OK && (code = sqlite3_step(check)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(check, 0);
        code = SQLITE_OK;
        if (!line || strcmp(line, "ok") == 0)
            continue;
        ++*problems;
        report(context, line);
    }
    sqlite3_finalize(check);
    return code == SQLITE_DONE || sqlite_failed(c, code, e);
}

const struct engine engine_sqlite = {
    .scheme = "sqlite:",
    .open = sqlite_open,
    .close = sqlite_close,
    .has_tables = has_tables,
    .make_tables = make_tables,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .start = start,
    .next = next,
    .finish = finish,
    .changed = changed,
    .bytes = bytes,
    .tidy = tidy,
    .verify = verify,
};
