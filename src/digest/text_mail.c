/*
 * What became of mail of the owner's: one entry for each original, with its reason in words.
 */
#include "digest/text_parts.h"

#define INDENT  2
#define LABEL   9
#define OTHERS  5   /* further recipients named one by one */
#define REPLY   280 /* columns of what a server said: four lines */
#define ADDRESS 200

static void labelled(struct page *p, const char *label, struct buf *b)
{
    page_labelled(p, INDENT, LABEL, label, buf_span(b));
    p->out->failed = p->out->failed || b->failed;
    buf_reset(b);
}

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

static void other_recipients(struct page *p, const struct digest *d, const struct own_mail *m,
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
        labelled(p, "Also to", b);
        named++;
    }
    if (left > named) {
        words_counted(b, (int64_t)(left - named), "further recipient");
        labelled(p, "Also to", b);
    }
}

static void add_reply(const struct digest *d, struct buf *b, const struct own_mail *m,
                      const struct own_recipient *r)
{
    visible_add(d->columns, b, span_of(r->diagnostic[0] ? r->diagnostic : m->reason), REPLY);
}

static void entry(struct page *p, const struct digest *d, const struct own_mail *m)
{
    const struct own_recipient *r = worst(m);
    struct buf b = {0};
    if (!r)
        return;
    add_address(d, &b, r);
    labelled(p, "To", &b);
    words_sent(d->columns, &b, m);
    labelled(p, "Sent", &b);
    words_fate(&b, r);
    labelled(p, "State", &b);
    words_why(d->columns, &b, r);
    labelled(p, "Why", &b);
    buf_add_string(&b, words_advice(r));
    labelled(p, "To do", &b);
    add_reply(d, &b, m, r);
    labelled(p, "Reply", &b);
    other_recipients(p, d, m, r, &b);
    if (m->marked) {
        buf_add_string(&b, "You never wrote to this address, as far as is known: somebody may have "
                           "copied the ID of a mail of yours.");
        labelled(p, "Beware", &b);
    }
    words_folder(d->columns, &b, m->mailbox, m->folder);
    labelled(p, "Folder", &b);
    buf_free(&b);
}

/* The mails that came through at last need one line each. */
static void delivered_line(struct page *p, const struct digest *d, const struct own_mail *m)
{
    const struct own_recipient *r = worst(m);
    struct buf b = {0};
    if (!r)
        return;
    add_address(d, &b, r);
    if (m->recipient_count > 1) {
        buf_add_string(&b, " and ");
        words_counted(&b, (int64_t)m->recipient_count - 1, "other");
    }
    buf_add_string(&b, ": ");
    words_fate(&b, r);
    buf_add_string(&b, "; ");
    words_sent(d->columns, &b, m);
    page_paragraph(p, INDENT, 2, buf_span(&b));
    p->out->failed = p->out->failed || b.failed;
    buf_free(&b);
}

static void section(struct page *p, const struct digest *d, enum fate fate, const char *heading)
{
    const struct own_mails *mails = &d->summary->mails;
    size_t total = (size_t)summary_mails(d->summary, fate), shown = 0;
    if (total == 0)
        return;
    text_heading(p, heading);
    size_t most = digest_shown(d, total);
    for (size_t i = 0; i < mails->count && shown < most; i++) {
        if (mails->items[i].fate != fate)
            continue;
        if (shown > 0 && fate != FATE_DELIVERED)
            page_blank(p);
        (fate == FATE_DELIVERED ? delivered_line : entry)(p, d, &mails->items[i]);
        shown++;
    }
    text_more(p, (int64_t)total, shown);
}

void text_mails(struct page *p, const struct digest *d)
{
    section(p, d, FATE_FAILED, "YOUR MAIL THAT FAILED");
    section(p, d, FATE_DELAYED, "YOUR MAIL THAT IS LATE");
    section(p, d, FATE_DELIVERED, "YOUR MAIL THAT ARRIVED");
}
