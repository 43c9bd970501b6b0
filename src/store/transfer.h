/*
 * The content of a store row by row, for moving it to another store under the same key. Adding a
 * row that is there already changes nothing, so a transfer that broke off is simply made again.
 */
#ifndef BACKSIFT_STORE_TRANSFER_H
#define BACKSIFT_STORE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "store/store.h"

#define TRANSFER_COLUMNS 14

enum transfer_type { TRANSFER_NUMBER, TRANSFER_TEXT, TRANSFER_BYTES };

/* The names are part of the export format: never change. */
struct transfer_column {
    const char *name;
    enum transfer_type type;
};

struct transfer_table {
    const char *name;
    size_t count;
    struct transfer_column columns[TRANSFER_COLUMNS];
};

/* One column's content. */
struct transfer_value {
    int64_t number;
    struct span bytes; /* of TRANSFER_TEXT and TRANSFER_BYTES */
};

/* All tables, in the order in which they must be added: sources, which say what is known, come
 * last. */
extern const struct transfer_table transfer_tables[];
extern const size_t transfer_table_count;

/* The table of that name, or NULL. */
const struct transfer_table *transfer_table_named(struct span name);

/* Calls visit for each row of a table; false ends it, then *e is as visit filled it. */
typedef bool (*transfer_visit)(void *context, const struct transfer_table *table,
                               const struct transfer_value *row, struct error *e);
bool transfer_each(struct store *s, const struct transfer_table *table, transfer_visit visit,
                   void *context, struct error *e);

/* Adds a row; where there is one of the same key the later time or larger count stays, the state of
 * a source with the later run, and what was there of all others. */
bool transfer_add(struct store *s, const struct transfer_table *table,
                  const struct transfer_value *row, struct error *e);

/* The whole check value of the store's key, in hex. Arena memory; NULL without memory. */
const char *transfer_key_check(struct store *s, struct arena *arena);

#endif
