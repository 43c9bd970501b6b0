/*
 * Postfix. A message is ours when pickup took it up (a local program), when its client has logged
 * in, or when the client is named by [index] own-client; only the places where Postfix itself
 * writes are looked at, for addresses, Message-IDs and replies are the other side's to choose.
 */
#include <string.h>

#include "sources/log_dialect.h"

/* "postfix/submission/smtpd": what stands behind the last slash. */
static struct span daemon_of(struct span program)
{
    size_t n = program.n;
    while (n > 0 && program.p[n - 1] != '/')
        n--;
    return span_slice(program, n, program.n);
}

static bool owns(const struct log_line *l)
{
    return l->program.n > 0 && memchr(l->program.p, '/', l->program.n) != NULL;
}

static bool starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p, text, n) == 0;
}

/* --- who handed it in --- */

/* "client=NAME[ADDRESS][:PORT][, sasl_method=..., sasl_username=...][, sasl_sender=...]
 * [, orig_queue_id=...][, orig_client=...]": what stands behind sasl_username may be the client's
 * to choose. */
static void read_client(struct log_queue *q, const struct log_line *l, struct log_message *m,
                        struct span text)
{
    struct span client = span_slice(text, strlen("client="), text.n), name, address, parent;
    size_t open = span_find_byte(client, '[', 0), close = span_find_byte(client, ']', open);
    size_t more = span_find_byte(client, ',', close);
    name = span_slice(client, 0, open);
    address = span_slice(client, open + 1, close);
    struct span rest = span_slice(client, more, client.n);
    bool own = log_client_is_own(q, name, address);
    if (starts(rest, ", sasl_method=") && span_find(rest, span_of(", sasl_username=")) < rest.n)
        log_message_came(q, m, LOG_SUBMITTED);
    else if (starts(rest, ", orig_queue_id=") && (own || log_address_is_loopback(address))) {
        parent = span_slice(rest, strlen(", orig_queue_id="), rest.n);
        parent = span_slice(parent, 0, span_find_byte(parent, ',', 0));
        log_message_came_from(q, m, log_queue_find(q, l, parent));
    } else if (starts(rest, ", orig_"))
        log_message_came(q, m, LOG_OUTSIDE);
    else
        log_message_came(q, m, own ? LOG_SUBMITTED : LOG_OUTSIDE);
}

/* --- where it went --- */

/* "to=<ADDRESS>[, orig_to=<ADDRESS>], relay=...": gives what stands behind the addresses. */
static struct span read_recipients(struct log_queue *q, struct log_message *m, struct span text)
{
    struct span to = span_slice(text, strlen("to=<"), text.n);
    size_t relay = span_find(to, span_of(">, relay=")),
           orig = span_find(to, span_of(">, orig_to=<"));
    struct span rest = span_slice(to, relay + 3, to.n);
    log_message_recipient(q, m, span_slice(to, 0, orig < relay ? orig : relay));
    if (orig < relay)
        log_message_recipient(q, m, span_slice(to, orig + strlen(">, orig_to=<"), relay));
    return rest;
}

static void read_reply(struct log_queue *q, const struct log_line *l, struct log_message *m,
                       struct span relay, struct span address, struct span reply)
{
    size_t at = span_find(reply, span_of("queued as "));
    if (at < reply.n &&
        (log_address_is_loopback(address) || log_client_is_own(q, relay, address))) {
        struct span id = span_slice(reply, at + strlen("queued as "), reply.n);
        size_t n = 0;
        while (n < id.n && ascii_is_alnum(id.p[n]))
            n++;
        log_message_passed_on(q, l, m, span_slice(id, 0, n));
    }
    log_next_hop_id(q, m, relay, reply);
}

static void read_delivery(struct log_queue *q, const struct log_line *l, struct log_message *m,
                          struct span daemon, struct span text)
{
    struct span rest = read_recipients(q, m, text), child;
    if (!starts(rest, "relay="))
        return;
    size_t comma = span_find_byte(rest, ',', 0);
    struct span relay = span_slice(rest, strlen("relay="), comma);
    size_t open = span_find_byte(relay, '[', 0), close = span_find_byte(relay, ']', open);
    struct span name = span_slice(relay, 0, open), address = span_slice(relay, open + 1, close);
    if (span_is(daemon, "smtp") && !log_address_is_loopback(address))
        log_message_left(q, m);
    size_t sent = span_find(rest, span_of(", status=sent ("));
    if (sent == rest.n)
        return;
    struct span reply = span_slice(rest, sent + strlen(", status=sent ("), rest.n);
    if (span_is(daemon, "smtp") || span_is(daemon, "lmtp"))
        read_reply(q, l, m, name, address, reply);
    else if (span_is(daemon, "local") && starts(reply, "forwarded as ")) {
        child = span_slice(reply, strlen("forwarded as "), reply.n);
        log_message_passed_on(q, l, m, span_slice(child, 0, span_find_byte(child, ')', 0)));
    }
}

/* --- a line --- */

static void read_sender(struct log_queue *q, struct log_message *m, struct span text)
{
    struct span from;
    if (log_between(text, "from=<", ">, size=", &from))
        log_message_sender(q, m, from);
}

static void read(struct log_queue *q, const struct log_line *l)
{
    struct span text = l->text, id, daemon = daemon_of(l->program);
    if (!log_take_queue_id(&text, &id) || text.n == 0)
        return;
    if (starts(text, "to=<"))
        read_delivery(q, l, log_queue_find(q, l, id), daemon, text);
    else if (span_is(daemon, "smtpd") && starts(text, "client="))
        read_client(q, l, log_queue_begin(q, l, id), text);
    else if (span_is(daemon, "pickup") && starts(text, "uid="))
        log_message_came(q, log_queue_begin(q, l, id), LOG_SUBMITTED);
    else if (span_is(daemon, "cleanup") && starts(text, "message-id="))
        log_message_id(q, log_queue_touch(q, l, id),
                       span_slice(text, strlen("message-id="), text.n));
    else if (span_is(daemon, "cleanup") && starts(text, "resent-message-id="))
        log_message_id(q, log_queue_touch(q, l, id),
                       span_slice(text, strlen("resent-message-id="), text.n));
    else if (span_ends_nocase(daemon, "qmgr") && starts(text, "from=<"))
        read_sender(q, log_queue_find(q, l, id), text);
    else if (span_ends_nocase(daemon, "qmgr") && span_is(text, "removed"))
        log_message_done(q, log_queue_find(q, l, id));
}

const struct log_dialect log_postfix = {"Postfix", owns, read};
