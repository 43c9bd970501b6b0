/*
 * The PostgreSQL engine. Parameters and columns travel in binary: eight bytes for a number, bytes
 * as they are for all else. A statement is prepared when it is run for the second time, so that a
 * delivery, which runs each once, pays one round trip for it.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/engine_module.h"
#include "store/postgresql/postgresql.h"

/* OIDs of int8 and bytea: fixed in pg_type.dat. */
#define TYPE_INT8  20
#define TYPE_BYTEA 17
/* The most parameters a statement has. */
#define PARAMETERS 16
/* Rows fetched at a time of a statement that may give very many. */
#define PORTION "1000"

/* One writer at a time, as with SQLite: two batches that touch the same rows in another order would
 * otherwise wait for each other until the server ends one. The number is "backsift" in ASCII. */
#define LOCK_WRITERS "SELECT pg_advisory_xact_lock(7089056601606809204)"

static bool is_usable(const struct connection *c, struct error *e)
{
    if (c->lost.kind && e)
        *e = c->lost;
    return !c->lost.kind;
}

/* --- tables and transactions --- */

static enum lookup has_tables(struct connection *c, struct error *e)
{
    PGresult *result =
        postgresql_query(c, "SELECT 1 WHERE to_regclass('meta') IS NOT NULL", c->wait_ms, e);
    enum lookup found = !result ? LOOKUP_ERROR : PQntuples(result) > 0 ? LOOKUP_YES : LOOKUP_NO;
    PQclear(result);
    return found;
}

static bool make_tables(struct connection *c, struct error *e)
{
    return postgresql_run(c, postgresql_tables, e);
}

/* Journaling alone takes no lock: a delivery does not wait for a batch that is being recorded. */
static bool begin(struct connection *c, enum durability durability, struct error *e)
{
    c->in_transaction = postgresql_run(
        c,
        durability == DURABLE ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " LOCK_WRITERS
                              : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
                                "SET LOCAL synchronous_commit = off",
        e);
    if (!c->in_transaction && !c->lost.kind)
        postgresql_run(c, "ROLLBACK", &(struct error){0});
    return c->in_transaction;
}

/* The server answers COMMIT with ROLLBACK when a statement of the transaction had failed. */
static bool commit(struct connection *c, struct error *e)
{
    PGresult *result = postgresql_query(c, "COMMIT", c->wait_ms, e);
    bool ok = result && strcmp(PQcmdStatus(result), "COMMIT") == 0;
    if (result && !ok)
        error_set(e, ERROR_RETRY, "the index in PostgreSQL: a write of the transaction failed");
    PQclear(result);
    c->in_transaction = false;
    return ok;
}

static void rollback(struct connection *c)
{
    struct error e;
    c->in_transaction = false;
    if (!c->lost.kind && PQtransactionStatus(c->pg) != PQTRANS_IDLE)
        postgresql_run(c, "ROLLBACK", &e);
}

/* --- statements --- */

/* Those that give a row for each of very many. */
static bool has_many_rows(enum statement s)
{
    return (s >= EACH_SENT_ID && s <= EACH_NOTE) || s == JOURNAL_EACH || s == JOURNAL_SINCE ||
           s == JOURNAL_CHANGED || s == JOURNAL_OF;
}

/* Those that read much for what they give, and that no delivery runs. */
static bool reads_much(enum statement s)
{
    return has_many_rows(s) || (s >= STATS_IDS && s <= OLD_DAYS_DELETE);
}

static int wait_of(const struct connection *c, enum statement s)
{
    return reads_much(s) && c->wait_ms < LONG_WAIT_MS ? LONG_WAIT_MS : c->wait_ms;
}

struct parameters {
    int count;
    Oid types[PARAMETERS];
    const char *values[PARAMETERS];
    int lengths[PARAMETERS], formats[PARAMETERS];
    uint64_t numbers[PARAMETERS];
};

static void put_parameters(struct parameters *p, const struct value *values, size_t count)
{
    p->count = (int)count;
    for (size_t i = 0; i < count; i++) {
        const struct value *v = &values[i];
        bool is_number = v->type == VALUE_INT;
        p->numbers[i] = htobe64((uint64_t)v->number);
        p->types[i] = is_number ? TYPE_INT8 : TYPE_BYTEA;
        p->formats[i] = 1;
        p->lengths[i] = is_number ? 8 : (int)v->data.n;
        p->values[i] = v->type == VALUE_NULL ? NULL
                       : is_number           ? (const char *)&p->numbers[i]
                       : v->data.p           ? v->data.p
                                             : "";
    }
}

static PGresult *run_once(struct connection *c, enum statement s, const char *sql,
                          const struct parameters *p, struct error *e)
{
    return postgresql_wait(
        c, PQsendQueryParams(c->pg, sql, p->count, p->types, p->values, p->lengths, p->formats, 1),
        wait_of(c, s), e);
}

static PGresult *run_prepared(struct connection *c, enum statement s, const struct parameters *p,
                              struct error *e)
{
    char name[16];
    snprintf(name, sizeof name, "s%d", (int)s);
    if (!c->running[s].prepared) {
        PGresult *made = postgresql_wait(
            c, PQsendPrepare(c->pg, name, statement_text[s], p->count, p->types), c->wait_ms, e);
        c->running[s].prepared = made != NULL;
        PQclear(made);
    }
    if (!c->running[s].prepared)
        return NULL;
    return postgresql_wait(
        c, PQsendQueryPrepared(c->pg, name, p->count, p->values, p->lengths, p->formats, 1),
        wait_of(c, s), e);
}

