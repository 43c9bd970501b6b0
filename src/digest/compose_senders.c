/*
 * Who is behind the flood: first whether the owner's own systems are, which is what people fear,
 * then what is known of those who are.
 */
#include "base/limits.h"
#include "digest/compose.h"

#define CAMPAIGNS 3 /* shown unless everything is asked for */

static void through_us(struct writer *w, const struct digest *d)
{
    const struct senders *s = &d->summary->senders;
    struct buf b = {0};
    words_through_us(&b, s, d->own_hosts_known);
    compose_paragraph(w, &b);
    buf_free(&b);
}

static void names(struct writer *w, const struct digest *d, const char *label,
                  const struct top_names *top, bool defanged)
{
    struct buf b = {0}, safe = {0};
    if (top->count > 0)
        words_top(d->columns, &b, top->items, top->count, top->others);
    if (defanged) {
        words_defanged(&safe, buf_span(&b));
        safe.failed = safe.failed || b.failed;
        compose_value(w, label, &safe);
    } else {
        compose_value(w, label, &b);
    }
    buf_free(&b);
    buf_free(&safe);
}

/* What receivers found when they checked the forged mail, and what was found of the responses. */
static void checks(struct writer *w, const struct digest *d)
{
    const struct senders *s = &d->summary->senders;
    struct buf b = {0};
    if (s->checks.count > 0) {
        buf_add_string(&b, "of the forged mail ");
        words_top(d->columns, &b, s->checks.items, s->checks.count, s->checks.others);
    }
    if (s->response_checks.count > 0) {
        buf_add_string(&b, b.n > 0 ? "; of the responses " : "of the responses ");
        words_top(d->columns, &b, s->response_checks.items, s->response_checks.count,
                  s->response_checks.others);
    }
    compose_value(w, "Checks", &b);
    buf_free(&b);
}

static void figures(struct writer *w, const struct digest *d)
{
    const struct senders *s = &d->summary->senders;
    if (s->addresses.count + s->mailers.count + s->links.count + s->checks.count +
            s->response_checks.count ==
        0)
        return;
    w->form->open_values(w);
    names(w, d, "Hosts", &s->addresses, false);
    names(w, d, "Links", &s->links, true);
    names(w, d, "Mailers", &s->mailers, false);
    checks(w, d);
    w->form->close_values(w);
}

static void example(struct writer *w, const struct digest *d, const struct campaign *c)
{
    struct buf b = {0};
    if (c->source[0]) {
        visible_add(d->columns, &b, span_of(c->source), LIMIT_DIGEST_VALUE);
        if (c->helo[0]) {
            buf_add_string(&b, ", which calls itself ");
            visible_add(d->columns, &b, span_of(c->helo), LIMIT_DIGEST_VALUE);
        }
    }
    compose_value_as(w, EMPHASIS_QUIET, "From", &b);
    if (c->file[0]) {
        visible_add(d->columns, &b, span_of(c->file), LIMIT_DIGEST_VALUE);
        buf_add_string(&b, " in ");
        words_folder(d->columns, &b, c->mailbox, c->folder);
    }
    compose_value_as(w, EMPHASIS_QUIET, "Example", &b);
    buf_free(&b);
}

static void campaign(struct writer *w, const struct digest *d, const struct campaign *c)
{
    struct buf b = {0}, link = {0};
    w->form->open_values(w);
    visible_add(d->columns, &b, span_of(c->subject), LIMIT_DIGEST_VALUE);
    compose_value_as(w, EMPHASIS_STRONG, "Subject", &b);
    words_campaign(&b, c);
    compose_value(w, "Size", &b);
    visible_add(d->columns, &link, span_of(c->link), LIMIT_DIGEST_VALUE);
    words_defanged(&b, buf_span(&link));
    compose_value(w, "Link", &b);
    visible_add(d->columns, &b, span_of(c->mailer), LIMIT_DIGEST_VALUE);
    compose_value(w, "Mailer", &b);
    example(w, d, c);
    w->form->close_values(w);
    w->out->failed = w->out->failed || link.failed;
    buf_free(&b);
    buf_free(&link);
}

void compose_senders(struct writer *w, const struct digest *d)
{
    const struct senders *s = &d->summary->senders;
    size_t shown = s->campaigns.count;
    if (!d->everything && shown > CAMPAIGNS)
        shown = CAMPAIGNS;
    if (s->traced + s->through_us == 0 && s->mailers.count + s->links.count + shown == 0)
        return;
    w->form->heading(w, "Who is behind it");
    through_us(w, d);
    figures(w, d);
    if (shown > 0) {
        w->form->gap(w);
        w->form->paragraph(w,
                           span_of("The largest campaigns, which are mails with the same shape of "
                                   "subject or a link to the same host:"));
    }
    for (size_t i = 0; i < shown; i++) {
        w->form->gap(w);
        campaign(w, d, &s->campaigns.items[i]);
    }
}
