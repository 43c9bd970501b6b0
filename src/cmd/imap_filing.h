/*
 * Filing what a sweep of one mailbox on a server has found: journal, folders, moves.
 */
#ifndef BACKSIFT_CMD_IMAP_FILING_H
#define BACKSIFT_CMD_IMAP_FILING_H

#include "cmd/imap_run.h"
#include "mailbox/imap_copies.h"
#include "verdict/verdict.h"

/* A message that is, or may be, a response. */
struct imap_candidate {
    struct imap_mark mark; /* with its UID and size */
    bool was_read, is_response;
    bool is_journaled;        /* from another mailbox that shows it too: it is only moved */
    const char *folder;       /* of [folders]; NULL: it stays where it is */
    uint32_t first_in_folder; /* the folder's UIDNEXT before anything of this is filed */
    struct verdict verdict;
    struct span findings; /* findings_encode's bytes */
    const char *rule;
    unixtime arrival;
};

struct imap_filing {
    struct imap_run *run;
    struct arena *arena;
    const char *mailbox;               /* the selected one, by its name on the server */
    uint32_t validity;                 /* its UIDVALIDITY */
    struct imap_candidate *candidates; /* UIDs ascending */
    size_t count;                      /* at most LIMIT_IMAP_FILED */
};

/* Journals the responses among the candidates under their places, makes the folders that are
 * missing, moves the responses there (imap_moving.h), and counts all that in run->tally. With
 * --dry-run prints what would be moved and changes nothing. */
bool imap_file_responses(const struct imap_filing *f, struct error *e);

#endif
