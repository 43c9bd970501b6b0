/*
 * Counting names that the other side chooses (forged addresses, hosts): as many different ones as a
 * spammer likes, in bounded memory.
 */
#ifndef BACKSIFT_DIGEST_TALLY_H
#define BACKSIFT_DIGEST_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/* Bytes of a name that stand in the table itself: most addresses and hosts. */
#define NAMES_SHORT 24

/* Private: an item's number + 1, bits of its hash that tell most others apart, and the name when it
 * is short, with zeros behind it. */
struct names_slot {
    uint32_t number, print;
    char name[NAMES_SHORT];
};

/* Different names, numbered from 0 in the order in which they came. Start from {.arena, .limit}. */
struct names {
    struct arena *arena;
    size_t limit; /* different names kept */
    const char **items;
    size_t count;
    struct names_slot *slots; /* private: a hash table */
    size_t slot_count;        /* a power of two */
};

/* The number of a name, added when new; -1 when it is new and the limit or memory is reached. */
long names_number(struct names *n, struct span name);

struct tally_count {
    const char *name;
    int64_t count;
};

/* Start from {.names = {.arena, .limit}}. */
struct tally {
    struct names names;
    int64_t *counts; /* by number of the name */
    int64_t others;  /* counted under names beyond the limit */
};

/* Gives the number of the name, -1 when it is counted under others. */
long tally_add(struct tally *t, struct span name);

/* The most frequent names, at most `most`, first the highest count, equal ones by name. Gives their
 * number; *top is arena memory. *rest gets the sum of all other counts. */
size_t tally_top(const struct tally *t, size_t most, struct tally_count **top, int64_t *rest);

#endif
