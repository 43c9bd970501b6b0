/*
 * The header of the digest. Auto-Submitted keeps autoresponders quiet (RFC 3834 5), List-Id lets
 * any mail program file it (RFC 2919), the field of our own keeps backsift from judging it.
 */
#include "digest/mail.h"

#include <string.h>

#include "digest/html.h"
#include "digest/text.h"

static void list_id(struct buf *out, const struct mime_address *from)
{
    buf_printf(out, "backsift digest <digest.backsift.%s>", strchr(from->address, '@') + 1);
}

static void span_of_time(struct buf *out, const struct summary *s)
{
    char since[32], until[32];
    clock_format(s->since, since);
    clock_format(s->until, until);
    buf_printf(out, "since=%s; until=%s", since, until);
}

void digest_mail(const struct digest *d, const struct digest_envelope *envelope, struct buf *out)
{
    struct buf subject = {0}, list = {0}, period = {0}, text = {0}, html = {0};
    words_headline(&subject, d->summary);
    list_id(&list, &envelope->from);
    span_of_time(&period, d->summary);
    digest_text(d, &text);
    digest_html(d, &html);
    const struct mime_field fields[] = {
        {"List-Id", buf_string(&list)},
        {"Auto-Submitted", "auto-generated"},
        {DIGEST_FIELD, buf_string(&period)},
    };
    const struct mime_mail mail = {
        .from = envelope->from,
        .to = envelope->to,
        .subject = buf_string(&subject),
        .message_id = envelope->message_id,
        .date = envelope->date,
        .fields = fields,
        .field_count = sizeof fields / sizeof *fields,
        .text = buf_span(&text),
        .html = buf_span(&html),
    };
    mime_write(&mail, out);
    struct buf *parts[] = {&subject, &list, &period, &text, &html};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        out->failed = out->failed || parts[i]->failed;
        buf_free(parts[i]);
    }
}
