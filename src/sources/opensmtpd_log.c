/*
 * OpenSMTPD (6.4 and later). Its log holds no Message-IDs: a message that was submitted here is
 * recorded with its sender and recipients as a copy without an ID, which coverage knows as a gap.
 * A session is kept as a message of its own under the session's ID.
 */
#include <string.h>

#include "sources/log_dialect.h"

static bool owns(const struct log_line *l)
{
    return span_is(l->program, "smtpd");
}

static bool take(struct span *text, const char *start)
{
    size_t n = strlen(start);
    if (text->n < n || memcmp(text->p, start, n) != 0)
        return false;
    *text = span_slice(*text, n, text->n);
    return true;
}

/* "address=local host=..." or "address=192.0.2.7 host=NAME" */
static void read_connected(struct log_queue *q, struct log_message *m, struct span text)
{
    size_t n = span_find_byte(text, ' ', 0);
    struct span address = span_slice(text, 0, n), host = span_slice(text, n + 1, text.n);
    if (!take(&host, "host="))
        host = (struct span){0};
    host = span_slice(host, 0, span_find_byte(host, ' ', 0));
    if (address.n > 2 && address.p[0] == '[')
        address = span_slice(address, 1, address.n - 1);
    bool own = span_is(address, "local") || log_client_is_own(q, host, address);
    log_message_came(q, m, own ? LOG_SUBMITTED : LOG_OUTSIDE);
}

/* "HEX from=<ADDRESS> to=<ADDRESS>": the first eight digits are the message's. */
static void read_envelope(struct log_queue *q, const struct log_line *l,
                          const struct log_message *session, struct span text)
{
    struct span id = span_slice(text, 0, span_find_byte(text, ' ', 0)), from;
    if (id.n != 16 || log_message_origin(session) != LOG_SUBMITTED)
        return;
    size_t to = span_find(text, span_of("> to=<"));
    struct span recipient = span_slice(text, to + strlen("> to=<"), text.n);
    struct log_message *m = log_queue_touch(q, l, span_slice(id, 0, 8));
    if (log_message_origin(m) != LOG_SUBMITTED)
        log_message_came(q, m, LOG_SUBMITTED);
    if (log_between(text, " from=<", "> to=<", &from))
        log_message_sender(q, m, from);
    log_message_recipient(q, m, span_slice(recipient, 0, span_find_byte(recipient, '>', 0)));
    log_message_done(q, m);
}

static void read(struct log_queue *q, const struct log_line *l)
{
    struct span text = l->text;
    struct span id = span_slice(text, 0, span_find_byte(text, ' ', 0));
    text = span_slice(text, id.n + 1, text.n);
    if (id.n != 16 || !take(&text, "smtp "))
        return;
    if (take(&text, "connected address="))
        read_connected(q, log_queue_begin(q, l, id), text);
    /* The user name of a failed login is the client's to choose; the result stands last. */
    else if (take(&text, "authentication user=") && span_ends_nocase(text, " result=ok"))
        log_message_came(q, log_queue_touch(q, l, id), LOG_SUBMITTED);
    else if (take(&text, "envelope evpid="))
        read_envelope(q, l, log_queue_find(q, l, id), text);
    else if (take(&text, "disconnected"))
        log_message_done(q, log_queue_find(q, l, id));
}

const struct log_dialect log_opensmtpd = {"OpenSMTPD", owns, read};
