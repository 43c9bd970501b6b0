/*
 * Private to the PostgreSQL module: the connection, and waiting for the server with a deadline.
 */
#ifndef BACKSIFT_STORE_POSTGRESQL_H
#define BACKSIFT_STORE_POSTGRESQL_H

#include <libpq-fe.h>

#include "store/engine.h"

/* A statement that runs. */
struct running {
    PGresult *result; /* the rows at hand; NULL when it does not run */
    int row;          /* the next of them */
    bool has_cursor;  /* more may follow: the rows come in portions */
    bool prepared;    /* on the server, under its number */
    bool used;        /* has run before */
};

struct connection {
    PGconn *pg;
    int wait_ms;
    bool in_transaction; /* begin has been called */
    int cursors;         /* open ones; without a transaction they keep one of their own */
    int64_t changed;
    struct error lost; /* why the connection is of no use any more; ERROR_NONE while it is */
    struct running running[STATEMENT_COUNT];
};

/* Milliseconds for a query that reads much, such as one for figures or an export. Pruning, checks
 * and exports are nobody's delivery; a server that hangs must still end them some day. */
#define LONG_WAIT_MS (10 * 60 * 1000)

/* Opens and closes; see struct engine. */
struct connection *postgresql_open(const char *url, enum store_access access, int wait_ms,
                                   struct error *e);
void postgresql_close(struct connection *c);

/* Waits for the results of what has just been sent (sent is what the PQsend function gave) and
 * gives the last one, which the caller clears. NULL with *e when one of them is an error, or the
 * time is over; then the connection is lost, and the server has been asked to stop. */
PGresult *postgresql_wait(struct connection *c, int sent, int wait_ms, struct error *e);

/* Runs SQL without parameters. */
PGresult *postgresql_query(struct connection *c, const char *sql, int wait_ms, struct error *e);
/* The same for what gives no rows. */
bool postgresql_run(struct connection *c, const char *sql, struct error *e);

/* Checks the tables; see struct engine. */
bool postgresql_verify(struct connection *c, verify_report report, void *context, int64_t *problems,
                       struct error *e);

/* The tables as PostgreSQL makes them. */
extern const char postgresql_tables[];

#endif
