/*
 * Hiding the owner's addresses in what is sent to others (RFC 6590): the local part of each address
 * under a domain of ours, or stated as ours, becomes a word that stands for it.
 */
#ifndef BACKSIFT_DIGEST_REDACT_H
#define BACKSIFT_DIGEST_REDACT_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "store/store.h"

/* Adds bytes with all such addresses redacted. Addresses are found as they stand, in text that no
 * transfer encoding hides. The store lends its key. False without memory. */
bool redact_add(struct store *store, struct arena *arena, const struct config *config,
                struct span bytes, struct buf *out);

#endif