static PGresult *fetch(struct connection *c, enum statement s, struct error *e)
{
    char sql[64];
    struct parameters none = {.count = 0};
    snprintf(sql, sizeof sql, "FETCH " PORTION " FROM c%d", (int)s);
    return run_once(c, s, sql, &none, e);
}

/* A cursor lives in a transaction. */
static bool keep_transaction(struct connection *c, struct error *e)
{
    return c->in_transaction || c->cursors > 0 || postgresql_run(c, "BEGIN READ ONLY", e);
}

static void leave_transaction(struct connection *c)
{
    if (!c->in_transaction && c->cursors == 0)
        rollback(c);
}

static PGresult *open_cursor(struct connection *c, enum statement s, const struct parameters *p,
                             struct error *e)
{
    struct buf sql = {0};
    PGresult *made = NULL, *rows = NULL;
    buf_printf(&sql, "DECLARE c%d NO SCROLL CURSOR FOR %s", (int)s, statement_text[s]);
    if (sql.failed)
        error_memory(e);
    else if (keep_transaction(c, e)) {
        made = run_once(c, s, buf_string(&sql), p, e);
        rows = made ? fetch(c, s, e) : NULL;
        c->cursors += rows != NULL;
        if (!rows)
            leave_transaction(c);
    }
    c->running[s].has_cursor = rows != NULL;
    PQclear(made);
    buf_free(&sql);
    return rows;
}

static bool start(struct connection *c, enum statement statement, const struct value *parameters,
                  size_t count, struct error *e)
{
    struct running *r = &c->running[statement];
    struct parameters p;
    if (!is_usable(c, e))
        return false;
    put_parameters(&p, parameters, count);
    r->row = 0;
    r->result = has_many_rows(statement) ? open_cursor(c, statement, &p, e)
                : r->used                ? run_prepared(c, statement, &p, e)
                                         : run_once(c, statement, statement_text[statement], &p, e);
    r->used = true;
    return r->result != NULL;
}

static int64_t take_number(const char *bytes, int length)
{
    int64_t n = (signed char)bytes[0] < 0 ? -1 : 0;
    for (int i = 0; i < length; i++)
        n = (int64_t)((uint64_t)n << 8 | (unsigned char)bytes[i]);
    return n;
}

static void take_column(const struct running *r, int column, struct value *out)
{
    const char *bytes = PQgetvalue(r->result, r->row, column);
    int length = PQgetlength(r->result, r->row, column);
    *out = (struct value){.type = VALUE_NULL};
    if (PQgetisnull(r->result, r->row, column))
        return;
    if (PQftype(r->result, column) == TYPE_BYTEA) {
        out->type = VALUE_BLOB;
        out->data = (struct span){bytes, (size_t)length};
    } else if (length > 0 && length <= 8) {
        out->type = VALUE_INT;
        out->number = take_number(bytes, length);
    }
}

static bool next_portion(struct connection *c, enum statement statement, struct error *e)
{
    struct running *r = &c->running[statement];
    PGresult *rows = is_usable(c, e) ? fetch(c, statement, e) : NULL;
    if (!rows)
        return false;
    PQclear(r->result);
    r->result = rows;
    r->row = 0;
    return true;
}

static enum step next(struct connection *c, enum statement statement, struct value *columns,
                      size_t count, struct error *e)
{
    struct running *r = &c->running[statement];
    if (r->row == PQntuples(r->result) && r->has_cursor && r->row > 0 &&
        !next_portion(c, statement, e))
        return STEP_ERROR;
    if (r->row == PQntuples(r->result)) {
        c->changed = strtoll(PQcmdTuples(r->result), NULL, 10);
        return STEP_DONE;
    }
    for (size_t i = 0; i < count; i++)
        take_column(r, (int)i, &columns[i]);
    r->row++;
    return STEP_ROW;
}

static void finish(struct connection *c, enum statement statement)
{
    struct running *r = &c->running[statement];
    char sql[32];
    struct error e;
    PQclear(r->result);
    r->result = NULL;
    if (!r->has_cursor)
        return;
    r->has_cursor = false;
    c->cursors--;
    snprintf(sql, sizeof sql, "CLOSE c%d", (int)statement);
    if (!c->lost.kind)
        postgresql_run(c, sql, &e);
    leave_transaction(c);
}

static int64_t changed(struct connection *c)
{
    return c->changed;
}

/* --- the whole --- */

static int64_t bytes(struct connection *c)
{
    static const char sql[] =
        "SELECT CAST(sum(pg_total_relation_size(oid)) AS bigint) FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema()::text)";
    struct error e;
    PGresult *result = postgresql_query(c, sql, wait_of(c, STATS_IDS), &e);
    int64_t sum = result ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : -1;
    PQclear(result);
    return sum > 0 ? sum : -1;
}

static void tidy(struct connection *c)
{
    (void)c; /* the server tidies by itself */
}

static const struct engine engine_postgresql = {
    .scheme = "postgresql:",
    .open = postgresql_open,
    .close = postgresql_close,
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
    .verify = postgresql_verify,
};

extern const struct engine_module backsift_engine_module;
__attribute__((visibility("default")))
const struct engine_module backsift_engine_module = {BACKSIFT_VERSION, &engine_postgresql};
