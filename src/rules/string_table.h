/*
 * A table from strings to things, for interning at load: a field or a regex that many rules name is
 * decoded, compiled and asked once. Nothing is ever taken out.
 */
#ifndef BACKSIFT_RULES_STRING_TABLE_H
#define BACKSIFT_RULES_STRING_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct string_entry {
    struct span key;
    uint64_t hash;
    void *value;
};

/* Start from {0}. */
struct string_table {
    struct string_entry *entries;
    size_t size, count;
};

/* What stands under key, or NULL. */
void *string_table_get(const struct string_table *t, struct span key);

/* Puts a value that is not NULL under a key that is not there yet; the key's bytes are the
 * caller's and must stay. False without memory. */
bool string_table_put(struct string_table *t, struct span key, void *value);

void string_table_free(struct string_table *t);

#endif
