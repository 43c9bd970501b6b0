/*
 * What a digest tells, as data: made from the journal (digest/journal_reading.h), then written as
 * text, HTML or JSON by others. Holds the other side's words as they came; whoever writes them
 * makes them harmless (digest/visible.h).
 */
#ifndef BACKSIFT_DIGEST_SUMMARY_H
#define BACKSIFT_DIGEST_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "digest/own_mail.h"
#include "digest/senders.h"
#include "digest/tally.h"
#include "digest/when.h"
#include "evidence/evidence.h"
#include "rules/rules.h"
#include "store/store.h"
#include "verdict/verdict.h"

/* Days of the picture. */
#define SUMMARY_DAYS 14
/* Most frequent names shown of each kind. */
#define SUMMARY_TOP 5

/* One response told in one line. Strings are never NULL. */
struct told {
    enum class class;
    enum origin origin, before; /* before: what it was taken for until recheck changed it */
    unixtime arrival;
    const char *from;             /* the address that sent the response, else the host */
    const char *recipient;        /* the first recipient it reports on; "" */
    const char *subject;          /* of the response */
    const char *original_subject; /* "" */
    const char *mailbox, *folder, *file;
};

/* Where a response is. Strings are never NULL. */
struct place {
    const char *mailbox, *folder, *file;
};

/* By mailbox and folder; within one the latest first. */
struct told_list {
    struct told *items;
    size_t count, size;
    int64_t total; /* more than count when some were left out */
};

typedef int64_t class_counts[CLASS_COUNT][3]; /* by class and origin */

struct summary_day {
    unixtime start;
    class_counts counts; /* by arrival */
};

/* What the digest speaks of. New are responses filed in [since, until), or, when after is not
 * negative, those the journal numbers higher than after: what was written into the journal late, up
 * to a day after its filing, is not lost between two digests then. */
struct summary_options {
    unixtime since, until;
    int64_t after;
};

struct summary {
    unixtime since, until;
    int64_t newest;            /* highest event number seen; -1 when none */
    class_counts counts;       /* of what is new */
    struct told_list rescued;  /* to ours, by recheck, in the period */
    struct told_list answers;  /* ours: autoreply, receipt, challenge, list-robot, complaint */
    struct told_list doubtful; /* unknown */
    struct own_mails mails;    /* ours: bounce, delay, success, filter-notice */
    int64_t found_forged;      /* from unknown to forged by recheck, in the period */
    int64_t expired;           /* old forged responses removed in the period; set by the caller */
    int64_t older_doubtful;    /* unknown of the last SUMMARY_DAYS, told in earlier digests */
    int64_t unreadable;        /* events that hold what cannot be understood */
    struct summary_day days[SUMMARY_DAYS];           /* the last is that of `until` */
    struct tally_count *forged_names, *forged_hosts; /* most frequent first */
    size_t forged_name_count, forged_host_count;
    struct place *forged_host_examples;             /* one response of each of forged_hosts */
    int64_t other_forged_names, other_forged_hosts; /* responses under none of these */
    struct senders senders;                         /* who is behind what is new and forged */
    const char *domain;                             /* that most of what is new came to; "" */
    bool incomplete;                                /* memory or a limit left something out */
    struct summary_work *work;                      /* private */
};

/* Strings and lists are the arena's. NULL only without memory. Must be ended with summary_finish.
 */
struct summary *summary_new(struct arena *arena, const struct summary_options *options);

/* Counts n responses that came on a day of the picture (0 to SUMMARY_DAYS - 1), new or not. */
void summary_count(struct summary *s, int day, enum class class, enum origin origin, int64_t n);

/* The option of that name. */
int64_t summary_after(const struct summary *s);

/* New ones were filed then or later; found by number, they may have been written into the journal
 * late, but not so late that a journal imported from elsewhere is news. */
unixtime summary_reach(const struct summary *s);

/* Is a response told for the first time? */
bool summary_is_new(const struct summary *s, const struct journal_event *event);

/* Takes one event in, which must come once only: a new one, one that was changed in the period, or
 * an older one of ours, whose earlier delays are folded into what became of the mail. f is what its
 * findings hold, or NULL when they cannot be read. */
void summary_add(struct summary *s, const struct journal_event *event, const struct findings *f);

/* The same as a visitor for journal_each, with a struct summary as its context: decodes the
 * findings where they are needed. */
bool summary_visit(void *context, const struct journal_event *event);

/* Puts everything in order; nothing is added afterwards. */
void summary_finish(struct summary *s);

/* --- figures --- */

/* True for the classes that report on a delivery: bounce, delay, success, filter-notice. */
bool class_tells_of_delivery(enum class class);

/* The sum over all classes. */
int64_t summary_total(const class_counts counts, enum origin origin);

/* Fresh mails of ours with that fate. */
int64_t summary_mails(const struct summary *s, enum fate fate);

/* True when there is nothing that an owner would want a mail for. */
bool summary_is_empty(const struct summary *s);

#endif
