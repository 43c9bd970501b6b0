/*
 * Opening a store: engine, key and the check that both belong together. Then transactions, and the
 * ways in which the other files of the store run statements.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "store/engine_module.h"
#include "store/store_private.h"

#define SCRATCH_BYTES ((size_t)1024 * 1024)

/* --- running statements --- */

static bool run_to_end(struct store *s, enum statement statement, struct error *e)
{
    enum step step;
    do
        step = s->engine->next(s->connection, statement, NULL, 0, e);
    while (step == STEP_ROW);
    return step == STEP_DONE;
}

bool store_run(struct store *s, enum statement statement, const struct value *parameters,
               size_t count, int64_t *changed, struct error *e)
{
    if (!s->engine->start(s->connection, statement, parameters, count, e))
        return false;
    bool ok = run_to_end(s, statement, e);
    if (ok && changed)
        *changed = s->engine->changed(s->connection);
    s->engine->finish(s->connection, statement);
    return ok;
}

enum lookup store_ask(struct store *s, enum statement statement, const struct value *parameters,
                      size_t count, int64_t *number, struct error *e)
{
    struct value column;
    if (!s->engine->start(s->connection, statement, parameters, count, e))
        return LOOKUP_ERROR;
    enum step step = s->engine->next(s->connection, statement, &column, 1, e);
    enum lookup found = step == STEP_ERROR ? LOOKUP_ERROR : LOOKUP_NO;
    if (step == STEP_ROW && column.type == VALUE_INT) {
        *number = column.number;
        found = LOOKUP_YES;
    }
    /* To the end, for a statement that writes and returns what it wrote. */
    if (step == STEP_ROW && !run_to_end(s, statement, e))
        found = LOOKUP_ERROR;
    s->engine->finish(s->connection, statement);
    return found;
}

const char *column_string(struct arena *arena, const struct value *column, struct error *e)
{
    const char *copy = arena_string(arena, column->data);
    if (!copy)
        error_memory(e);
    return copy;
}

/* --- transactions --- */

static bool begin(struct store *s, enum durability durability, struct error *e)
{
    if (!s->writable)
        return error_set(e, ERROR_RETRY, "the index was opened for reading only");
    s->in_transaction = s->engine->begin(s->connection, durability, e);
    s->durability = durability;
    s->turn_began = clock_monotonic_us();
    return s->in_transaction;
}

static bool begin_once(struct store *s, enum durability durability, struct error *e)
{
    if (s->in_transaction)
        return error_set(e, ERROR_RETRY, "the index is in a transaction already");
    return begin(s, durability, e);
}

bool store_begin(struct store *s, struct error *e)
{
    return begin_once(s, DURABLE, e);
}

bool store_begin_unsynced(struct store *s, struct error *e)
{
    return begin_once(s, ORDERED, e);
}

bool store_commit(struct store *s, struct error *e)
{
    bool ok = s->engine->commit(s->connection, e);
    if (!ok)
        s->engine->rollback(s->connection);
    s->in_transaction = false;
    return ok;
}

void store_rollback(struct store *s)
{
    s->engine->rollback(s->connection);
    s->in_transaction = false;
}

bool store_turn_is_over(const struct store *s)
{
    return clock_monotonic_us() - s->turn_began >= (int64_t)LIMIT_TURN_MS * 1000;
}

bool store_next_turn(struct store *s, struct error *e)
{
    const struct timespec pause = {.tv_nsec = (long)LIMIT_PAUSE_MS * 1000 * 1000};
    if (!store_commit(s, e))
        return false;
    nanosleep(&pause, NULL);
    return begin(s, s->durability, e);
}

bool write_start(struct store *s, enum durability durability, struct write *w, struct error *e)
{
    w->own = !s->in_transaction;
    if (w->own)
        begin(s, durability, e);
    return s->in_transaction;
}

bool write_end(struct store *s, const struct write *w, bool ok, struct error *e)
{
    if (w->own && ok)
        return store_commit(s, e);
    if (w->own)
        store_rollback(s);
    return ok;
}

/* --- opening --- */

static const char *index_name(struct store *s, const struct config *config)
{
    return config_index_name(s->scratch, config->index_url);
}

struct meta {
    int64_t schema;
    char check[KEY_CHECK_SIZE];
};

static bool read_meta(struct store *s, struct meta *out, struct error *e)
{
    struct value columns[2];
    enum step step;
    *out = (struct meta){0};
    if (!s->engine->start(s->connection, META_ALL, NULL, 0, e))
        return false;
    while ((step = s->engine->next(s->connection, META_ALL, columns, 2, e)) == STEP_ROW) {
        struct span value = columns[1].data;
        if (span_is(columns[0].data, "schema") && value.n > 0 && value.n < 10)
            for (size_t i = 0; i < value.n; i++)
                out->schema = out->schema * 10 + (value.p[i] - '0');
        else if (span_is(columns[0].data, "key-check") && value.n == KEY_CHECK_SIZE - 1)
            memcpy(out->check, value.p, value.n);
    }
    s->engine->finish(s->connection, META_ALL);
    return step == STEP_DONE;
}

