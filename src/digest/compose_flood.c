/*
 * The flood in three lines and a picture.
 */
#include "digest/compose.h"
#include "digest/flood.h"

static void three_lines(struct writer *w, const struct digest *d)
{
    const struct summary *s = d->summary;
    struct buf b = {0};
    words_flood(&b, s);
    compose_paragraph(w, &b);
    if (summary_total(s->counts, ORIGIN_FORGED) > 0) {
        buf_add_string(&b, "Forged names: ");
        words_top(d->columns, &b, s->forged_names, s->forged_name_count, s->other_forged_names);
        compose_paragraph(w, &b);
        buf_add_string(&b, "Sent back by: ");
        words_top(d->columns, &b, s->forged_hosts, s->forged_host_count, s->other_forged_hosts);
        compose_paragraph(w, &b);
    }
    for (size_t i = 0; i < d->blocklists->count; i++) {
        words_blocklist(d->columns, &b, &d->blocklists->items[i]);
        compose_paragraph(w, &b);
    }
    buf_free(&b);
}

void compose_flood(struct writer *w, const struct digest *d)
{
    if (!flood_any(d->summary))
        return;
    w->form->heading(w, "The flood");
    three_lines(w, d);
    if (flood_highest(d->summary) > 0)
        w->form->picture(w, d->summary);
}
