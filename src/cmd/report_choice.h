/*
 * Which filed responses `report` reports: those named, or all new ones. Only what the journal holds
 * as forged and what was not reported before.
 */
#ifndef BACKSIFT_CMD_REPORT_CHOICE_H
#define BACKSIFT_CMD_REPORT_CHOICE_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

struct report_wish {
    const char *memory; /* what is reported is remembered under this name */
    unixtime since;     /* filed then or later */
    unixtime arrived;   /* and arrived then or later; 0: whenever */
    const char *by;     /* only what this host, or one under it, sent; NULL: whoever did */
    size_t most;
};

/* One response to report. Strings are never NULL, arena memory. */
struct report_choice {
    const char *class_, *folder, *file;
    const char *subject, *sender, *recipient, *host; /* as struct reported */
    unixtime arrival;
    struct span item; /* names it in memory */
};

struct report_choices {
    struct report_choice *items;
    size_t count;
    int64_t beyond;    /* more than wish.most */
    int64_t elsewhere; /* not in the Maildir */
};

/* All that are new, oldest first. */
bool report_choose_new(struct context *c, const struct report_wish *wish,
                       struct report_choices *out, struct error *e);

/* Adds the response in one file. What may not be reported is an error of kind ERROR_DATA that says
 * why. */
bool report_choose_file(struct context *c, struct maildir *md, const char *root,
                        const struct report_wish *wish, const char *path,
                        struct report_choices *out, struct error *e);

/* Remembers that it was reported. */
bool report_remember(struct context *c, const struct report_wish *wish,
                     const struct report_choice *choice, struct error *e);

#endif
