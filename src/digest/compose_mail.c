/*
 * What became of mail of the owner's: one entry for each original, with its reason in words.
 */
#include "digest/compose.h"

#define OTHERS  5   /* further recipients named one by one */
#define REPLY   280 /* columns of what a server said: four lines of text */
#define ADDRESS 200

static void add_address(const struct digest *d, struct buf *b, const struct own_recipient *r)
{
    visible_add(d->columns, b, span_of(r->address[0] ? r->address : "(not said)"), ADDRESS);
}

/* The recipient that the entry is about: one with the worst fate. */
static const struct own_recipient *worst(const struct own_mail *m)
{
    for (size_t i = 0; i < m->recipient_count; i++)
        if (m->recipients[i].fate == m->fate)
            return &m->recipients[i];
    return NULL;
}

static void other_recipients(struct writer *w, const struct digest *d, const struct own_mail *m,
                             const struct own_recipient *told, struct buf *b)
{
    size_t named = 0, left = m->recipient_count - 1;
    for (size_t i = 0; i < m->recipient_count && named < OTHERS; i++) {
        const struct own_recipient *r = &m->recipients[i];
        if (r == told)
            continue;
        add_address(d, b, r);
        buf_add_string(b, ": ");
        words_fate(b, r);
        compose_value(w, "Also to", b);
        named++;
    }
    if (left > named) {
        words_counted(b, (int64_t)(left - named), "further recipient");
        compose_value(w, "Also to", b);
    }
}

static void add_reply(const struct digest *d, struct buf *b, const struct own_mail *m,
                      const struct own_recipient *r)
{
    visible_add(d->columns, b, span_of(r->diagnostic[0] ? r->diagnostic : m->reason), REPLY);
}

static void entry(struct writer *w, const struct digest *d, const struct own_mail *m,
                  const struct own_recipient *r)
{
    struct buf b = {0};
    w->form->open_values(w);
    add_address(d, &b, r);
    compose_value_as(w, EMPHASIS_STRONG, "To", &b);
    words_sent(d->columns, &b, m);
    compose_value(w, "Sent", &b);
    words_fate(&b, r);
    compose_value(w, "State", &b);
    words_why(d->columns, &b, r);
    compose_value(w, "Why", &b);
    buf_add_string(&b, words_advice(r));
    compose_value(w, "To do", &b);
    add_reply(d, &b, m, r);
    compose_value_as(w, EMPHASIS_QUIET, "Reply", &b);
    other_recipients(w, d, m, r, &b);
    if (m->marked) {
        buf_add_string(&b, "You never wrote to this address, as far as is known: somebody may have "
                           "copied the ID of a mail of yours.");
        compose_value(w, "Beware", &b);
    }
    words_folder(d->columns, &b, m->mailbox, m->folder);
    compose_value_as(w, EMPHASIS_QUIET, "Folder", &b);
    w->form->close_values(w);
    buf_free(&b);
}

/* The mails that came through need one line each. */
static void delivered_line(struct writer *w, const struct digest *d, const struct own_mail *m,
                           const struct own_recipient *r)
{
    struct buf b = {0};
    add_address(d, &b, r);
    if (m->recipient_count > 1) {
        buf_add_string(&b, " and ");
        words_counted(&b, (int64_t)m->recipient_count - 1, "other");
    }
    buf_add_string(&b, ": ");
    words_fate(&b, r);
    buf_add_string(&b, "; ");
    words_sent(d->columns, &b, m);
    compose_paragraph(w, &b);
    buf_free(&b);
}

static void section(struct writer *w, const struct digest *d, enum fate fate, const char *heading)
{
    const struct own_mails *mails = &d->summary->mails;
    size_t total = (size_t)summary_mails(d->summary, fate), shown = 0;
    if (total == 0)
        return;
    w->form->heading(w, heading);
    size_t most = digest_shown(d, total);
    for (size_t i = 0; i < mails->count && shown < most; i++) {
        const struct own_mail *m = &mails->items[i];
        const struct own_recipient *r = worst(m);
        if (m->fate != fate || !r)
            continue;
        if (shown++ > 0 && fate != FATE_DELIVERED)
            w->form->gap(w);
        (fate == FATE_DELIVERED ? delivered_line : entry)(w, d, m, r);
    }
    compose_more(w, (int64_t)total, shown);
}

void compose_mails(struct writer *w, const struct digest *d)
{
    section(w, d, FATE_FAILED, "Your mail that failed");
    section(w, d, FATE_DELAYED, "Your mail that is late");
    section(w, d, FATE_DELIVERED, "Your mail that arrived");
}
