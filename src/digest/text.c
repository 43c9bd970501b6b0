/*
 * The order of the digest: what concerns the owner first, then what is doubtful, then the flood,
 * then backsift itself.
 */
#include "digest/text.h"

#include <string.h>

#include "digest/text_parts.h"

#define INDENT 2

void text_heading(struct page *p, const char *heading)
{
    page_blank(p);
    page_paragraph(p, 0, 0, span_of(heading));
    page_blank(p);
}

void text_paragraph(struct page *p, struct buf *scratch)
{
    page_paragraph(p, INDENT, 0, buf_span(scratch));
    p->out->failed = p->out->failed || scratch->failed;
    buf_reset(scratch);
}

void text_more(struct page *p, int64_t total, size_t shown)
{
    if (total <= (int64_t)shown)
        return;
    struct buf b = {0};
    words_number(&b, total - (int64_t)shown);
    buf_add_string(&b, " more are not shown here ('backsift digest --print --all' shows them).");
    text_paragraph(p, &b);
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

static void told_line(struct page *p, const struct digest *d, const struct told *t,
                      size_t class_width)
{
    struct buf who = {0}, about = {0};
    words_who(d->columns, &who, t);
    words_about(d->columns, &about, t);
    size_t left = p->width - INDENT - 12 - 2 - class_width - 4;
    struct when arrival = when(t->arrival, WHEN_STAMP);
    struct cell cells[] = {
        {span_of(arrival.text), 12, false},
        {span_of(class_name(t->class)), class_width, false},
        {buf_span(&who), left * 2 / 5, false},
        {buf_span(&about), left - left * 2 / 5, false},
    };
    page_row(p, INDENT, cells, 4);
    p->out->failed = p->out->failed || who.failed || about.failed;
    buf_free(&who);
    buf_free(&about);
}

/* One line each, below the folder where they are to be found. */
static void told_lines(struct page *p, const struct digest *d, const struct told_list *list)
{
    size_t shown = digest_shown(d, list->count), class_width = class_columns(list);
    struct buf b = {0};
    for (size_t i = 0; i < shown; i++) {
        const struct told *t = &list->items[i], *before = i > 0 ? t - 1 : NULL;
        if (!before || strcmp(before->folder, t->folder) != 0 ||
            strcmp(before->mailbox, t->mailbox) != 0) {
            if (before)
                page_blank(p);
            buf_add_string(&b, "In ");
            words_folder(d->columns, &b, t->mailbox, t->folder);
            buf_add_byte(&b, ':');
            text_paragraph(p, &b);
        }
        told_line(p, d, t, class_width);
    }
    buf_free(&b);
    text_more(p, list->total, shown);
}

static void text_rescued(struct page *p, const struct digest *d)
{
    if (d->summary->rescued.total == 0)
        return;
    text_heading(p, "FOUND TO BE YOURS");
    page_paragraph(
        p, INDENT, 0,
        span_of("These were taken for forged or doubtful at first. The record of sent mail "
                "has caught up since, and they were moved."));
    page_blank(p);
    told_lines(p, d, &d->summary->rescued);
}

static void text_answers(struct page *p, const struct digest *d)
{
    if (d->summary->answers.total == 0)
        return;
    text_heading(p, "AUTOMATIC ANSWERS TO YOUR MAIL");
    told_lines(p, d, &d->summary->answers);
}

static void text_doubtful(struct page *p, const struct digest *d)
{
    const struct summary *s = d->summary;
    struct buf b = {0};
    if (s->doubtful.total > 0) {
        text_heading(p, "TO CHECK");
        page_paragraph(p, INDENT, 0,
                       span_of("It cannot be told whether these speak of mail of yours. 'backsift "
                               "recheck' looks again; 'backsift mark ours FILE' or 'mark forged "
                               "FILE' is your own word."));
        page_blank(p);
        told_lines(p, d, &s->doubtful);
    }
    if (s->older_doubtful > 0) {
        page_blank(p);
        words_counted(&b, s->older_doubtful, "older response");
        buf_add_string(&b, s->doubtful.total > 0 ? " could not be told either, so far."
                                                 : " could not be told so far.");
        text_paragraph(p, &b);
    }
    buf_free(&b);
}

static void text_troubles(struct page *p, const struct digest *d)
{
    const struct summary *s = d->summary;
    if (d->troubles->count == 0 && s->unreadable == 0 && !s->incomplete)
        return;
    struct buf b = {0};
    text_heading(p, "WHAT WENT WRONG IN BACKSIFT");
    for (size_t i = 0; i < d->troubles->count; i++) {
        const struct trouble *t = &d->troubles->items[i];
        struct when last = when(t->last, WHEN_STAMP);
        visible_add(d->columns, &b, span_of(t->text), 300);
        if (t->count > 1)
            buf_printf(&b, " (%lld times)", (long long)t->count);
        page_labelled(p, INDENT, 14, last.text, buf_span(&b));
        buf_reset(&b);
    }
    if (s->unreadable > 0) {
        words_counted(&b, s->unreadable, "event");
        buf_add_string(&b, " of the journal cannot be read in full; only counted.");
        text_paragraph(p, &b);
    }
    if (s->incomplete)
        page_paragraph(p, INDENT, 0,
                       span_of("This digest does not hold everything: there was too much of it."));
    buf_free(&b);
}

static void text_head(struct page *p, const struct digest *d)
{
    struct buf b = {0};
    buf_add_string(&b, "backsift digest for ");
    visible_add(d->columns, &b, span_of(d->owner), 50);
    page_paragraph(p, 0, 0, buf_span(&b));
    buf_reset(&b);
    words_period(&b, d->summary);
    page_paragraph(p, 0, 0, buf_span(&b));
    buf_reset(&b);
    page_blank(p);
    words_headline(&b, d->summary);
    buf_add_byte(&b, '.');
    page_paragraph(p, 0, 0, buf_span(&b));
    if (d->observing)
        page_paragraph(
            p, 0, 0, span_of("Backsift only observes so far: everything is filed in your inbox."));
    buf_free(&b);
}

void digest_text(const struct digest *d, struct buf *out)
{
    struct page p = {.out = out, .columns = d->columns, .width = 72};
    text_head(&p, d);
    text_rescued(&p, d);
    text_mails(&p, d);
    text_answers(&p, d);
    text_doubtful(&p, d);
    text_flood(&p, d);
    text_index(&p, d);
    text_troubles(&p, d);
    page_blank(&p);
    page_paragraph(&p, 0, 0, span_of("'backsift explain FILE' says how a verdict came about."));
}
