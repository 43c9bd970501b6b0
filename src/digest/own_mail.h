/*
 * What became of mail of ours: all responses that speak of one original, folded into one entry, so
 * that a delay reported twice and then a failure read as one thing that happened.
 */
#ifndef BACKSIFT_DIGEST_OWN_MAIL_H
#define BACKSIFT_DIGEST_OWN_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/clock.h"
#include "digest/tally.h"
#include "evidence/evidence.h"
#include "store/store.h"

enum fate { FATE_DELAYED, FATE_DELIVERED, FATE_FAILED };

/* Strings are never NULL here and below; "" when not known. They are the other side's words. */
struct own_recipient {
    const char *address, *status, *diagnostic, *remote_mta;
    enum fate fate; /* the latest final one; a delay never follows it */
    bool filtered;  /* failed by a content filter's notice */
    unixtime when;  /* of that fate */
    int delays;     /* delay notices, whatever came of it */
};

struct own_mail {
    const char *id;            /* of the original */
    const char *subject;       /* of the original, else of the response */
    const char *date;          /* the original's Date as it stands */
    const char *reporting_mta; /* of the latest response */
    const char *reason;        /* what a rule captured */
    struct own_recipient *recipients;
    size_t recipient_count;
    enum fate fate; /* the worst of the recipients' */
    unixtime when;  /* arrival of the latest response */
    bool fresh;     /* at least one response is new in the digest's period */
    bool marked;    /* known ID, recipient never written to: somebody may have copied the ID */
    const char *mailbox, *folder, *file; /* of the latest response */
};

/* Start from {.arena, .originals = {.arena, .limit}}. */
struct own_mails {
    struct arena *arena;
    struct names originals; /* private */
    struct own_mail *items; /* by original, in order of first appearance */
    size_t count, size;
    bool incomplete; /* memory or a limit left something out */
};

/* Folds one response of class bounce, delay, success or filter-notice and origin ours in. */
void own_mails_add(struct own_mails *all, const struct journal_event *event,
                   const struct findings *f, bool fresh);

/* Keeps what is fresh: failed first, then delayed, then delivered; within these the latest first.
 */
void own_mails_finish(struct own_mails *all);

#endif
