/*
 * Noticing a store that was restored from a backup: runs of `record` are counted in the store and
 * in a file beside the key, KEYFILE.count. A count in the file that is ahead of the store's tells
 * that the store has lost what was recorded last.
 */
#ifndef BACKSIFT_SOURCES_WRITE_COUNT_H
#define BACKSIFT_SOURCES_WRITE_COUNT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "store/store.h"

/* Counts one more run. When the store turns out to be restored, a gap from its last run to now is
 * added to it, and *restored tells since when; else it is -1. A file that cannot be
 * written or read is no error: then nothing is noticed. */
bool write_count_add(struct store *s, const struct config *config, unixtime *restored,
                     struct error *e);

/* True when the store was restored, no run has added the gap yet, and that lies in [from, to]: the
 * reason in *why. Also when that cannot be told, as the store cannot be read. */
bool write_count_gap_lies_in(struct store *s, struct arena *arena, const struct config *config,
                             unixtime from, unixtime to, const char **why);

#endif