static bool check_meta(struct store *s, const struct config *config, const struct meta *meta,
                       struct error *e)
{
    char check[KEY_CHECK_SIZE];
    if (meta->schema > SCHEMA_VERSION)
        return error_set(e, ERROR_CONFIG,
                         "the index %s was made by a newer backsift (tables of version %lld, known "
                         "are %d): update backsift",
                         index_name(s, config), (long long)meta->schema, SCHEMA_VERSION);
    if (meta->schema < 1 || meta->check[0] == '\0')
        return error_set(e, ERROR_CONFIG, "the index %s is no index of backsift, or damaged",
                         index_name(s, config));
    key_check(s->key, check);
    if (strcmp(check, meta->check) != 0)
        return error_set(e, ERROR_CONFIG,
                         "the index %s was made under another key than %s: put the right key file "
                         "there",
                         index_name(s, config), config->key_file);
    return true;
}

static bool take_key(struct store *s, const struct config *config, bool may_create, struct error *e)
{
    bool missing;
    s->key = key_read(config->key_file, &missing, e);
    if (missing && may_create && key_create(config->key_file, e))
        s->key = key_read(config->key_file, &missing, e);
    if (!s->key && missing && e->kind == ERROR_NONE)
        error_set(e, ERROR_CONFIG,
                  "the index key %s is missing, and without it nothing in the index %s can be "
                  "found: restore it, or move the index away and record again",
                  config->key_file, index_name(s, config));
    return s->key != NULL;
}

static bool add_meta(struct store *s, const char *name, const char *value, struct error *e)
{
    const struct value parameters[] = {value_text(name), value_text(value)};
    return store_run(s, META_ADD, parameters, 2, NULL, e);
}

static bool make_tables(struct store *s, struct error *e)
{
    char check[KEY_CHECK_SIZE], schema[16];
    struct write w;
    key_check(s->key, check);
    snprintf(schema, sizeof schema, "%d", SCHEMA_VERSION);
    if (!write_start(s, DURABLE, &w, e))
        return false;
    bool ok = s->engine->make_tables(s->connection, e) && add_meta(s, "schema", schema, e) &&
              add_meta(s, "key-check", check, e);
    return write_end(s, &w, ok, e);
}

/* The meta data of a store that has tables; makes them for one that has none yet. The key comes
 * first, so that no store is ever left behind without one. */
static bool settle(struct store *s, const struct config *config, struct error *e)
{
    struct meta meta;
    struct error first = {0};
    bool has_meta = read_meta(s, &meta, &first);
    if (!has_meta) {
        enum lookup tables = s->engine->has_tables(s->connection, e);
        if (tables == LOOKUP_ERROR)
            return false;
        if (tables == LOOKUP_YES) {
            *e = first;
            return false;
        }
        if (!s->writable)
            return error_set(e, ERROR_DATA, "the index %s holds nothing yet: run 'backsift record'",
                             index_name(s, config));
    }
    if (!take_key(s, config, s->writable && !has_meta, e))
        return false;
    if (!has_meta && (!make_tables(s, e) || !read_meta(s, &meta, e)))
        return false;
    return check_meta(s, config, &meta, e);
}

static bool has_scheme(const char *url, const char *scheme)
{
    return strncmp(url, scheme, strlen(scheme)) == 0;
}

static const struct engine *engine_of(const char *url, struct error *e)
{
    if (has_scheme(url, engine_sqlite.scheme))
        return &engine_sqlite;
    if (has_scheme(url, "postgresql:"))
        return engine_module_load("postgresql", e);
    error_set(e, ERROR_CONFIG, "url = %s: this backsift has no engine for it", url);
    return NULL;
}

struct store *store_open(const struct config *config, enum store_access access, int wait_ms,
                         struct error *e)
{
    struct error own = {0};
    const struct engine *engine = engine_of(config->index_url, &own);
    struct store *s = calloc(1, sizeof *s);
    if (access == STORE_READ && wait_ms > LIMIT_LOOKUP_MS)
        wait_ms = LIMIT_LOOKUP_MS;
    if (!s || !(s->scratch = arena_new(SCRATCH_BYTES)))
        error_memory(&own);
    else if (engine) {
        s->engine = engine;
        s->writable = access == STORE_WRITE;
        s->connection = engine->open(config->index_url, access, wait_ms, &own);
        if (s->connection && settle(s, config, &own))
            return s;
    }
    if (e)
        *e = own;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->connection) {
        if (s->in_transaction)
            store_rollback(s);
        s->engine->close(s->connection);
    }
    key_free(s->key);
    arena_free(s->scratch);
    free(s);
}
