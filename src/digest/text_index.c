/*
 * How complete the record of sent mail is, and what would make it better.
 */
#include "digest/text_parts.h"

#define INDENT 2

static void gaps(struct page *p, const struct digest *d, struct buf *b)
{
    const struct index_state *i = d->index;
    for (size_t k = 0; k < i->gap_count && k < 3; k++) {
        const struct gap *g = &i->gaps[k];
        buf_printf(b, "Not known from %s to ", when(g->from, WHEN_SHORT).text);
        buf_printf(b, "%s: ", when(g->to, WHEN_SHORT).text);
        visible_add(d->columns, b, span_of(g->source), 100);
        buf_add_string(b, ", ");
        visible_add(d->columns, b, span_of(g->reason), 200);
        text_paragraph(p, b);
    }
    if (i->gap_count > 3) {
        words_counted(b, (int64_t)i->gap_count - 3, "further gap");
        buf_add_byte(b, '.');
        text_paragraph(p, b);
    }
}

static void advice(struct page *p, const struct index_state *i)
{
    for (size_t k = 0; k < i->advice_count; k++) {
        page_blank(p);
        page_paragraph(p, INDENT, 0, span_of(i->advice[k].say));
        page_blank(p);
        for (size_t n = 0; n < i->advice[k].line_count; n++)
            page_verbatim(p, 0, i->advice[k].lines[n]);
    }
}

void text_index(struct page *p, const struct digest *d)
{
    const struct index_state *i = d->index;
    struct buf b = {0};
    text_heading(p, "HOW COMPLETE THE RECORD OF SENT MAIL IS");
    words_coverage(d->columns, &b, i);
    buf_add_byte(&b, ' ');
    words_forged_from(&b, i, d->summary->until);
    text_paragraph(p, &b);
    for (size_t k = 0; k < i->source_count; k++) {
        words_source(d->columns, &b, &i->sources[k]);
        text_paragraph(p, &b);
    }
    gaps(p, d, &b);
    advice(p, i);
    buf_free(&b);
}
