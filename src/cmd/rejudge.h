/*
 * Judging filed responses again by what the journal keeps of them: what is rechecked, in a Maildir
 * or on a mail server, and where that may lead.
 */
#ifndef BACKSIFT_CMD_REJUDGE_H
#define BACKSIFT_CMD_REJUDGE_H

#include "cmd/context.h"
#include "cmd/refile.h"

/* Days that a response may wait beyond the reach for a source to catch up. */
#define REJUDGE_DAYS_TO_CATCH_UP 7

/* An event whose origin changes. */
struct change {
    struct journal_event event; /* without findings */
    struct refiling to;
    const char *subject; /* of the response; "" when it has none */
};

struct rejudging {
    struct context *context;
    const char *mailbox;    /* whose events, as the journal names it */
    struct arena *arena;    /* of one event */
    struct arena *round;    /* of the changes */
    struct change *changes; /* LIMIT_RECHECK_ROUND of them */
    size_t count;
    int64_t looked_at;
};

/* The memory of a rejudging of mailbox, which is the caller's; ended by rejudging_close. */
bool rejudging_open(struct rejudging *r, struct context *c, const char *mailbox, struct error *e);
void rejudging_close(struct rejudging *r);

/* Judges all events of the mailbox since `since` whose origin is not ours and not the user's word;
 * r->changes are then those that lead on: to ours, or from unknown to forged, at most
 * LIMIT_RECHECK_ROUND. Earlier changes are gone. */
bool rejudge_all(struct rejudging *r, unixtime since, struct error *e);

#endif
