/*
 * Exim, from its own files or by syslog. A message is ours when a local program handed it in (no
 * H=, then U= and P=local...), when its client has logged in (the protocol ends in "a"), or when
 * the client is named by [index] own-client. HELO names, ident replies and subjects stand in the
 * same line and are the client's to choose: where they could be mistaken, the message is not ours.
 */
#include <stdio.h>
#include <string.h>

#include "sources/log_dialect.h"

static bool starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p, text, n) == 0;
}

/* "1tEabc-000Abc-1D", since 4.97 "1tEabc-00000000AbC-12Ab", at the start of s with a space behind
 * it; 0 when there is none. */
static size_t message_id_length(struct span s)
{
    for (size_t n = 16; n <= 23; n += 7) {
        size_t second = n - (n == 16 ? 3 : 5), i = 0;
        while (i < n && i < s.n && (i == 6 || i == second ? s.p[i] == '-' : ascii_is_alnum(s.p[i])))
            i++;
        if (i == n && n < s.n && s.p[n] == ' ')
            return n;
    }
    return 0;
}

static bool owns(const struct log_line *l)
{
    return l->program.n == 0 || starts(l->program, "exim");
}

/* Takes an address off the start of *rest: it ends at a space outside of quotes. */
static struct span take_address(struct span *rest)
{
    size_t n = 0;
    bool quoted = false;
    for (; n < rest->n && (quoted || rest->p[n] != ' '); n++) {
        if (rest->p[n] == '\\' && quoted)
            n++;
        else if (rest->p[n] == '"')
            quoted = !quoted;
    }
    struct span address = span_slice(*rest, 0, n);
    *rest = span_slice(*rest, n + 1, rest->n);
    return address;
}

static struct span take_word(struct span *rest)
{
    size_t n = span_find_byte(*rest, ' ', 0);
    struct span word = span_slice(*rest, 0, n);
    *rest = span_slice(*rest, n + 1, rest->n);
    return word;
}

/* --- who handed it in --- */

/* "[NAME ][(HELO) ]\[ADDRESS][:PORT]" at the start of *rest, and off it. False when it could be
 * read in two ways. */
static bool take_host(struct span *rest, struct span *name, struct span *address)
{
    *name = (struct span){0};
    struct span word = take_word(rest);
    if (word.n > 0 && word.p[0] != '(' && word.p[0] != '[') {
        *name = word;
        word = take_word(rest);
    }
    if (word.n > 0 && word.p[0] == '(') {
        if (word.p[word.n - 1] != ')')
            return false;
        word = take_word(rest);
    }
    if (word.n < 3 || word.p[0] != '[')
        return false;
    *address = span_slice(word, 1, span_find_byte(word, ']', 0));
    return span_find(*rest, span_of(") [")) == rest->n;
}

static enum log_origin origin_of_host(const struct log_queue *q, struct span rest)
{
    struct span name, address, word;
    if (!take_host(&rest, &name, &address))
        return LOG_OUTSIDE;
    word = take_word(&rest);
    if (starts(word, "I="))
        word = take_word(&rest);
    if (!starts(word, "P="))
        return LOG_OUTSIDE;
    bool login = span_is(word, "P=esmtpa") || span_is(word, "P=esmtpsa") ||
                 span_is(word, "P=asmtp") || span_is(word, "P=smtpa") || span_is(word, "P=smtpsa");
    return login || log_client_is_own(q, name, address) ? LOG_SUBMITTED : LOG_OUTSIDE;
}

/* rest stands behind the sender's address. R= there is the message that this one answers: a bounce
 * that Exim has made. */
static enum log_origin origin_of(const struct log_queue *q, struct span rest)
{
    if (starts(rest, "H="))
        return origin_of_host(q, span_slice(rest, 2, rest.n));
    if (!starts(rest, "U="))
        return LOG_NOT_KNOWN;
    take_word(&rest);
    struct span protocol = take_word(&rest);
    bool local = span_is(protocol, "P=local") || span_is(protocol, "P=local-smtp") ||
                 span_is(protocol, "P=local-esmtp") || span_is(protocol, "P=local-bsmtp");
    return local ? LOG_SUBMITTED : LOG_OUTSIDE;
}

