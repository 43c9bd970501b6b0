/*
 * The form of a plain text: a page of 72 columns.
 */
#include "digest/text.h"

#include "digest/compose.h"
#include "digest/flood.h"

#define WIDTH  72
#define INDENT 2
#define LABEL  9
#define STAMP  12 /* " 4 Aug 14:02" */
#define DAY    10 /* "Tue 21 Jul" */
#define COUNT  7

static void head(struct writer *w, const struct head *h)
{
    struct buf b = {0};
    buf_add_string(&b, "backsift digest for ");
    buf_add(&b, h->owner);
    page_paragraph(&w->page, 0, 0, buf_span(&b));
    page_paragraph(&w->page, 0, 0, h->period);
    page_blank(&w->page);
    buf_reset(&b);
    buf_add(&b, h->headline);
    buf_add_byte(&b, '.');
    page_paragraph(&w->page, 0, 0, buf_span(&b));
    w->out->failed = w->out->failed || b.failed;
    buf_free(&b);
}

static void gap(struct writer *w)
{
    page_blank(&w->page);
}

static void heading(struct writer *w, const char *text)
{
    struct buf b = {0};
    for (; *text; text++)
        buf_add_byte(&b, *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text);
    page_blank(&w->page);
    page_paragraph(&w->page, 0, 0, buf_span(&b));
    page_blank(&w->page);
    w->out->failed = w->out->failed || b.failed;
    buf_free(&b);
}

static void paragraph(struct writer *w, struct span text)
{
    page_paragraph(&w->page, INDENT, 0, text);
}

static void value(struct writer *w, const char *label, struct span text, enum emphasis emphasis)
{
    (void)emphasis;
    page_labelled(&w->page, INDENT, LABEL, label, text);
}

static void nothing(struct writer *w)
{
    (void)w;
}

static void open_rows(struct writer *w, size_t class_columns)
{
    w->class_columns = class_columns;
}

static void row(struct writer *w, const struct row *r)
{
    size_t left = WIDTH - INDENT - STAMP - w->class_columns - 3 * 2;
    struct cell cells[] = {
        {r->stamp, STAMP, false},
        {r->class, w->class_columns, false},
        {r->who, left / 2, false},
        {r->about, left - left / 2, false},
    };
    page_row(&w->page, INDENT, cells, 4);
}

/* At the margin, because an indented END does not end a here-document. */
static void command(struct writer *w, const char *line)
{
    page_verbatim(&w->page, 0, line);
}

static void legend(struct writer *w, const struct summary *s)
{
    struct buf b = {0};
    buf_add_string(&b, "Forged by day:");
    for (int k = 0; k < FLOOD_KINDS; k++)
        if (flood_in_all(s, &flood_kinds[k]) > 0)
            buf_printf(&b, " %c %s", flood_kinds[k].sign, flood_kinds[k].name);
    compose_paragraph(w, &b);
    buf_free(&b);
}

static void add_bar(struct buf *b, const struct summary_day *day, int64_t highest, int64_t room)
{
    int64_t units[FLOOD_KINDS];
    flood_bar(day, highest, room, units);
    for (int k = 0; k < FLOOD_KINDS; k++)
        while (units[k]-- > 0)
            buf_add_byte(b, flood_kinds[k].sign);
}

static void picture(struct writer *w, const struct summary *s)
{
    struct buf count = {0}, bar = {0};
    size_t room = WIDTH - INDENT - DAY - COUNT - 2 * 2;
    page_blank(&w->page);
    legend(w, s);
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        struct when day = when(s->days[i].start, WHEN_DAY);
        words_number(&count, summary_total(s->days[i].counts, ORIGIN_FORGED));
        add_bar(&bar, &s->days[i], flood_highest(s), (int64_t)room);
        struct cell cells[] = {{span_of(day.text), DAY, false},
                               {buf_span(&count), COUNT, true},
                               {buf_span(&bar), room, false}};
        page_row(&w->page, INDENT, cells, 3);
        w->out->failed = w->out->failed || bar.failed || count.failed;
        buf_reset(&count);
        buf_reset(&bar);
    }
    buf_free(&count);
    buf_free(&bar);
}

static void foot(struct writer *w, struct span text)
{
    page_blank(&w->page);
    page_paragraph(&w->page, 0, 0, text);
}

static const struct form text_form = {
    .head = head,
    .heading = heading,
    .paragraph = paragraph,
    .gap = gap,
    .open_values = nothing,
    .value = value,
    .close_values = nothing,
    .open_rows = open_rows,
    .row = row,
    .close_rows = nothing,
    .open_commands = gap,
    .command = command,
    .close_commands = nothing,
    .picture = picture,
    .foot = foot,
};

void digest_text(const struct digest *d, struct buf *out)
{
    struct writer w = {.form = &text_form,
                       .out = out,
                       .page = {.out = out, .columns = d->columns, .width = WIDTH}};
    compose(d, &w);
}
