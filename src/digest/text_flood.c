/*
 * The flood in three lines and a picture.
 */
#include "digest/text_parts.h"

#include <stdio.h>

#define INDENT 2
#define DAY    10 /* "Tue 21 Jul" */
#define COUNT  7

/* The picture tells kinds of responses apart by three signs. */
static const struct kind {
    char sign;
    const char *name;
    unsigned classes; /* bits by class */
} kinds[] = {
    {'#', "bounces", 1u << CLASS_BOUNCE | 1u << CLASS_DELAY | 1u << CLASS_SUCCESS},
    {'o', "autoreplies", 1u << CLASS_AUTOREPLY | 1u << CLASS_RECEIPT | 1u << CLASS_CHALLENGE},
    {'+', "others", 1u << CLASS_FILTER_NOTICE | 1u << CLASS_LIST_ROBOT | 1u << CLASS_COMPLAINT},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static int64_t count_of(const struct summary_day *day, const struct kind *kind)
{
    int64_t n = 0;
    for (int c = 0; c < CLASS_COUNT; c++)
        if (kind->classes >> c & 1)
            n += day->counts[c][ORIGIN_FORGED];
    return n;
}

static int64_t highest(const struct summary *s)
{
    int64_t most = 0;
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        int64_t n = summary_total(s->days[i].counts, ORIGIN_FORGED);
        most = n > most ? n : most;
    }
    return most;
}

/* Signs end where the sum so far ends, so that rounding never makes a bar too long; a day with
 * anything at all shows at least one. */
static void add_bar(struct buf *b, const struct summary_day *day, int64_t most, int64_t room)
{
    int64_t sum = 0, drawn = 0;
    for (size_t k = 0; k < KINDS; k++) {
        int64_t n = count_of(day, &kinds[k]);
        sum += n;
        int64_t end = (sum * room + most / 2) / most;
        if (n > 0 && end == 0)
            end = 1;
        for (; drawn < end; drawn++)
            buf_add_byte(b, kinds[k].sign);
    }
}

static void picture(struct page *p, const struct summary *s, int64_t most)
{
    struct buf count = {0}, bar = {0};
    size_t room = p->width - INDENT - DAY - COUNT - 4;
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        const struct summary_day *day = &s->days[i];
        struct when w = when(day->start, WHEN_DAY);
        words_number(&count, summary_total(day->counts, ORIGIN_FORGED));
        add_bar(&bar, day, most, (int64_t)room);
        struct cell cells[] = {{span_of(w.text), DAY, false},
                               {buf_span(&count), COUNT, true},
                               {buf_span(&bar), room, false}};
        page_row(p, INDENT, cells, 3);
        p->out->failed = p->out->failed || bar.failed || count.failed;
        buf_reset(&count);
        buf_reset(&bar);
    }
    buf_free(&count);
    buf_free(&bar);
}

static void legend(struct page *p, const struct summary *s, struct buf *b)
{
    buf_add_string(b, "Forged by day:");
    for (size_t k = 0; k < KINDS; k++) {
        int64_t n = 0;
        for (int i = 0; i < SUMMARY_DAYS; i++)
            n += count_of(&s->days[i], &kinds[k]);
        if (n > 0)
            buf_printf(b, " %c %s", kinds[k].sign, kinds[k].name);
    }
    text_paragraph(p, b);
}

static void three_lines(struct page *p, const struct digest *d, struct buf *b)
{
    const struct summary *s = d->summary;
    int64_t forged = summary_total(s->counts, ORIGIN_FORGED);
    words_counted(b, forged, "response");
    buf_add_string(b, " to mail that somebody else sent in your name");
    if (forged > 0) {
        buf_add_string(b, ": ");
        words_classes(b, s->counts, ORIGIN_FORGED);
    }
    buf_add_byte(b, '.');
    if (s->found_forged > 0) {
        buf_add_byte(b, ' ');
        words_number(b, s->found_forged);
        buf_add_string(b, " that could not be told before turned out to be forged.");
    }
    text_paragraph(p, b);
    if (forged == 0)
        return;
    buf_add_string(b, "Forged names: ");
    words_top(d->columns, b, s->forged_names, s->forged_name_count, s->other_forged_names);
    text_paragraph(p, b);
    buf_add_string(b, "Sent back by: ");
    words_top(d->columns, b, s->forged_hosts, s->forged_host_count, s->other_forged_hosts);
    text_paragraph(p, b);
}

void text_flood(struct page *p, const struct digest *d)
{
    int64_t most = highest(d->summary);
    if (most == 0 && summary_total(d->summary->counts, ORIGIN_FORGED) == 0 &&
        d->summary->found_forged == 0)
        return;
    struct buf b = {0};
    text_heading(p, "THE FLOOD");
    three_lines(p, d, &b);
    if (most > 0) {
        page_blank(p);
        legend(p, d->summary, &b);
        picture(p, d->summary, most);
    }
    buf_free(&b);
}
