/*
 * Campaigns: forged mail that belongs together, because its subjects have the same shape or it
 * links to the same host; where it has neither, because the same mailer made it.
 */
#ifndef BACKSIFT_DIGEST_CAMPAIGN_H
#define BACKSIFT_DIGEST_CAMPAIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "digest/tally.h"
#include "evidence/evidence.h"
#include "store/store.h"

/* Strings are never NULL; "" when not known. They are the other side's words. */
struct campaign {
    int64_t count;
    unixtime first, last;                /* arrivals */
    int64_t sources;                     /* different addresses that handed it in */
    const char *subject, *link, *mailer; /* of one example; the address that handed it in, */
    const char *source, *helo; /* the name which that gave itself, and where it is filed: */
    const char *mailbox, *folder, *file;
};

/* Start from {.arena}. */
struct campaigns {
    struct arena *arena;
    struct campaign *items; /* after campaigns_finish, most responses first, each of two or more */
    size_t count;
    struct names features, pairs; /* private, and so is what follows */
    struct buf feature;
    struct campaign_node *nodes;
    struct campaign_pair *pair_items;
};

/* Counts a response in. source is a number of the address that handed the mail in, less than 2^32,
 * or -1. What shows none of the features, or comes beyond LIMIT_DIGEST_NAMES of
 * them, belongs to no campaign. */
void campaigns_add(struct campaigns *all, const struct journal_event *event,
                   const struct findings *f, long source);

/* Keeps the `most` largest, and frees what is not the arena's. */
void campaigns_finish(struct campaigns *all, size_t most);

/* Adds the shape of a subject: lower case, without "re:" and its kin, numbers and words that hold a
 * digit as "#", addresses as "@", white space as one space. */
void subject_shape(struct span subject, struct buf *out);

#endif