/* "for ADDRESS ADDRESS..." ends the line with [log_selector] received_recipients. */
static void read_recipients(struct log_queue *q, struct log_message *m, struct span rest)
{
    size_t at = rest.n, next;
    for (size_t from = 0;
         (next = span_find(span_slice(rest, from, rest.n), span_of(" for "))) < rest.n - from;
         from = at)
        at = from + next + 5;
    struct span addresses = span_slice(rest, at, rest.n);
    while (addresses.n > 0) {
        struct span address = take_address(&addresses);
        if (memchr(address.n ? address.p : "", '@', address.n))
            log_message_recipient(q, m, address);
    }
}

/* A local message without an ID gets one that Exim makes of its own and does not log. */
static void read_arrival(struct log_queue *q, const struct log_line *l, struct span id,
                         struct span rest)
{
    struct span sender = take_address(&rest), message_id;
    struct log_message *m = log_queue_begin(q, l, id);
    log_message_came(q, m, origin_of(q, rest));
    if (!span_is(sender, "<>"))
        log_message_sender(q, m, sender);
    size_t at = span_find(rest, span_of(" id="));
    if (at < rest.n) {
        message_id = span_slice(rest, at + 4, rest.n);
        log_message_id(q, m, span_slice(message_id, 0, span_find_byte(message_id, ' ', 0)));
    } else if (log_message_origin(m) == LOG_SUBMITTED) {
        char made[32];
        snprintf(made, sizeof made, "E%.*s", (int)id.n, id.p);
        log_message_made_id(q, m, made);
    }
    read_recipients(q, m, rest);
}

/* --- where it went --- */

static void add_recipient(struct log_queue *q, struct log_message *m, struct span word)
{
    if (word.n > 1 && word.p[word.n - 1] == ':')
        word.n--;
    if (word.n > 2 && (word.p[0] == '<' || word.p[0] == '('))
        word = span_slice(word, 1, word.n - 1);
    if (word.n > 0 && word.p[0] != '|' && word.p[0] != '/' && memchr(word.p, '@', word.n))
        log_message_recipient(q, m, word);
}

/* "ADDRESS [(PARENT)] [<ORIGINAL>] [F=<SENDER>] R=ROUTER T=TRANSPORT H=NAME [ADDRESS] ...
 * C="REPLY"" */
static void read_delivery(struct log_queue *q, struct log_message *m, struct span rest)
{
    for (int i = 0; i < 3 && rest.n > 0 && !starts(rest, "R=") && !starts(rest, "F="); i++)
        add_recipient(q, m, take_address(&rest));
    size_t transport = span_find(rest, span_of(" T="));
    struct span host = span_slice(rest, transport, rest.n), name, reply;
    size_t at = span_find(host, span_of(" H="));
    if (at == host.n)
        return;
    host = span_slice(host, at + 3, host.n);
    name = take_word(&host);
    struct span address = host.n > 0 && host.p[0] == '['
                              ? span_slice(host, 1, span_find_byte(host, ']', 0))
                              : (struct span){0};
    if (log_address_is_loopback(address))
        return;
    log_message_left(q, m);
    at = span_find(host, span_of(" C=\""));
    reply = span_slice(host, at + 4, host.n);
    log_next_hop_id(q, m, name, reply);
}

static void read(struct log_queue *q, const struct log_line *l)
{
    struct span text = l->text;
    struct log_line inner;
    /* By syslog Exim's own time stamp may stand behind syslog's. */
    if (l->program.n > 0 && log_line_parse(text, &inner))
        text = inner.text;
    size_t n = message_id_length(text);
    if (n == 0)
        return;
    struct span id = span_slice(text, 0, n), rest = span_slice(text, n + 1, text.n);
    if (starts(rest, "<= "))
        read_arrival(q, l, id, span_slice(rest, 3, rest.n));
    else if (starts(rest, "=> ") || starts(rest, "-> ") || starts(rest, "** ") ||
             starts(rest, "== ") || starts(rest, ">> "))
        read_delivery(q, log_queue_find(q, l, id), span_slice(rest, 3, rest.n));
    else if (span_is(rest, "Completed") || starts(rest, "Completed "))
        log_message_done(q, log_queue_find(q, l, id));
}

const struct log_dialect log_exim = {"Exim", owns, read};
