/*
 * Checking the tables: every row is read, which shows pages that cannot be read or whose checksum
 * is wrong; where the amcheck extension is installed, it compares each index with its table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/postgresql/postgresql.h"

#define OURS "relnamespace = to_regnamespace(current_schema()::text)"

struct check {
    verify_report report;
    void *context;
    int64_t *problems;
};

/* A failed check is a problem of the store, unless the connection failed. */
static bool look(struct connection *c, const struct check *k, const char *sql, struct error *e)
{
    struct error wrong = {0};
    PGresult *result = postgresql_query(c, sql, LONG_WAIT_MS, &wrong);
    PQclear(result);
    if (result)
        return true;
    if (c->lost.kind) {
        *e = wrong;
        return false;
    }
    ++*k->problems;
    k->report(k->context, wrong.text);
    return true;
}

/* Each row of query is a statement of SQL to look with. */
static bool look_by(struct connection *c, const struct check *k, const char *query, struct error *e)
{
    PGresult *list = postgresql_query(c, query, LONG_WAIT_MS, e);
    bool ok = list != NULL;
    for (int i = 0; ok && i < PQntuples(list); i++)
        ok = look(c, k, PQgetvalue(list, i, 0), e);
    PQclear(list);
    return ok;
}

bool postgresql_verify(struct connection *c, verify_report report, void *context, int64_t *problems,
                       struct error *e)
{
    const struct check k = {report, context, problems};
    *problems = 0;
    PGresult *amcheck =
        postgresql_query(c, "SELECT 1 FROM pg_extension WHERE extname = 'amcheck'", c->wait_ms, e);
    if (!amcheck)
        return false;
    bool has_amcheck = PQntuples(amcheck) > 0;
    PQclear(amcheck);
    return look_by(c, &k,
                   "SELECT format('SELECT count(t.*) FROM %s AS t', oid::regclass) FROM pg_class "
                   "WHERE relkind = 'r' AND " OURS,
                   e) &&
           (!has_amcheck ||
            look_by(c, &k,
                    "SELECT format('SELECT bt_index_check(%s, true)', oid) FROM pg_class "
                    "WHERE relkind = 'i' AND relam = (SELECT oid FROM pg_am "
                    "WHERE amname = 'btree') AND " OURS,
                    e));
}
