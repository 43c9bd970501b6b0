/*
 * What the parts of backsift-imap share: one run over one account.
 */
#ifndef BACKSIFT_CMD_IMAP_RUN_H
#define BACKSIFT_CMD_IMAP_RUN_H

#include "cmd/context.h"
#include "mailbox/imap_fetch.h"
#include "mailbox/imap_session.h"

struct imap_options {
    const char *config;
    unixtime since; /* 0: not given */
    size_t limit;   /* messages looked at; 0: no limit */
    int seconds;    /* of the whole run; 0: the account's timeout */
    bool dry_run, quiet, help;
};

struct imap_tally {
    int64_t looked_at, fetched, responses, moved, failed;
    uint64_t bytes_before; /* read on this connection before the run */
    bool marked_only;      /* some old copies could only be marked \Deleted */
};

struct imap_run {
    struct context context;
    struct imap_options options;
    const struct imap_account *account;
    const char *name; /* "imap:NAME", as journal and index know it */
    struct imap_session session;
    bool without_structure;    /* BODYSTRUCTURE is not asked for: its answer was not understood */
    struct imap_mailbox first; /* the first of its mailboxes, as the last sweep found it; all 0 when
                                  it is not there */
    bool went_through;         /* the last sweep: an error is only of what is not there,
                                  or of sent mail that cannot be read */
    struct imap_tally tally;
};

/* The account that word names ("NAME" or "imap:NAME") in the config of r->context: fills
 * r->account and r->name. */
bool imap_find_account(struct imap_run *r, const char *word, struct error *e);

/* When a run over r->account that begins now has to end, by clock_monotonic_us. */
int64_t imap_run_end(const struct imap_run *r);

/* The account is declared under [index] source. */
bool imap_is_source(const struct imap_run *r);

/* Opens r->session for a run that begins now. */
bool imap_connect(struct imap_run *r, struct error *e);

/* Locks an account for a run: the descriptor that holds the lock as long as it is open; -1 with
 * *busy when another run holds it, or with *e. what: "" for a run over the account, ".watch" for
 * watching it. */
int imap_lock(struct context *c, const char *name, const char *what, bool *busy, struct error *e);

/* The parts of a sweep before and behind the connecting: loads rules, opens the store and reads
 * the local sources; records sent mail where the account is a source, then sweeps. */
bool imap_sweep_prepare(struct imap_run *r, struct error *e);
bool imap_sweep_connected(struct imap_run *r, struct error *e);
void imap_print_summary(const struct imap_run *r, bool complete);

/* Sweeps all mailboxes of the account (imap_sweep.c). *e also when it was stopped halfway; what was
 * done stays done and noted. */
bool imap_sweep(struct imap_run *r, struct error *e);

/* Sweeps again and again, until asked to stop (imap_watch.c). word as for imap_find_account. */
bool imap_watch(const struct imap_options *options, const char *word, struct error *e);

/* Records what is new in the mailbox of sent mail (imap_sent.c). *added: copies recorded. */
bool imap_record_sent(struct imap_run *r, int64_t *added, struct error *e);

/* Opens the mailbox of sent mail to be read: the one that `sent` names, else the one found on the
 * server. *mailbox: what the server calls it, the session's memory. */
bool imap_select_sent(struct imap_run *r, struct imap_mailbox *out, const char **mailbox,
                      struct error *e);

/* Logs in and opens the account's mailboxes (imap_check.c). */
bool imap_check(struct imap_run *r, struct error *e);

/* Judges filed responses of the account again and moves those whose origin has changed
 * (imap_recheck.c). options.since: of events; 0: the reach and some days. */
bool imap_recheck(struct imap_run *r, struct error *e);

/* Puts the mail on standard input into the account's INBOX (imap_append.c). */
bool imap_append(struct imap_run *r, struct error *e);

/* Shows how far the run is, where somebody watches; and takes that away again. */
void imap_show_progress(const struct imap_run *r, const char *text);
void imap_end_progress(const struct imap_run *r);

#endif
