/*
 * Looking into the mailbox that is selected: which messages are there, and what is in them.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_FETCH_H
#define BACKSIFT_MAILBOX_IMAP_FETCH_H

#include "base/clock.h"
#include "base/span.h"
#include "mailbox/imap_session.h"

struct imap_mailbox {
    uint32_t validity; /* UIDVALIDITY */
    uint32_t next;     /* what comes has this UID or a higher one: UIDNEXT, else one more than the
                          UID of the last message; 0 when neither can be had */
    bool is_uidnext;   /* next is the server's word, so it never sinks while validity holds */
};

/* Selects a mailbox by its name on the server; read_only: EXAMINE. A mailbox without UIDVALIDITY is
 * an error: nothing could be remembered of it. What has come before the return is below out->next.
 */
bool imap_select(struct imap_session *s, const char *mailbox, bool read_only,
                 struct imap_mailbox *out, struct error *e);

/* The UIDs from first on, ascending, each once; with since not 0 only of messages that came on that
 * day or later. *out is the arena's. */
bool imap_search(struct imap_session *s, struct arena *arena, uint32_t first, unixtime since,
                 uint32_t **out, size_t *count, struct error *e);

/* Where a UID stands among UIDs that ascend; count when it does not. */
size_t imap_find_uid(uint32_t uid, const uint32_t *uids, size_t count);

/* The UIDs of the last messages in the mailbox, at most so many, likewise. */
bool imap_search_last(struct imap_session *s, struct arena *arena, uint32_t most, uint32_t **out,
                      size_t *count, struct error *e);

/* Which of these UIDs (ascending, at least one) are still there, likewise. */
bool imap_search_among(struct imap_session *s, struct arena *arena, const uint32_t *uids,
                       size_t count, uint32_t **out, size_t *found, struct error *e);

/* What is asked of each message beside UID, size, flags and INTERNALDATE. Nothing is marked read.
 */
enum imap_part {
    IMAP_HEADER,               /* the first LIMIT_IMAP_HEADER bytes of the header */
    IMAP_HEADER_AND_STRUCTURE, /* and BODYSTRUCTURE */
    IMAP_WHOLE /* the first LIMIT_MESSAGE_PARSED bytes, and one that tells of more */
};

/* One message; all of it is valid during the visit only. */
struct imap_message {
    uint32_t uid, size; /* size of the whole message */
    unixtime arrival;   /* INTERNALDATE */
    bool deleted;       /* \Deleted */
    struct span bytes;
    struct span structure; /* as message_structure writes it; p NULL: not known */
};

/* False ends the visits and imap_fetch with *e. */
typedef bool (*imap_visit)(void *context, const struct imap_message *m, struct error *e);

/* Fetches the messages of these UIDs (ascending), at most LIMIT_IMAP_BATCH at once, and visits each
 * that is still there. */
bool imap_fetch(struct imap_session *s, const uint32_t *uids, size_t count, enum imap_part part,
                imap_visit visit, void *context, struct error *e);

/* A set of UIDs with runs drawn together. NULL without memory. */
struct mailimap_set *imap_set(const uint32_t *uids, size_t count);

/* Writes a BODYSTRUCTURE as the rules' structure line (imap_structure.c). The empty span with p
 * NULL when it holds what is read here by another view than the server's: a message in another
 * encoding, a part deeper than LIMIT_IMAP_DEPTH. Memory is the arena's. */
struct span imap_structure(struct arena *arena, const struct mailimap_body *body);

#endif
