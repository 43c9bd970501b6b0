/*
 * The verdict: origin by the table of DESIGN.md, then the folder. Nothing here reads a message; it
 * reads findings, the config, and the index.
 */
#ifndef BACKSIFT_VERDICT_VERDICT_H
#define BACKSIFT_VERDICT_VERDICT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "evidence/evidence.h"
#include "store/store.h"

enum origin { ORIGIN_UNKNOWN, ORIGIN_OURS, ORIGIN_FORGED };

const char *origin_name(enum origin o);
bool origin_from_name(const char *name, enum origin *out);

struct verdict {
    enum class class;
    enum origin origin;     /* ORIGIN_UNKNOWN for class mail */
    int row;                /* 1-10 of the origin table; 0 for class mail */
    bool marked;            /* row 2: a known ID whose failed recipient was never written to */
    const char *reason;     /* one sentence for explain: why this row held */
    const char *known_id;   /* row 2: the ID that is in the index; else "" */
    const char *folder;     /* by [folders]; "INBOX" for the inbox */
    const char *store_note; /* why the index could not be used, for the log; "" when it could */
};

/* What the index is asked through. store NULL: there is none to ask, and note says why (row 4). */
struct index_access {
    struct store *store;
    const char *note;
    bool count_strays; /* deliver counts them (store_count_stray); classify only looks */
};

/* Judges findings that arrived at `arrival`. An error of the index is row 4, never an error of this
 * function. Strings are arena memory or constants. False only without memory. */
bool verdict_judge(struct arena *arena, const struct findings *f, const struct config *config,
                   const struct index_access *index, unixtime arrival, struct verdict *out);

/* The folder for a class and an origin by [folders] over the defaults of DESIGN.md. */
const char *verdict_folder(const struct config *config, enum class class, enum origin origin);

#endif
