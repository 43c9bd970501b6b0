/*
 * Private to the SQLite engine: the connection, and the translation of SQLite's errors.
 */
#ifndef BACKSIFT_STORE_SQLITE_ENGINE_H
#define BACKSIFT_STORE_SQLITE_ENGINE_H

#include <sqlite3.h>

#include "store/engine.h"

struct connection {
    sqlite3 *db;
    char *path;
    int wait_ms;
    int64_t waits_until; /* on the monotonic clock, while a lock is waited for */
    bool syncs;          /* PRAGMA synchronous is FULL, as it is at first */
    bool begun;          /* a transaction was begun before */
    bool tuned;          /* for many writes */
    bool wrote;          /* has committed something */
    sqlite3_stmt *prepared[STATEMENT_COUNT];
};

/* Opens and closes; see struct engine. */
struct connection *sqlite_open(const char *url, enum store_access access, int wait_ms,
                               struct error *e);
void sqlite_close(struct connection *c);

/* The size of the write-ahead log; 0 when there is none, -1 when that cannot be told. */
int64_t sqlite_log_bytes(const struct connection *c);

/* Fills *e for the result code of the last call on c->db. Always false. */
bool sqlite_failed(const struct connection *c, int code, struct error *e);

/* The tables as SQLite makes them. */
extern const char sqlite_tables[];

#endif
