/*
 * Sendmail. A message is ours when a local program handed it in (relay=user@localhost), when its
 * client has logged in (auth=..., or an AUTH=server line of the same process and client before), or
 * when the client is named by [index] own-client. The submission program gives its messages to the
 * daemon on the same machine, whose queue ID its log line names.
 */
#include <string.h>

#include "sources/log_dialect.h"

/* Sendmail logs at most so much of a Message-ID; a longer one is not known. */
#define LOGGED_ID_BYTES ((size_t)100)

static bool starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p, text, n) == 0;
}

static bool owns(const struct log_line *l)
{
    return starts(l->program, "sendmail") || starts(l->program, "sm-mta") ||
           starts(l->program, "sm-msp");
}

/* Where needle last stands in s, or s.n. */
static size_t find_last(struct span s, const char *needle)
{
    size_t found = s.n, from = 0, at;
    struct span rest = s;
    while ((at = span_find(rest, span_of(needle))) < rest.n) {
        found = from + at;
        from = found + 1;
        rest = span_slice(s, from, s.n);
    }
    return found;
}

/* "NAME [ADDRESS] (may be forged)" or "[ADDRESS]" */
static void split_relay(struct span relay, struct span *name, struct span *address)
{
    size_t open = find_last(relay, "[");
    *name = span_trim(span_slice(relay, 0, open));
    *address = span_slice(relay, open + 1, span_find_byte(relay, ']', open));
    if (span_find(relay, span_of("(may be forged)")) < relay.n)
        *name = (struct span){0};
}

/* --- logins --- */

/* A login is kept as a message under the process's ID, its client as the sender. */
static void read_login(struct log_queue *q, const struct log_line *l, struct span text)
{
    struct span relay;
    if (l->pid.n == 0 || !log_between(text, "AUTH=server, relay=", ", authid=", &relay))
        return;
    struct log_message *m = log_queue_begin(q, l, l->pid);
    if (log_message_origin(m) == LOG_NOT_KNOWN)
        log_message_came(q, m, LOG_SUBMITTED);
    log_message_sender(q, m, relay);
    log_message_done(q, m);
}

static bool has_logged_in(struct log_queue *q, const struct log_line *l, struct span relay)
{
    const struct log_message *m = l->pid.n > 0 ? log_queue_find(q, l, l->pid) : NULL;
    return m && span_is(relay, log_message_sender_of(m));
}

/* --- who handed it in --- */

/* "root@localhost": a client's name has its address behind it. */
static bool is_local_user(struct span relay)
{
    for (size_t i = 0; i < relay.n; i++)
        if (relay.p[i] == ' ' || relay.p[i] == '[')
            return false;
    return span_ends_nocase(relay, "@localhost");
}

/* "from=..., msgid=..., proto=..., daemon=...[, tls_verify=...][, auth=...], relay=...": relay
 * stands last and auth directly before it, whatever the sender and the Message-ID may hold. */
static enum log_origin origin_of(struct log_queue *q, const struct log_line *l, struct span text)
{
    struct span name, address;
    size_t at = find_last(text, ", relay=");
    if (at == text.n)
        return LOG_NOT_KNOWN;
    struct span relay = span_slice(text, at + strlen(", relay="), text.n);
    struct span before = span_slice(text, 0, at);
    size_t auth = find_last(before, ", ");
    struct span last = span_slice(before, auth + 2, before.n);
    if (span_is(relay, "[RESPONSE]"))
        return LOG_NOT_KNOWN;
    if (is_local_user(relay) || has_logged_in(q, l, relay) ||
        (starts(last, "auth=") && !span_is(last, "auth=NONE")))
        return LOG_SUBMITTED;
    split_relay(relay, &name, &address);
    return log_client_is_own(q, name, address) ? LOG_SUBMITTED : LOG_OUTSIDE;
}

static struct span without_brackets(struct span s)
{
    s = span_trim(s);
    return s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>' ? span_slice(s, 1, s.n - 1) : s;
}

/* The value of msgid=: it ends where the next field that Sendmail writes begins. */
static struct span message_id_of(struct span text)
{
    static const char *const next[] = {", bodytype=", ", proto=", ", daemon=", ", relay="};
    size_t at = find_last(text, ", nrcpts=");
    struct span rest = span_slice(text, at, text.n), best = {0};
    at = span_find(rest, span_of(", msgid="));
    if (at == rest.n)
        return best;
    rest = span_slice(rest, at + strlen(", msgid="), rest.n);
    best = rest;
    for (size_t i = 0; i < sizeof next / sizeof *next; i++) {
        struct span one = span_slice(rest, 0, span_find(rest, span_of(next[i])));
        best = one.n < best.n ? one : best;
    }
    return best.n < LOGGED_ID_BYTES ? best : (struct span){0};
}

static void read_from(struct log_queue *q, const struct log_line *l, struct span id,
                      struct span text)
{
    struct span from;
    struct log_message *m = log_queue_begin(q, l, id);
    log_message_came(q, m, origin_of(q, l, text));
    if (log_between(text, "from=", ", size=", &from))
        log_message_sender(q, m, without_brackets(from));
    log_message_id(q, m, message_id_of(text));
}

/* --- where it went --- */

/* "to=<A>,<B>, ..." or "to=a, b, ctladdr=..." */
static void read_recipients(struct log_queue *q, struct log_message *m, struct span text)
{
    struct span rest = span_slice(text, strlen("to="), text.n);
    size_t fields = span_find(rest, span_of(", delay="));
    size_t control = span_find(rest, span_of(", ctladdr="));
    rest = span_slice(rest, 0, control < fields ? control : fields);
    while (rest.n > 0) {
        size_t comma = span_find_byte(rest, ',', 0);
        log_message_recipient(q, m, without_brackets(span_slice(rest, 0, comma)));
        rest = span_slice(rest, comma + 1, rest.n);
    }
}

static void read_to(struct log_queue *q, const struct log_line *l, struct log_message *m,
                    struct span text)
{
    struct span relay, name, address;
    read_recipients(q, m, text);
    size_t stat = span_find(text, span_of(", stat="));
    struct span before = span_slice(text, 0, stat), reply = span_slice(text, stat + 7, text.n);
    size_t at = find_last(before, ", relay=");
    if (at == before.n)
        return;
    relay = span_slice(before, at + strlen(", relay="), before.n);
    relay = span_slice(relay, 0, span_find_byte(relay, ',', 0));
    split_relay(relay, &name, &address);
    if (name.n > 0 && name.p[name.n - 1] == '.')
        name.n--;
    if (!log_address_is_loopback(address)) {
        if (address.n > 0)
            log_message_left(q, m);
        log_next_hop_id(q, m, name, reply);
    } else if (starts(reply, "Sent (")) {
        reply = span_slice(reply, strlen("Sent ("), reply.n);
        log_message_passed_on(q, l, m, span_slice(reply, 0, span_find_byte(reply, ' ', 0)));
    }
}

static void read(struct log_queue *q, const struct log_line *l)
{
    struct span text = l->text, id;
    if (starts(text, "AUTH=server")) {
        read_login(q, l, text);
        return;
    }
    if (!log_take_queue_id(&text, &id))
        return;
    if (starts(text, "from="))
        read_from(q, l, id, text);
    else if (starts(text, "to="))
        read_to(q, l, log_queue_find(q, l, id), text);
    else if (starts(text, "AUTH=server"))
        read_login(q, l, text);
    else if (starts(text, "done; "))
        log_message_done(q, log_queue_find(q, l, id));
}

const struct log_dialect log_sendmail = {"Sendmail", owns, read};
