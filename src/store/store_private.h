/*
 * Private to store/: the store's inside and the few ways in which its parts run statements.
 */
#ifndef BACKSIFT_STORE_STORE_PRIVATE_H
#define BACKSIFT_STORE_STORE_PRIVATE_H

#include "store/engine.h"
#include "store/key.h"
#include "store/store.h"

/* Bytes of the parts of hashes in sent_to and source_item (store/statements.c). */
#define RECIPIENT_BYTES ((size_t)8)
#define SENDER_BYTES    ((size_t)4)
#define ID_TAIL_BYTES   ((size_t)6)
#define ITEM_BYTES      ((size_t)8)

/* How far pruning has come. */
enum prune_stage { PRUNE_START, PRUNE_IDS, PRUNE_RECIPIENTS, PRUNE_REST };

/* The key of a row of sent_id (id alone) or sent_to. An n is 0 where that is not known. */
struct old_row {
    unsigned char recipient[RECIPIENT_BYTES], sender[SENDER_BYTES], id[HASH_BYTES];
    size_t sender_n, id_n;
};

struct prune_state {
    enum prune_stage stage;
    struct old_row last; /* the last one looked at in this stage */
};

struct store {
    const struct engine *engine;
    struct connection *connection;
    struct key *key;
    struct arena *scratch; /* of one call */
    bool writable;
    bool in_transaction;        /* between store_begin and its end */
    enum durability durability; /* of that transaction */
    int64_t turn_began;         /* on the monotonic clock */
    struct prune_state prune;
};

static inline struct value value_int(int64_t n)
{
    return (struct value){.type = VALUE_INT, .number = n};
}

static inline struct value value_text(const char *s)
{
    return (struct value){.type = VALUE_TEXT, .data = span_of(s ? s : "")};
}

static inline struct value value_blob(const void *p, size_t n)
{
    return (struct value){.type = VALUE_BLOB, .data = {p, n}};
}

/* A statement without rows; *changed may be NULL. */
bool store_run(struct store *s, enum statement statement, const struct value *parameters,
               size_t count, int64_t *changed, struct error *e);

/* The first column of the first row as a number. NO when there is no row, or NULL in it. */
enum lookup store_ask(struct store *s, enum statement statement, const struct value *parameters,
                      size_t count, int64_t *number, struct error *e);

/* A write of its own, unless store_begin has started one: start before, end after with how it
 * went; end gives the outcome. */
struct write {
    bool own;
};
bool write_start(struct store *s, enum durability durability, struct write *w, struct error *e);
bool write_end(struct store *s, const struct write *w, bool ok, struct error *e);

/* A text column as an arena string. NULL without memory, then *e says so. */
const char *column_string(struct arena *arena, const struct value *column, struct error *e);

#endif
