/*
 * Gaps that could not be written into the store, because the store was what failed: a sent message
 * went out unrecorded. They wait in a small file beside the index and count as gaps at once.
 */
#ifndef BACKSIFT_SOURCES_PENDING_GAP_H
#define BACKSIFT_SOURCES_PENDING_GAP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "store/store.h"

/* The file: the index file with ".gaps" behind it; for an index on a server the key file's. Arena
 * memory; NULL without memory. */
const char *pending_gap_path(struct arena *arena, const struct config *config);

/* Notes that a message sent at `at` through `source` was not recorded. */
bool pending_gap_add(const struct config *config, const char *source, unixtime at, struct error *e);

/* True when a pending gap lies in [from, to], or when the file cannot be read to the end: the
 * reason in *why (arena memory). */
bool pending_gap_lies_in(struct arena *arena, const struct config *config, unixtime from,
                         unixtime to, const char **why);

/* Moves all pending gaps into the store. Nothing to move is true. */
bool pending_gap_store(struct store *s, const struct config *config, struct error *e);

#endif
