/*
 * The order of the digest: what concerns the owner first, then what is doubtful, then the flood,
 * then backsift itself.
 */
#include "digest/compose.h"

#include <string.h>

void compose_paragraph(struct writer *w, struct buf *b)
{
    if (b->n > 0)
        w->form->paragraph(w, buf_span(b));
    w->out->failed = w->out->failed || b->failed;
    buf_reset(b);
}

void compose_value(struct writer *w, const char *label, struct buf *b)
{
    compose_value_as(w, EMPHASIS_NONE, label, b);
}

void compose_value_as(struct writer *w, enum emphasis emphasis, const char *label, struct buf *b)
{
    if (b->n > 0)
        w->form->value(w, label, buf_span(b), emphasis);
    w->out->failed = w->out->failed || b->failed;
    buf_reset(b);
}

void compose_more(struct writer *w, int64_t total, size_t shown)
{
    if (total <= (int64_t)shown)
        return;
    struct buf b = {0};
    words_number(&b, total - (int64_t)shown);
    buf_add_string(&b, " more are not shown here ('backsift digest --print --all' shows them).");
    compose_paragraph(w, &b);
    buf_free(&b);
}

static size_t class_columns(const struct told_list *list)
{
    size_t widest = 0;
    for (size_t i = 0; i < list->count; i++) {
        size_t n = strlen(class_name(list->items[i].class));
        widest = n > widest ? n : widest;
    }
    return widest;
}

static void told_row(struct writer *w, const struct digest *d, const struct told *t)
{
    struct buf who = {0}, about = {0};
    words_who(d->columns, &who, t);
    words_about(d->columns, &about, t);
    struct when arrival = when(t->arrival, WHEN_STAMP);
    struct row row = {span_of(arrival.text), span_of(class_name(t->class)), buf_span(&who),
                      buf_span(&about)};
    w->form->row(w, &row);
    w->out->failed = w->out->failed || who.failed || about.failed;
    buf_free(&who);
    buf_free(&about);
}

static bool is_elsewhere(const struct told *a, const struct told *b)
{
    return strcmp(a->folder, b->folder) != 0 || strcmp(a->mailbox, b->mailbox) != 0;
}

static void place(struct writer *w, const struct digest *d, const struct told *t)
{
    struct buf b = {0};
    buf_add_string(&b, "In ");
    words_folder(d->columns, &b, t->mailbox, t->folder);
    buf_add_byte(&b, ':');
    compose_paragraph(w, &b);
    buf_free(&b);
}

/* One line each, below the folder where they are to be found. */
static void told_list(struct writer *w, const struct digest *d, const struct told_list *list)
{
    size_t shown = digest_shown(d, list->count), width = class_columns(list);
    for (size_t i = 0; i < shown; i++) {
        const struct told *t = &list->items[i];
        if (i == 0 || is_elsewhere(t - 1, t)) {
            if (i > 0) {
                w->form->close_rows(w);
                w->form->gap(w);
            }
            place(w, d, t);
            w->form->open_rows(w, width);
        }
        told_row(w, d, t);
    }
    if (shown > 0)
        w->form->close_rows(w);
    compose_more(w, list->total, shown);
}

static void rescued(struct writer *w, const struct digest *d)
{
    if (d->summary->rescued.total == 0)
        return;
    w->form->heading(w, "Found to be yours");
    w->form->paragraph(w, span_of("These were taken for forged or doubtful at first. The record of "
                                  "sent mail has caught up since, and they were moved."));
    w->form->gap(w);
    told_list(w, d, &d->summary->rescued);
}

static void answers(struct writer *w, const struct digest *d)
{
    if (d->summary->answers.total == 0)
        return;
    w->form->heading(w, "Automatic answers to your mail");
    told_list(w, d, &d->summary->answers);
}

static void doubtful(struct writer *w, const struct digest *d)
{
    const struct summary *s = d->summary;
    struct buf b = {0};
    if (s->doubtful.total + s->older_doubtful > 0)
        w->form->heading(w, "To check");
    if (s->doubtful.total > 0) {
        w->form->paragraph(w,
                           span_of("It cannot be told whether these speak of mail of yours. "
                                   "'backsift recheck' looks again; 'backsift mark ours FILE' or "
                                   "'mark forged FILE' is your own word."));
        w->form->gap(w);
        told_list(w, d, &s->doubtful);
    }
    if (s->older_doubtful > 0) {
        if (s->doubtful.total > 0)
            w->form->gap(w);
        words_counted(&b, s->older_doubtful, "older response");
        buf_add_string(&b, s->doubtful.total > 0 ? " could not be told either, so far."
                                                 : " could not be told so far.");
        compose_paragraph(w, &b);
    }
    buf_free(&b);
}

static void trouble_values(struct writer *w, const struct digest *d)
{
    struct buf b = {0};
    w->form->open_values(w);
    for (size_t i = 0; i < d->troubles->count; i++) {
        const struct trouble *t = &d->troubles->items[i];
        visible_add(d->columns, &b, span_of(t->text), 300);
        if (t->count > 1)
            buf_printf(&b, " (%lld times)", (long long)t->count);
        buf_printf(&b, ", %s", when(t->last, WHEN_SHORT).text);
        compose_value(w, t->is_error ? "Error" : "Warning", &b);
    }
    w->form->close_values(w);
    buf_free(&b);
}

static void troubles(struct writer *w, const struct digest *d)
{
    const struct summary *s = d->summary;
    struct buf b = {0};
    if (d->troubles->count == 0 && s->unreadable == 0 && !s->incomplete)
        return;
    w->form->heading(w, "What went wrong in backsift");
    if (d->troubles->count > 0)
        trouble_values(w, d);
    if (s->unreadable > 0) {
        words_counted(&b, s->unreadable, "event");
        buf_add_string(&b, " of the journal cannot be read in full; only counted.");
        compose_paragraph(w, &b);
    }
    if (s->incomplete) {
        buf_add_string(&b, "This digest does not hold everything: there was too much of it.");
        compose_paragraph(w, &b);
    }
    buf_free(&b);
}

static void head(struct writer *w, const struct digest *d)
{
    struct buf owner = {0}, period = {0}, headline = {0};
    visible_add(d->columns, &owner, span_of(d->owner), 50);
    words_period(&period, d->summary);
    words_headline(&headline, d->summary);
    struct head h = {buf_span(&owner), buf_span(&period), buf_span(&headline), {{0}}, 0};
    h.figure_count = words_figures(d->summary, h.figures);
    w->form->head(w, &h);
    w->out->failed = w->out->failed || owner.failed || period.failed || headline.failed;
    buf_free(&owner);
    buf_free(&period);
    buf_free(&headline);
    if (d->observing)
        w->form->paragraph(
            w, span_of("Backsift only observes so far: everything is filed in your inbox."));
}

void compose(const struct digest *d, struct writer *w)
{
    head(w, d);
    rescued(w, d);
    compose_mails(w, d);
    answers(w, d);
    doubtful(w, d);
    compose_flood(w, d);
    compose_senders(w, d);
    compose_index(w, d);
    troubles(w, d);
    w->form->foot(w, span_of("'backsift explain FILE' says how a verdict came about."));
}
