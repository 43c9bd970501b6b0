/*
 * Open addressing over numbers of names. A flood is millions of lookups, and what they cost is
 * memory that is not in the cache: so short names stand in the table itself, and the hash takes
 * eight bytes a step. Whoever makes names collide slows a table of at most `limit`
 * names down, in a program without a deadline of its own; the probe length is bounded, so that it
 * stays linear.
 */
#include "digest/tally.h"

#include <stdlib.h>
#include <string.h>

#define PROBES 64

static uint64_t mix(uint64_t h)
{
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static uint64_t hash(struct span s)
{
    uint64_t h = s.n, eight;
    for (; s.n >= sizeof eight; s.p += sizeof eight, s.n -= sizeof eight) {
        memcpy(&eight, s.p, sizeof eight);
        h = mix(h ^ eight);
    }
    eight = 0;
    if (s.n > 0)
        memcpy(&eight, s.p, s.n);
    return mix(mix(h ^ eight));
}

static bool prepare(struct names *n)
{
    if (n->slots)
        return true;
    n->slot_count = 64;
    while (n->slot_count < n->limit + n->limit / 2)
        n->slot_count *= 2;
    n->slots = arena_array(n->arena, n->slot_count, sizeof *n->slots);
    n->items = arena_array(n->arena, n->limit, sizeof *n->items);
    return n->slots && n->items;
}

static bool is_long_name(const char *item, struct span name)
{
    return strnlen(item, name.n + 1) == name.n && memcmp(item, name.p, name.n) == 0;
}

static long add_name(struct names *n, struct names_slot *slot, struct span name)
{
    char *copy = n->count < n->limit ? arena_string(n->arena, name) : NULL;
    if (!copy)
        return -1;
    n->items[n->count++] = copy;
    slot->number = (uint32_t)n->count;
    return (long)n->count - 1;
}

long names_number(struct names *n, struct span name)
{
    struct names_slot key = {0};
    bool is_short = name.n <= NAMES_SHORT;
    if (!prepare(n))
        return -1;
    if (!is_short)
        key.name[0] = '\n'; /* what no short name begins with */
    else if (name.n > 0)
        memcpy(key.name, name.p, name.n);
    uint64_t hashed = hash(name);
    size_t mask = n->slot_count - 1, at = hashed & mask;
    key.print = (uint32_t)(hashed >> 32);
    for (int probe = 0; probe < PROBES; probe++, at = (at + 1) & mask) {
        struct names_slot *slot = &n->slots[at];
        if (slot->number == 0) {
            long number = add_name(n, &key, name);
            if (number >= 0)
                *slot = key;
            return number;
        }
        if (slot->print == key.print && memcmp(slot->name, key.name, NAMES_SHORT) == 0 &&
            (is_short || is_long_name(n->items[slot->number - 1], name)))
            return (long)slot->number - 1;
    }
    return -1;
}

long tally_add(struct tally *t, struct span name)
{
    long number = names_number(&t->names, name);
    if (!t->counts && number >= 0)
        t->counts = arena_array(t->names.arena, t->names.limit, sizeof *t->counts);
    if (number < 0 || !t->counts) {
        t->others++;
        return -1;
    }
    t->counts[number]++;
    return number;
}

static int by_count_then_name(const void *a, const void *b)
{
    const struct tally_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

size_t tally_top(const struct tally *t, size_t most, struct tally_count **top, int64_t *rest)
{
    size_t n = t->counts ? t->names.count : 0;
    struct tally_count *all = arena_array(t->names.arena, n, sizeof *all);
    *top = all;
    *rest = t->others;
    if (!all)
        return 0;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct tally_count){t->names.items[i], t->counts[i]};
    qsort(all, n, sizeof *all, by_count_then_name);
    for (size_t i = most; i < n; i++)
        *rest += all[i].count;
    return n < most ? n : most;
}
