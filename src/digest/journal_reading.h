/*
 * Reading the journal for a digest: what is new in full, the rest by counts.
 */
#ifndef BACKSIFT_DIGEST_JOURNAL_READING_H
#define BACKSIFT_DIGEST_JOURNAL_READING_H

#include "digest/summary.h"

/* Takes all that s tells of out of the store. False with *e when it cannot be read. */
bool summary_read(struct summary *s, struct store *store, struct error *e);

#endif
