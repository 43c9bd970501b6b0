/*
 * A digest before it is written: the summary of the journal, the state of the index, and what went
 * wrong; and the words in which text and HTML say the same.
 */
#ifndef BACKSIFT_DIGEST_DIGEST_H
#define BACKSIFT_DIGEST_DIGEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "digest/blocklist.h"
#include "digest/index_state.h"
#include "digest/summary.h"
#include "digest/trouble.h"
#include "digest/visible.h"

struct digest {
    const struct summary *summary;
    const struct index_state *index;
    const struct troubles *troubles;
    const struct blocklists *blocklists; /* those that were asked */
    const char *owner;                   /* whom it is for: an address or a login name */
    bool observing;                      /* all is filed in the inbox for now */
    bool own_hosts_known;          /* [own] relay names hosts, so that their traces can be seen */
    bool everything;               /* no limit of lines of one kind */
    const struct columns *columns; /* for visible_add */
};

/* The lines of a list of `count` that are shown. */
size_t digest_shown(const struct digest *d, size_t count);

/* --- words: each adds to out; what is foreign has passed visible_add ------------------------- */

/* 1234567 as "1,234,567". */
void words_number(struct buf *out, int64_t n);
/* "1 bounce", "1,200 bounces"; noun in the singular. */
void words_counted(struct buf *out, int64_t n, const char *noun);
/* "380 bounces, 20 autoreplies" of an origin; nothing when there is none. */
void words_classes(struct buf *out, const class_counts counts, enum origin origin);
/* "Tue 4 Aug 2026, 07:00 to Wed 5 Aug 2026, 07:00". */
void words_period(struct buf *out, const struct summary *s);
/* The figures of the essence in their order, those that are zero left out; gives their number. */
#define FIGURES_MOST 7
enum tone { TONE_PLAIN, TONE_BAD, TONE_DOUBT };
struct figure {
    int64_t n;
    const char *words; /* what follows the number: "of your messages failed" */
    enum tone tone;
};
size_t words_figures(const struct summary *s, struct figure out[FIGURES_MOST]);
/* The essence, as the subject of the mail: "3 of your messages failed, 412 forged, 5 to check".
 * ASCII.
 */
void words_headline(struct buf *out, const struct summary *s);
/* "failed Tue 4 Aug 14:02, after 2 notices of delay" */
void words_fate(struct buf *out, const struct own_recipient *r);
/* Why and what to do for one recipient; the code in brackets. */
void words_why(const struct columns *c, struct buf *out, const struct own_recipient *r);
const char *words_advice(const struct own_recipient *r);
/* "Our offer", Mon, 03 Aug 2026 14:02:03 +0000 */
void words_sent(const struct columns *c, struct buf *out, const struct own_mail *m);
/* A folder as people know it: "your inbox", "Bounces", "Bounces of imap:work". */
void words_folder(const struct columns *c, struct buf *out, const char *mailbox,
                  const char *folder);
/* Whom a line of a list is about: the recipient a report speaks of, else who answered. */
void words_who(const struct columns *c, struct buf *out, const struct told *t);
/* What it is about: a subject. */
void words_about(const struct columns *c, struct buf *out, const struct told *t);
/* How much was forged in the period, of which classes; a sentence or two. */
void words_flood(struct buf *out, const struct summary *s);
/* What a block list says of the hosts that send most of it, a sentence or two. */
void words_blocklist(const struct columns *c, struct buf *out, const struct blocklist *list);
/* "a@x (30), b@x (12), 200 under other names" */
void words_top(const struct columns *c, struct buf *out, const struct tally_count *top,
               size_t count, int64_t rest);
/* Whether the forged mail went through systems of the owner's, in plain words; nothing when that
 * cannot be told. */
void words_through_us(struct buf *out, const struct senders *s, bool own_hosts_known);
/* "412 responses, Tue 4 Aug 07:00 to Wed 5 Aug 06:12, from 61 addresses" */
void words_campaign(struct buf *out, const struct campaign *c);
/* Text with "[.]" for each dot within a word, so that no mail program makes a link of it. */
void words_defanged(struct buf *out, struct span text);
/* What is known of sent mail, one sentence. */
void words_coverage(const struct columns *c, struct buf *out, const struct index_state *i);
/* What that means for verdicts, one sentence. */
void words_forged_from(struct buf *out, const struct index_state *i, unixtime now);
/* "maildir:/home/u/Maildir/.Sent: read Tue 4 Aug 06:17, 1,200 messages" */
void words_source(const struct columns *c, struct buf *out, const struct source_state *s);

#endif
