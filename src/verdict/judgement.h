/*
 * One judgement on its way through the origin table: what every row may look at. Private to
 * verdict/.
 */
#ifndef BACKSIFT_VERDICT_JUDGEMENT_H
#define BACKSIFT_VERDICT_JUDGEMENT_H

#include "verdict/verdict.h"

/* Strings are arena memory or the findings'. */
struct strings {
    const char **items;
    size_t count;
};

struct judgement {
    struct arena *arena;
    const struct findings *f;
    const struct config *config;
    struct store *store; /* NULL when there is none, and from its first error on */
    bool count_strays;
    unixtime now, arrival; /* arrival is never later than now */
    unixtime reach;        /* seconds */
    struct verdict *out;
    bool no_memory;

    /* Filled by judgement_prepare. */
    struct strings recipients;   /* failed recipients in all their forms; autoreply: responder */
    struct strings responders;   /* of the response */
    struct strings own_side;     /* addresses the original may have been sent from, reduced */
    const struct evidence **ids; /* all candidates, best first */
    size_t id_count;
    const struct evidence **naming; /* those that name the original: the cited ones only when */
    size_t naming_count;            /* there are no others */

    /* Filled by known_recipient: asked for by several rows, looked up once. */
    bool recipient_looked_up;
    const char *known_recipient; /* NULL: none is known */
};

/* Collects what the rows look at. False without memory. */
bool judgement_prepare(struct judgement *j);

/* Leaves the index out of the rest of the judgement; note says why. */
void judgement_lose_index(struct judgement *j, const char *note);

/* Fills out->reason; without memory sets j->no_memory. Always true, so that a row that holds ends
 * with "return because(...)". */
__attribute__((format(printf, 2, 3))) bool because(struct judgement *j, const char *format, ...);

/* One row of DESIGN.md's origin table. holds gives true when the row decides; it has then filled
 * out->reason. It may change out->origin, which is preset to the row's. */
struct row {
    int number;
    enum origin origin;
    bool (*holds)(struct judgement *j);
};

/* Rows 1 to 10 in order, then a row of number 0. Row 10 always holds. */
extern const struct row origin_table[];

/* Lookups that note an error of the index and answer no then. */
bool index_knows_id(struct judgement *j, const char *id);
bool index_knows_relayed(struct judgement *j, const char *id);
bool index_knows_recipient(struct judgement *j, const char *address, unixtime *when);
bool index_knows_pair(struct judgement *j, const char *sender, const char *recipient,
                      unixtime *when);
bool index_knows_id_recipient(struct judgement *j, const char *id, const char *recipient);

/* The first failed recipient that was ever written to, or NULL. Where none is named, the responder
 * stands in: that can only add doubt. */
const char *known_recipient(struct judgement *j);

/* True when the ID stands under a domain of [index] rewriting-domain. */
bool id_is_rewritten(const struct judgement *j, const char *id);

#endif
