/*
 * What an engine gives to the store: a connection that runs the statements of store/statements.h.
 * Normalising, hashing and all meaning stay in the store, which is the same over every engine; the
 * text of the statements is shared, only the text that makes the tables is the engine's own.
 */
#ifndef BACKSIFT_STORE_ENGINE_H
#define BACKSIFT_STORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "store/statements.h"
#include "store/store.h"

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB };

/* A parameter or a column. */
struct value {
    enum value_type type;
    int64_t number;   /* of VALUE_INT */
    struct span data; /* of VALUE_TEXT and VALUE_BLOB; the owner is the caller, or the row, in which
                         a NUL stands behind it */
};

/* A connection of an engine, opaque to the store. */
struct connection;

/* How durable a transaction is when it is committed. */
enum durability {
    DURABLE, /* synced: survives a power failure */
    ORDERED  /* may be lost by a power failure, whole; never by the death of the process */
};

enum step { STEP_ROW, STEP_DONE, STEP_ERROR };

/* Called with one line for each thing that is wrong. */
typedef void (*verify_report)(void *context, const char *problem);

/* All errors name the store and say what to do, of kind ERROR_RETRY (locked, full, input/output),
 * ERROR_CONFIG (permission, damage, version), or ERROR_DATA only for a store that does not exist
 * and is opened for reading. */
struct engine {
    const char *scheme; /* "sqlite:" with the colon */

    /* Opens what url (with its scheme) names. STORE_WRITE makes it when missing, without tables.
     * Waits for locks at most wait_ms each time. */
    struct connection *(*open)(const char *url, enum store_access access, int wait_ms,
                               struct error *e);
    void (*close)(struct connection *c);

    /* Are there tables? Asked when the first statement has failed. */
    enum lookup (*has_tables)(struct connection *c, struct error *e);
    /* Makes the tables that are missing, in the transaction that is open. */
    bool (*make_tables)(struct connection *c, struct error *e);

    /* A transaction for writing. rollback is always allowed. */
    bool (*begin)(struct connection *c, enum durability durability, struct error *e);
    bool (*commit)(struct connection *c, struct error *e);
    void (*rollback)(struct connection *c);

    /* Starts a statement with its parameters ($1 is parameters[0]), which must live until finish.
     * next gives its rows one by one: count columns, valid until the next call for the same
     * statement. Each statement can be run once at a time. finish ends it and must be called after
     * start has succeeded, whatever next has given; it keeps *e. */
    bool (*start)(struct connection *c, enum statement statement, const struct value *parameters,
                  size_t count, struct error *e);
    enum step (*next)(struct connection *c, enum statement statement, struct value *columns,
                      size_t count, struct error *e);
    void (*finish)(struct connection *c, enum statement statement);
    /* Rows inserted, changed or removed by the statement that has just come to STEP_DONE. */
    int64_t (*changed)(struct connection *c);

    /* Bytes the store takes on disk; -1 when not known. */
    int64_t (*bytes)(struct connection *c);
    /* Work that need not be done now, such as a checkpoint. Failure does no harm. */
    void (*tidy)(struct connection *c);
    /* Checks the structure. False with *e when it cannot be checked at all. */
    bool (*verify)(struct connection *c, verify_report report, void *context, int64_t *problems,
                   struct error *e);
};

extern const struct engine engine_sqlite;

#endif
