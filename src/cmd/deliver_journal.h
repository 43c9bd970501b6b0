/*
 * The journal event of a delivery.
 */
#ifndef BACKSIFT_CMD_DELIVER_JOURNAL_H
#define BACKSIFT_CMD_DELIVER_JOURNAL_H

#include "base/error.h"
#include "cmd/context.h"

/* Where a message went. */
struct filed {
    const char *maildir; /* absolute path */
    const char *folder, *unique;
};

/* Journals a response that has just been filed. c's store is used when open, and opened anew for
 * LIMIT_JOURNAL_MS when that fails. */
bool deliver_journal(struct context *c, const struct findings *f, const struct verdict *v,
                     const struct filed *filed, struct error *e);

#endif
