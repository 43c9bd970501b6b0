/*
 * How complete the record of sent mail is, and what would make it better: that decides whether
 * backsift can call anything forged, so the digest says it, with commands to paste.
 */
#ifndef BACKSIFT_DIGEST_INDEX_STATE_H
#define BACKSIFT_DIGEST_INDEX_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "config/config.h"
#include "sources/coverage.h"
#include "store/store.h"

/* One thing that would make verdicts better: a sentence, and lines for a shell, none when count is
 * 0. Lines hold nothing that came by mail except domains and addresses of plain characters. */
struct advice {
    const char *say;
    const char **lines;
    size_t line_count;
};

#define INDEX_ADVICE_MOST 6

struct index_state {
    const char *trouble; /* why the store cannot be read; NULL when it can */
    struct coverage coverage;
    int64_t ids;                  /* sent messages known */
    struct source_state *sources; /* the declared ones; first_run 0 when one never ran */
    size_t source_count;
    struct gap *gaps; /* in the reach before now */
    size_t gap_count;
    unixtime forged_from; /* responses can be called forged that come after; 0 never as it stands */
    bool addresses_complete; /* forged can be told without an index, too */
    struct advice advice[INDEX_ADVICE_MOST];
    size_t advice_count;
};

/* What else advice is made from. */
struct index_hints {
    const char *config_file;   /* that advice writes to */
    const char **sent_folders; /* Maildir folders of sent mail found, "maildir:/abs/path" */
    size_t sent_folder_count;
    const char *domain; /* most responses came to, or ""; hostile */
};

/* store NULL: it could not be opened, and trouble says why. Strings are arena memory. False only
 * without memory. */
bool index_state_find(struct arena *arena, struct store *store, const char *trouble,
                      const struct config *config, const struct index_hints *hints, unixtime now,
                      struct index_state *out);

#endif
