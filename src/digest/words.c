/*
 * The sentences of a digest. They stand in one place so that text and HTML cannot differ.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "digest/digest.h"
#include "digest/explain_status.h"

/* Columns of one foreign value within a sentence: a line of a mail and a half. */
#define VALUE_COLUMNS   100
#define SUBJECT_COLUMNS 120

size_t digest_shown(const struct digest *d, size_t count)
{
    return d->everything || count <= LIMIT_DIGEST_SHOWN ? count : LIMIT_DIGEST_SHOWN;
}

void words_number(struct buf *out, int64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            buf_add_byte(out, ',');
        buf_add_byte(out, digits[i]);
    }
}

void words_counted(struct buf *out, int64_t n, const char *noun)
{
    size_t length = strlen(noun);
    words_number(out, n);
    buf_add_byte(out, ' ');
    if (n != 1 && length > 1 && noun[length - 1] == 'y' && noun[length - 2] == 'l') {
        buf_add(out, (struct span){noun, length - 1});
        buf_add_string(out, "ies"); /* autoreply */
        return;
    }
    buf_add_string(out, noun);
    if (n != 1)
        buf_add_string(out, length > 0 && noun[length - 1] == 's' ? "es" : "s");
}

static void comma(struct buf *out, size_t begin)
{
    if (out->n > begin)
        buf_add_string(out, ", ");
}

void words_classes(struct buf *out, const class_counts counts, enum origin origin)
{
    size_t begin = out->n;
    for (int c = 0; c < CLASS_COUNT; c++)
        if (counts[c][origin] > 0) {
            comma(out, begin);
            words_counted(out, counts[c][origin], class_name((enum class)c));
        }
}

void words_period(struct buf *out, const struct summary *s)
{
    if (s->since > 0)
        buf_printf(out, "%s to ", when(s->since, WHEN_FULL).text);
    else
        buf_add_string(out, "all up to ");
    buf_add_string(out, when(s->until, WHEN_FULL).text);
}

size_t words_figures(const struct summary *s, struct figure out[FIGURES_MOST])
{
    const struct figure all[FIGURES_MOST] = {
        {s->rescued.total, "found to be yours", TONE_PLAIN},
        {summary_mails(s, FATE_FAILED), "of your messages failed", TONE_BAD},
        {summary_mails(s, FATE_DELAYED), "late", TONE_DOUBT},
        {summary_mails(s, FATE_DELIVERED), "delivered", TONE_PLAIN},
        {s->answers.total, s->answers.total == 1 ? "answer" : "answers", TONE_PLAIN},
        {summary_total(s->counts, ORIGIN_FORGED), "forged", TONE_PLAIN},
        {s->doubtful.total, "to check", TONE_DOUBT},
    };
    size_t count = 0;
    for (size_t i = 0; i < FIGURES_MOST; i++)
        if (all[i].n > 0)
            out[count++] = all[i];
    return count;
}

void words_headline(struct buf *out, const struct summary *s)
{
    struct figure figures[FIGURES_MOST];
    size_t begin = out->n, count = words_figures(s, figures);
    for (size_t i = 0; i < count; i++) {
        comma(out, begin);
        words_number(out, figures[i].n);
        buf_printf(out, " %s", figures[i].words);
    }
    if (count == 0)
        buf_add_string(out, "nothing to tell");
}

static void delayed(struct buf *out, const struct own_recipient *r)
{
    buf_add_string(out, "late, still being tried (");
    words_counted(out, r->delays, "notice");
    buf_printf(out, "%s %s)", r->delays == 1 ? "," : ", the latest",
               when(r->when, WHEN_SHORT).text);
}

void words_fate(struct buf *out, const struct own_recipient *r)
{
    if (r->fate == FATE_DELAYED) {
        delayed(out, r);
        return;
    }
    buf_add_string(out, r->filtered                 ? "stopped by a filter"
                        : r->fate == FATE_DELIVERED ? "delivered"
                                                    : "failed");
    buf_printf(out, " %s", when(r->when, WHEN_SHORT).text);
    if (r->delays > 0) {
        buf_add_string(out, ", after ");
        words_counted(out, r->delays, "notice");
        buf_add_string(out, " of delay");
    }
}

static struct explanation explanation_of(const struct own_recipient *r)
{
    static const struct explanation filtered = {
        "A content filter on the way stopped it.",
        "Read their message, and ask the recipient by another way."};
    return r->filtered && !r->status[0] ? filtered : explain_status(span_of(r->status));
}

void words_why(const struct columns *c, struct buf *out, const struct own_recipient *r)
{
    buf_add_string(out, explanation_of(r).why);
    if (r->status[0]) {
        buf_add_string(out, " (");
        visible_add(c, out, span_of(r->status), 12);
        buf_add_byte(out, ')');
    }
}

const char *words_advice(const struct own_recipient *r)
{
    if (r->fate == FATE_DELAYED)
        return "Nothing yet: the mail server keeps trying and will tell when it gives up.";
    return explanation_of(r).advice;
}

