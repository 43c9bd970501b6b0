/*
 * Open addressing over numbers of names. The hash is FNV-1a: whoever makes names collide slows a
 * table of at most `limit` names down, in a program without a deadline of its own; the probe length
 * is bounded, so that it stays linear.
 */
#include "digest/tally.h"

#include <stdlib.h>
#include <string.h>

#define PROBES 64

static uint64_t hash(struct span s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static bool prepare(struct names *n)
{
    if (n->slots)
        return true;
    n->slot_count = 64;
    while (n->slot_count < 2 * n->limit)
        n->slot_count *= 2;
    n->slots = arena_array(n->arena, n->slot_count, sizeof *n->slots);
    n->items = arena_array(n->arena, n->limit, sizeof *n->items);
    return n->slots && n->items;
}

long names_number(struct names *n, struct span name)
{
    if (!prepare(n))
        return -1;
    size_t at = hash(name) % n->slot_count;
    for (int probe = 0; probe < PROBES; probe++, at = (at + 1) % n->slot_count) {
        uint32_t slot = n->slots[at];
        if (slot == 0) {
            char *copy = n->count < n->limit ? arena_string(n->arena, name) : NULL;
            if (!copy)
                return -1;
            n->items[n->count++] = copy;
            n->slots[at] = (uint32_t)n->count;
            return (long)n->count - 1;
        }
        if (span_equals(span_of(n->items[slot - 1]), name))
            return (long)slot - 1;
    }
    return -1;
}

void tally_add(struct tally *t, struct span name)
{
    long number = names_number(&t->names, name);
    if (!t->counts && number >= 0)
        t->counts = arena_array(t->names.arena, t->names.limit, sizeof *t->counts);
    if (number < 0 || !t->counts)
        t->others++;
    else
        t->counts[number]++;
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
