/*
 * The table of dialects and what they share.
 */
#include "sources/log_dialect.h"

#include <stdio.h>
#include <string.h>

/* Queue IDs have at most 23 characters. */
#define LONGEST_QUEUE_ID ((size_t)32)

bool log_dialect_read(struct log_queue *q, const struct log_line *l)
{
    static const struct log_dialect *const dialects[] = {&log_postfix, &log_exim, &log_sendmail,
                                                         &log_opensmtpd};
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (dialects[i]->owns(l)) {
            dialects[i]->read(q, l);
            return true;
        }
    return false;
}

bool log_take_queue_id(struct span *text, struct span *id)
{
    size_t n = 0;
    while (n < text->n && n <= LONGEST_QUEUE_ID && ascii_is_alnum(text->p[n]))
        n++;
    if (n < 5 || n > LONGEST_QUEUE_ID || n + 1 >= text->n || text->p[n] != ':' ||
        text->p[n + 1] != ' ')
        return false;
    *id = span_slice(*text, 0, n);
    *text = span_slice(*text, n + 2, text->n);
    return true;
}

bool log_between(struct span s, const char *before, const char *after, struct span *out)
{
    size_t from = span_find(s, span_of(before));
    if (from == s.n)
        return false;
    struct span rest = span_slice(s, from + strlen(before), s.n);
    size_t to = span_find(rest, span_of(after));
    if (to == rest.n)
        return false;
    *out = span_slice(rest, 0, to);
    return true;
}

/* --- Amazon SES --- */

/* "0102018f3c2a7b90-1f0e...-000000": hexadecimal digits in groups parted by "-". */
static struct span ses_id(struct span reply)
{
    size_t at = span_find_nocase(reply, span_of("Ok 0"));
    struct span rest = span_slice(reply, at + 3, reply.n);
    size_t n = 0, dashes = 0;
    while (n < rest.n && (ascii_is_digit(rest.p[n]) || rest.p[n] == '-' ||
                          (rest.p[n] >= 'a' && rest.p[n] <= 'f')))
        dashes += rest.p[n++] == '-';
    return n >= 40 && n <= 80 && dashes >= 3 ? span_slice(rest, 0, n) : (struct span){0};
}

/* SES replaces the Message-ID by <ID@REGION.amazonses.com>, in its first region by
 * <ID@email.amazonses.com>. Its hosts are email-smtp.REGION.amazonaws.com. */
void log_next_hop_id(struct log_queue *q, struct log_message *m, struct span relay,
                     struct span reply)
{
    struct span region, id;
    char text[256];
    if (log_message_origin(m) != LOG_SUBMITTED || !span_ends_nocase(relay, ".amazonaws.com"))
        return;
    id = ses_id(reply);
    if (id.n == 0)
        return;
    snprintf(text, sizeof text, "<%.*s@email.amazonses.com>", (int)id.n, id.p);
    log_message_id(q, m, span_of(text));
    if (log_between(relay, "email-smtp.", ".", &region) && region.n > 0 && region.n < 40) {
        snprintf(text, sizeof text, "<%.*s@%.*s.amazonses.com>", (int)id.n, id.p, (int)region.n,
                 region.p);
        log_message_id(q, m, span_of(text));
    }
}
