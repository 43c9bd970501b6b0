/*
 * Sources: where sent mail is learned from. One file per kind, each a table of functions.
 */
#ifndef BACKSIFT_SOURCES_SOURCE_H
#define BACKSIFT_SOURCES_SOURCE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "config/config.h"
#include "store/store.h"

struct source_progress {
    int64_t seen, added, skipped; /* messages looked at, recorded, unreadable */
    bool complete;                /* false: stopped by the deadline; nothing is lost, run again */
    /* Set by the caller, may be NULL: called now and then while the source is read. */
    void (*report)(void *context, const struct source_progress *progress);
    void *context;
};

struct source_kind {
    const char *scheme; /* "maildir": declared as maildir:PATH; push sources have no ":PATH" */
    bool is_push, is_local;
    /* Reads what is new since the last run and records it; on a complete run sets last_run to its
     * start. deadline_us is of clock_monotonic_us, 0 for none. NULL for push sources, and for imap,
     * which a program of its own reads (cmd/imap_program.h). */
    bool (*pull)(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                 struct source_progress *progress, struct error *e);
};

/* The kind of a declared source name, or NULL with *e saying which are known. */
const struct source_kind *source_kind_of(const char *name, struct error *e);

/* Runs one source. */
bool source_run(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                struct source_progress *progress, struct error *e);

/* Refreshes all declared local pull sources within LIMIT_REFRESH_MS before a response is judged.
 * Failures are left to coverage: what did not run does not cover. */
void sources_refresh(struct store *s, const struct config *c);

/* True when there is such a source, so that a verdict needs a store to write. */
bool sources_need_refresh(const struct config *c);

/* The names of the push sources: `record` on standard input, and `record --exec`. */
#define SOURCE_STDIN   "stdin"
#define SOURCE_WRAPPER "wrapper"

/* Records one message given as bytes through the push source `name`. sender and recipients come
 * from the envelope when given, else from the header (From and Sender; To, Cc, Bcc; and their
 * Resent- forms). The time is now. Bytes without any header field are an error of kind
 * ERROR_DATA. */
bool source_record_message(struct store *s, const char *name, struct span bytes, const char *sender,
                           const char **recipients, size_t recipient_count, struct error *e);

#endif
