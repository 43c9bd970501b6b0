/*
 * How far a mailbox has been swept, as it is remembered between runs, and which messages the server
 * has given nothing of.
 */
#ifndef BACKSIFT_CMD_IMAP_REACHED_H
#define BACKSIFT_CMD_IMAP_REACHED_H

#include "cmd/imap_run.h"

struct imap_reached {
    const char *mailbox; /* on the server */
    uint32_t validity;   /* its UIDVALIDITY */
    uint32_t last;       /* the UID up to which all has been looked at; 0: nothing has */
    unixtime before;     /* when the last sweep began; 0: there was none */
    unixtime begun;      /* this one */
    /* Unanswered messages up to that UID have held so many runs back. */
    uint32_t held_to;
    unsigned held_times;
    /* Of this run; 0: none. */
    uint32_t held_first, held_last;
};

/* Reads what is remembered of the mailbox; nothing when the server has numbered it anew. */
bool imap_reached_read(struct imap_run *r, const char *mailbox, uint32_t validity,
                       struct imap_reached *out, struct error *e);

/* Remembers that all up to the UID last has been looked at, but what imap_reached_hold holds. */
bool imap_reached_write(struct imap_run *r, const struct imap_reached *reached, uint32_t last,
                        struct error *e);

/* When the last sweep began that has found new mail in any mailbox of the account (the name is
 * "imap:NAME"); 0: never. For who has no connection. */
bool imap_reached_last(struct store *store, const char *account, unixtime *out, struct error *e);

/* Notes that the server gives nothing of a message that is there: the next run looks at it again.
 * False when that has been done LIMIT_IMAP_HELD times, and the message is passed over. */
bool imap_reached_hold(struct imap_reached *reached, uint32_t uid);

#endif