void words_sent(const struct columns *c, struct buf *out, const struct own_mail *m)
{
    buf_add_byte(out, '"');
    visible_add(c, out, span_of(m->subject[0] ? m->subject : "no subject"), SUBJECT_COLUMNS);
    buf_add_byte(out, '"');
    if (m->date[0]) {
        buf_add_string(out, ", ");
        visible_add(c, out, span_of(m->date), 40);
    }
}

void words_folder(const struct columns *c, struct buf *out, const char *mailbox, const char *folder)
{
    if (strcmp(folder, "INBOX") == 0)
        buf_add_string(out, "your inbox");
    else
        visible_add(c, out, span_of(folder), VALUE_COLUMNS);
    if (!span_starts_nocase(span_of(mailbox), "maildir:") && mailbox[0]) {
        buf_add_string(out, " of ");
        visible_add(c, out, span_of(mailbox), VALUE_COLUMNS);
    }
}

void words_flood(struct buf *out, const struct summary *s)
{
    int64_t forged = summary_total(s->counts, ORIGIN_FORGED);
    words_counted(out, forged, "response");
    buf_add_string(out, " to mail that somebody else sent in your name");
    if (forged > 0) {
        buf_add_string(out, ": ");
        words_classes(out, s->counts, ORIGIN_FORGED);
    }
    buf_add_byte(out, '.');
    if (s->found_forged > 0) {
        buf_add_byte(out, ' ');
        words_number(out, s->found_forged);
        buf_add_string(out, " that could not be told before turned out to be forged.");
    }
    if (s->expired > 0) {
        buf_add_byte(out, ' ');
        words_number(out, s->expired);
        buf_add_string(out, s->expired == 1 ? " old one was removed, as expire-days asks."
                                            : " old ones were removed, as expire-days asks.");
    }
}

void words_top(const struct columns *c, struct buf *out, const struct tally_count *top,
               size_t count, int64_t rest)
{
    size_t begin = out->n;
    for (size_t i = 0; i < count; i++) {
        comma(out, begin);
        visible_add(c, out, span_of(top[i].name), VALUE_COLUMNS);
        buf_add_string(out, " (");
        words_number(out, top[i].count);
        buf_add_byte(out, ')');
    }
    if (rest > 0) {
        comma(out, begin);
        buf_add_string(out, "others (");
        words_number(out, rest);
        buf_add_byte(out, ')');
    }
}

void words_coverage(const struct columns *c, struct buf *out, const struct index_state *i)
{
    if (i->trouble) {
        buf_add_string(out, "The record of sent mail cannot be read: ");
        visible_add(c, out, span_of(i->trouble), 4 * VALUE_COLUMNS);
        buf_add_byte(out, '.');
        return;
    }
    words_counted(out, i->ids, "sent message");
    buf_add_string(out, i->ids == 1 ? " is known. " : " are known. ");
    if (i->coverage.any) {
        buf_printf(out, "The record is complete from %s to %s.",
                   when(i->coverage.from, WHEN_FULL).text, when(i->coverage.to, WHEN_FULL).text);
        return;
    }
    buf_add_string(out, "For no span of time is the record known to be complete: ");
    visible_add(c, out, span_of(i->coverage.why), 4 * VALUE_COLUMNS);
    buf_add_byte(out, '.');
}

void words_forged_from(struct buf *out, const struct index_state *i, unixtime now)
{
    if (i->addresses_complete)
        buf_add_string(out, "What comes back to an address you did not state is called forged.");
    if (i->addresses_complete && i->forged_from > 0)
        buf_add_byte(out, ' ');
    if (i->forged_from > now)
        buf_printf(out, "Other responses can be called forged when they come after %s.",
                   when(i->forged_from, WHEN_FULL).text);
    else if (i->forged_from > 0 && i->addresses_complete)
        buf_add_string(out, "So is what speaks of mail that is not in the record.");
    else if (i->forged_from > 0)
        buf_add_string(out, "What speaks of mail that is not in it is called forged.");
    else if (!i->addresses_complete)
        buf_add_string(out, "So nothing can be called forged yet: all of it is left to check.");
}

void words_source(const struct columns *c, struct buf *out, const struct source_state *s)
{
    visible_add(c, out, span_of(s->name), VALUE_COLUMNS);
    if (s->first_run == 0) {
        buf_add_string(out, ": never read");
        return;
    }
    buf_printf(out, ": %s %s, ", s->is_push ? "in use since" : "read",
               when(s->is_push ? s->first_run : s->last_run, WHEN_SHORT).text);
    words_counted(out, s->messages, "message");
}

/* Of a report, whom it could not reach says more than which daemon tells it. */
void words_who(const struct columns *c, struct buf *out, const struct told *t)
{
    bool reports = class_tells_of_delivery(t->class) && t->recipient[0];
    visible_add(c, out, span_of(reports ? t->recipient : t->from), VALUE_COLUMNS);
}

/* Of mail of ours, its own subject; of the rest, what the owner sees in the folder. */
void words_about(const struct columns *c, struct buf *out, const struct told *t)
{
    bool original = t->original_subject[0] && (t->origin == ORIGIN_OURS || !t->subject[0]);
    visible_add(c, out, span_of(original ? t->original_subject : t->subject), SUBJECT_COLUMNS);
}
