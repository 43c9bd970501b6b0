/*
 * Open addressing with linear probing, at most half full. Keys come from rule files and from the
 * names of header fields; a lookup by a hostile name changes nothing in the table.
 */
#include "rules/string_table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

/* Eight bytes a step: a rule set has some 100 KB of patterns and is loaded for each message. */
static uint64_t hash_of(struct span key)
{
    uint64_t h = key.n * UINT64_C(0x9e3779b97f4a7c15) + 1;
    size_t i = 0;
    for (; i + 8 <= key.n; i += 8) {
        uint64_t word;
        memcpy(&word, key.p + i, 8);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    uint64_t tail = 0;
    if (i < key.n)
        memcpy(&tail, key.p + i, key.n - i);
    h = (h ^ tail) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

/* The entry of that key, or the empty one where it would go. size is a power of two. */
static struct string_entry *find(struct string_entry *entries, size_t size, struct span key,
                                 uint64_t hash)
{
    size_t i = hash & (size - 1);
    while (entries[i].value && (entries[i].hash != hash || !span_equals(entries[i].key, key)))
        i = (i + 1) & (size - 1);
    return &entries[i];
}

void *string_table_get(const struct string_table *t, struct span key)
{
    return t->size ? find(t->entries, t->size, key, hash_of(key))->value : NULL;
}

static bool grow(struct string_table *t)
{
    size_t size = t->size ? t->size * 2 : FIRST_SIZE;
    struct string_entry *entries = calloc(size, sizeof *entries);
    if (!entries)
        return false;
    for (size_t i = 0; i < t->size; i++) {
        struct string_entry *old = &t->entries[i];
        if (old->value)
            *find(entries, size, old->key, old->hash) = *old;
    }
    free(t->entries);
    t->entries = entries;
    t->size = size;
    return true;
}

bool string_table_put(struct string_table *t, struct span key, void *value)
{
    if (t->count * 2 >= t->size && !grow(t))
        return false;
    uint64_t hash = hash_of(key);
    *find(t->entries, t->size, key, hash) = (struct string_entry){key, hash, value};
    t->count++;
    return true;
}

void string_table_free(struct string_table *t)
{
    free(t->entries);
    *t = (struct string_table){0};
}
