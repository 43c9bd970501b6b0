/*
 * Hand-made journals for the tests of digest/: responses as plain structs, added to a summary.
 * "Now" is Wednesday 2026-08-05 07:00 UTC; the period is the day before.
 */
#ifndef BACKSIFT_TESTS_DIGEST_FIXTURE_H
#define BACKSIFT_TESTS_DIGEST_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "digest/summary.h"

#define NOW  ((unixtime)1785913200)
#define HOUR ((unixtime)3600)

/* What is left out is "" or 0; time is arrival, folder by origin unless given. */
struct response {
    int64_t number;
    const char *class, *origin;
    unixtime arrival, time, changed;
    const char *previous_origin;
    bool marked, by_user;
    const char *mailbox, *folder, *file;
    const char *id, *came_to, *responder, *subject, *original_subject, *original_date;
    const char *recipient, *action, *status, *diagnostic, *reporting_mta;
    const char *second_recipient;
    const char *source, *helo, *mailer, *link, *check, *response_check, *relay;
};

static inline const char *or_empty(const char *s)
{
    return s ? s : "";
}

static inline void add_evidence(struct findings *f, enum evidence_kind kind, const char *value)
{
    if (value)
        f->evidence[f->evidence_count++] =
            (struct evidence){.kind = kind, .where = "x", .value = value};
}

static inline void add_recipient(struct findings *f, const struct response *r, const char *address)
{
    if (address)
        f->recipients[f->recipient_count++] = (struct report_recipient){
            .address = address,
            .original = "",
            .action = or_empty(r->action),
            .status = or_empty(r->status),
            .diagnostic = or_empty(r->diagnostic),
            .remote_mta = "",
        };
}

/* Pointers into r and the arrays given; recipients holds 2, evidence 16. */
static inline struct findings make_findings(const struct response *r,
                                            struct report_recipient *recipients,
                                            struct evidence *evidence)
{
    struct findings f = {.rule = "test/rule",
                         .message_id = "",
                         .reporting_mta = or_empty(r->reporting_mta),
                         .recipients = recipients,
                         .evidence = evidence};
    class_from_name(span_of(r->class), &f.class);
    add_evidence(&f, EVIDENCE_RETURNED_ID, r->id);
    add_evidence(&f, EVIDENCE_ENVELOPE_RECIPIENT, r->came_to);
    add_evidence(&f, EVIDENCE_RESPONDER, r->responder);
    add_evidence(&f, EVIDENCE_SUBJECT, r->subject);
    add_evidence(&f, EVIDENCE_ORIGINAL_SUBJECT, r->original_subject);
    add_evidence(&f, EVIDENCE_ORIGINAL_DATE, r->original_date);
    add_evidence(&f, EVIDENCE_SOURCE_ADDRESS, r->source);
    add_evidence(&f, EVIDENCE_MAILER, r->mailer);
    add_evidence(&f, EVIDENCE_LINK_DOMAIN, r->link);
    add_evidence(&f, EVIDENCE_RETURNED_CHECK, r->check);
    add_evidence(&f, EVIDENCE_RESPONSE_CHECK, r->response_check);
    add_evidence(&f, EVIDENCE_SOURCE_HELO, r->helo);
    add_evidence(&f, EVIDENCE_RELAY, r->relay);
    add_recipient(&f, r, r->recipient);
    add_recipient(&f, r, r->second_recipient);
    return f;
}

static inline const char *default_folder(const char *origin)
{
    return strcmp(origin, "ours") == 0     ? "Bounces"
           : strcmp(origin, "forged") == 0 ? "Backscatter"
                                           : "Unverified";
}

static inline struct journal_event make_event(const struct response *r)
{
    return (struct journal_event){
        .number = r->number ? r->number : 1,
        .time = r->time ? r->time : r->arrival,
        .arrival = r->arrival,
        .class_ = r->class,
        .origin = r->origin,
        .rule = "test/rule",
        .row = 2,
        .marked = r->marked,
        .by_user = r->by_user,
        .mailbox = r->mailbox ? r->mailbox : "maildir:/home/ada/Maildir",
        .folder = r->folder ? r->folder : default_folder(r->origin),
        .file = or_empty(r->file),
        .previous_origin = or_empty(r->previous_origin),
        .changed = r->changed,
    };
}

/* As the store counts: what is dated ahead of the picture stands on its last day. */
static inline void count_response(struct summary *s, const struct journal_event *event)
{
    enum class class;
    enum origin origin;
    if (!class_from_name(span_of(event->class_), &class) ||
        !origin_from_name(event->origin, &origin) ||
        (summary_after(s) < 0 && event->arrival >= s->until))
        return;
    for (int i = SUMMARY_DAYS - 1; i >= 0; i--)
        if (event->arrival >= s->days[i].start) {
            summary_count(s, i, class, origin, 1);
            return;
        }
}

static inline void add_response(struct summary *s, const struct response *r)
{
    struct report_recipient recipients[2];
    struct evidence evidence[16];
    struct findings f = make_findings(r, recipients, evidence);
    struct journal_event event = make_event(r);
    count_response(s, &event);
    summary_add(s, &event, &f);
}

static inline struct summary *new_summary(struct arena *arena)
{
    setenv("TZ", "UTC0", 1);
    tzset();
    struct summary_options options = {.since = NOW - SECONDS_PER_DAY, .until = NOW, .after = -1};
    return summary_new(arena, &options);
}

#endif
