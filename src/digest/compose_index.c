/*
 * How complete the record of sent mail is, and what would make it better.
 */
#include "digest/compose.h"

#define GAPS 3 /* told one by one */

static void gaps(struct writer *w, const struct digest *d, struct buf *b)
{
    const struct index_state *i = d->index;
    for (size_t k = 0; k < i->gap_count && k < GAPS; k++) {
        const struct gap *g = &i->gaps[k];
        buf_printf(b, "Not known from %s to ", when(g->from, WHEN_SHORT).text);
        buf_printf(b, "%s: ", when(g->to, WHEN_SHORT).text);
        visible_add(d->columns, b, span_of(g->source), 100);
        buf_add_string(b, ", ");
        visible_add(d->columns, b, span_of(g->reason), 200);
        compose_paragraph(w, b);
    }
    if (i->gap_count > GAPS) {
        words_counted(b, (int64_t)i->gap_count - GAPS, "further gap");
        buf_add_byte(b, '.');
        compose_paragraph(w, b);
    }
}

static void advice(struct writer *w, const struct advice *a)
{
    w->form->gap(w);
    w->form->paragraph(w, span_of(a->say));
    w->form->open_commands(w);
    for (size_t i = 0; i < a->line_count; i++)
        w->form->command(w, a->lines[i]);
    w->form->close_commands(w);
}

void compose_index(struct writer *w, const struct digest *d)
{
    const struct index_state *i = d->index;
    struct buf b = {0};
    w->form->heading(w, "How complete the record of sent mail is");
    words_coverage(d->columns, &b, i);
    buf_add_byte(&b, ' ');
    words_forged_from(&b, i, d->summary->until);
    compose_paragraph(w, &b);
    for (size_t k = 0; k < i->source_count; k++) {
        words_source(d->columns, &b, &i->sources[k]);
        compose_paragraph(w, &b);
    }
    gaps(w, d, &b);
    for (size_t k = 0; k < i->advice_count; k++)
        advice(w, &i->advice[k]);
    buf_free(&b);
}
