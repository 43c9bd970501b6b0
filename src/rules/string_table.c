/*
 * Open addressing with linear probing, at most three quarters full; a slot is small, because every
 * page that a process touches for its one message costs more than a hundred lookups. Keys come from
 * rule files and from the names of header fields; a lookup by a hostile name changes nothing in the
 * table.
 */
#include "rules/string_table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

/* Eight bytes a step: a rule set has some 100 KB of patterns and is loaded for each message. */
static uint32_t hash_of(struct span key)
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
    return (uint32_t)(h ^ h >> 32);
}

/* The slot of that key, or the empty one where it would go. size is a power of two. */
static struct string_slot *find(const struct string_table *t, struct span key, uint32_t hash)
{
    size_t i = hash & (t->size - 1);
    while (t->slots[i].thing && (t->slots[i].hash != hash || !span_equals(*t->slots[i].thing, key)))
        i = (i + 1) & (t->size - 1);
    return &t->slots[i];
}

void *string_table_get(const struct string_table *t, struct span key)
{
    return t->size ? find(t, key, hash_of(key))->thing : NULL;
}

static bool grow(struct string_table *t)
{
    struct string_table larger = {.size = t->size ? t->size * 2 : FIRST_SIZE, .count = t->count};
    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < t->size; i++) {
        const struct string_slot *old = &t->slots[i];
        if (old->thing)
            *find(&larger, *old->thing, old->hash) = *old;
    }
    free(t->slots);
    *t = larger;
    return true;
}

struct span **string_table_place(struct string_table *t, struct span key)
{
    if (t->count * 4 >= t->size * 3 && !grow(t))
        return NULL;
    uint32_t hash = hash_of(key);
    struct string_slot *slot = find(t, key, hash);
    if (!slot->thing) {
        slot->hash = hash;
        t->count++;
    }
    return &slot->thing;
}

void string_table_free(struct string_table *t)
{
    free(t->slots);
    *t = (struct string_table){0};
}
