/*
 * What the parts of backsift-imap share: one run over one account.
 */
#ifndef BACKSIFT_CMD_IMAP_RUN_H
#define BACKSIFT_CMD_IMAP_RUN_H

#include "cmd/context.h"
#include "mailbox/imap_session.h"

struct imap_options {
    const char *config;
    unixtime since; /* 0: not given */
    size_t limit;   /* messages looked at; 0: no limit */
    int seconds;    /* of the whole run */
    bool dry_run, quiet, help;
};

struct imap_tally {
    int64_t looked_at, fetched, responses, moved, failed;
    bool marked_only; /* some old copies could only be marked \Deleted */
};

struct imap_run {
    struct context context;
    struct imap_options options;
    const struct imap_account *account;
    const char *name; /* "imap:NAME", as journal and index know it */
    struct imap_session session;
    bool without_structure; /* BODYSTRUCTURE is not asked for: its answer was not understood */
    struct imap_tally tally;
};

/* Sweeps all mailboxes of the account (imap_sweep.c). *e also when it was stopped halfway; what was
 * done stays done and noted. */
bool imap_sweep(struct imap_run *r, struct error *e);

/* Records what is new in the mailbox of sent mail (imap_sent.c). *added: copies recorded. */
bool imap_record_sent(struct imap_run *r, int64_t *added, struct error *e);

/* Shows how far the run is, where somebody watches. */
void imap_show_progress(const struct imap_run *r, const char *text);

#endif
