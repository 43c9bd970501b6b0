/*
 * Attached messages keep their bytes: they are written as 8bit, because RFC 2046 5.2.1 allows a
 * message no other encoding and receivers look at the original. The boundary is one that stands in
 * none of them.
 */
#include "digest/abuse_report.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "digest/when.h"

struct span reported_fit(struct span bytes, size_t most)
{
    if (bytes.n <= most)
        return bytes;
    size_t n = most;
    while (n > 0 && bytes.p[n - 1] != '\n')
        n--;
    return span_slice(bytes, 0, n > 0 ? n : most);
}

static bool is_in_any(const char *boundary, const struct reported *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_find(items[i].bytes, span_of(boundary)) < items[i].bytes.n)
            return true;
    return false;
}

/* The attached message chooses its bytes, and may have guessed some of the numbers. */
static void choose_boundary(char boundary[40], const struct reported *items, size_t count)
{
    unsigned n = 0;
    do
        snprintf(boundary, 40, "=_backsift-report-%u", n++);
    while (is_in_any(boundary, items, count));
}

static void add_message(struct buf *out, const char *boundary, struct span bytes)
{
    buf_printf(out, "\n--%s\n", boundary);
    buf_add_string(out, "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n"
                        "Content-Disposition: attachment\n\n");
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] != '\r' || i + 1 == bytes.n || bytes.p[i + 1] != '\n')
            buf_add_byte(out, bytes.p[i]);
}

static void add_header(const struct report_envelope *envelope, const char *subject, struct buf *out)
{
    const struct mime_mail mail = {.from = envelope->from,
                                   .to = envelope->to,
                                   .subject = subject,
                                   .message_id = envelope->message_id,
                                   .date = envelope->date};
    mime_write_header(&mail, out);
}

void spamcop_mail(const struct report_envelope *envelope, const struct reported *items,
                  size_t count, struct buf *out)
{
    char boundary[40], subject[80];
    static const char text[] = "Responses to mail that others sent in our name, as they came in.\n";
    choose_boundary(boundary, items, count);
    snprintf(subject, sizeof subject, "%zu misdirected %s", count,
             count == 1 ? "response" : "responses");
    add_header(envelope, subject, out);
    buf_printf(out, "Content-Type: multipart/mixed;\n boundary=\"%s\"\n", boundary);
    buf_printf(out, "Content-Transfer-Encoding: 8bit\n\n--%s\n", boundary);
    mime_write_text(out, "text/plain", span_of(text));
    for (size_t i = 0; i < count; i++)
        add_message(out, boundary, items[i].bytes);
    buf_printf(out, "\n--%s--\n", boundary);
}

/* --- RFC 5965 --- */

static void human_part(const struct reported *item, bool redacted, struct buf *out)
{
    struct buf text = {0};
    buf_add_string(&text, "This is an abuse report (RFC 5965) on a message that came");
    if (item->source[0])
        buf_printf(&text, "\nfrom %s", item->source);
    buf_printf(&text, "\non %s.\n\n", when(item->arrival, WHEN_HEADER).text);
    buf_add_string(&text, "It answers mail that was not sent by us: somebody forged our domain as "
                          "its\nsender. Please refuse such mail while it is handed in, instead of "
                          "accepting\nit and sending a response to whom it names as its "
                          "sender.\n");
    if (redacted)
        buf_add_string(&text, "\nThe local parts of our addresses are redacted (RFC 6590).\n");
    mime_write_text(out, "text/plain", buf_span(&text));
    out->failed = out->failed || text.failed;
    buf_free(&text);
}

static void field(struct buf *out, const char *name, const char *before, const char *value,
                  const char *after)
{
    struct buf b = {0};
    buf_printf(&b, "%s%s%s", before, value, after);
    mime_write_field(out, name, buf_string(&b));
    out->failed = out->failed || b.failed;
    buf_free(&b);
}

/* What is foreign goes in only where it can be what the field is for. */
static bool is_plain(const char *value, const char *extra)
{
    for (const char *c = value; *c; c++)
        if (!ascii_is_alnum(*c) && !strchr(extra, *c))
            return false;
    return value[0] != '\0';
}

static void machine_part(const struct reported *item, struct buf *out)
{
    const char *address_bytes = "!#$%&'*+-/=?^_`{|}~.@";
    buf_add_string(out,
                   "Content-Type: message/feedback-report\n\n"
                   "Feedback-Type: abuse\nUser-Agent: backsift/" BACKSIFT_VERSION "\nVersion: 1\n");
    if (item->sender[0] == '\0' || is_plain(item->sender, address_bytes))
        field(out, "Original-Mail-From", "<", item->sender, ">");
    if (is_plain(item->recipient, address_bytes))
        field(out, "Original-Rcpt-To", "<", item->recipient, ">");
    field(out, "Arrival-Date", "", when(item->arrival, WHEN_HEADER).text, "");
    if (item->source[0])
        field(out, "Source-IP", "", item->source, "");
    if (is_plain(item->host, ".-"))
        field(out, "Reported-Domain", "", item->host, "");
}

void arf_mail(const struct report_envelope *envelope, const struct reported *item, bool redacted,
              struct buf *out)
{
    char boundary[40];
    struct buf subject = {0};
    choose_boundary(boundary, item, 1);
    buf_printf(&subject, "FW: %s", item->subject);
    add_header(envelope, buf_string(&subject), out);
    out->failed = out->failed || subject.failed;
    buf_free(&subject);
    buf_printf(out,
               "Content-Type: multipart/report; report-type=feedback-report;\n boundary=\"%s\"\n",
               boundary);
    buf_printf(out, "Content-Transfer-Encoding: 8bit\n\n--%s\n", boundary);
    human_part(item, redacted, out);
    buf_printf(out, "\n--%s\n", boundary);
    machine_part(item, out);
    add_message(out, boundary, item->bytes);
    buf_printf(out, "\n--%s--\n", boundary);
}
