/*
 * A table from strings to things, for interning at load: a field or a regex that many rules name is
 * decoded, compiled and asked once. Nothing is ever taken out.
 */
#ifndef BACKSIFT_RULES_STRING_TABLE_H
#define BACKSIFT_RULES_STRING_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Start from {0}. What stands in it begins with its key, a struct span. */
struct string_table {
    struct string_slot {
        uint32_t hash;
        struct span *thing;
    } * slots;
    size_t size, count;
};

/* The thing of that key, or NULL. */
void *string_table_get(const struct string_table *t, struct span key);

/* Where the thing of that key stands, or is to be put by the caller before the next call: then
 * *place is NULL. NULL without memory. */
struct span **string_table_place(struct string_table *t, struct span key);

void string_table_free(struct string_table *t);

#endif
