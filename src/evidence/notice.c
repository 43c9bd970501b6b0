/*
 * Addresses are searched byte by byte rather than with the parser for header fields, since in a
 * text they stand between words, in quotes and brackets, and at the end of sentences.
 */
#include "evidence/notice.h"

#include <string.h>

#include "base/limits.h"
#include "message/header.h"

/* How much is read about one recipient: a reply of several lines. */
#define ABOUT_BYTES ((size_t)600)
/* Shorter than any reason. */
#define REASON_LEAST ((size_t)5)

static bool is_local_char(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr(".!#$%&'*+=?^_{|}~-", c));
}

static bool is_domain_char(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-';
}

/* The address around the "@" at pos; empty when there is none. A name without a dot is a host's
 * only in brackets. */
static struct span address_around(struct span s, size_t pos)
{
    size_t from = pos, to = pos + 1;
    while (from > 0 && pos - from < 256 && is_local_char(s.p[from - 1]))
        from--;
    while (from < pos && !ascii_is_alnum(s.p[from]) && s.p[from] != '_')
        from++;
    while (to < s.n && is_domain_char(s.p[to]))
        to++;
    while (to > pos + 1 && !ascii_is_alnum(s.p[to - 1]))
        to--;
    struct span domain = span_slice(s, pos + 1, to);
    bool bracketed = from > 0 && s.p[from - 1] == '<' && to < s.n && s.p[to] == '>';
    bool dotted = span_find_byte(domain, '.', 0) < domain.n;
    if (from == pos || domain.n == 0 || !(dotted || bracketed) || to - from > LIMIT_ADDRESS)
        return (struct span){0};
    return span_slice(s, from, to);
}

static struct span line_around(struct span s, size_t pos)
{
    const char *before = pos > 0 ? memrchr(s.p, '\n', pos) : NULL;
    size_t start = before ? (size_t)(before - s.p) + 1 : 0;
    return span_slice(s, start, span_find_byte(s, '\n', pos));
}

/* Lines whose addresses are IDs or the sender's. */
static bool speaks_of_another(struct span line)
{
    static const char *const words[] = {"message-id",  "messageid",   "mail from",
                                        "in-reply-to", "references:", NULL};
    line = span_trim(span_slice(line, 0, 1000));
    for (size_t i = 0; words[i]; i++)
        if (span_find_nocase(line, span_of(words[i])) < line.n)
            return true;
    return span_starts_nocase(line, "from:") || span_starts_nocase(line, "sender:") ||
           span_starts_nocase(line, "reply-to:") || span_starts_nocase(line, "received:");
}

static void find_addresses(struct notice *n)
{
    struct span s = n->text;
    for (size_t at = span_find_byte(s, '@', 0); at < s.n && n->count < NOTICE_ADDRESSES;
         at = span_find_byte(s, '@', at + 1)) {
        struct span address = address_around(s, at);
        if (address.n == 0 || speaks_of_another(line_around(s, at)))
            continue;
        n->named[n->count].at = (size_t)(address.p - s.p);
        n->named[n->count++].address = address;
    }
}

static void add_own(struct collector *c, struct notice *n, const struct header *h, const char *name)
{
    struct span value = header_raw(h, name);
    if (value.n > 0 && n->own_count < sizeof n->own / sizeof *n->own)
        n->own[n->own_count++] = addresses_in(c->arena, value);
}

/* Whether a header found at offset is the original's: one with a trace of transport, or with an ID
 * where somebody was named before. Others are the notice's own summary of it, behind which it goes
 * on. */
static bool is_original(const struct header *h, struct span text, size_t offset)
{
    if (header_field(h, "Received", 0) || header_field(h, "Return-Path", 0))
        return true;
    return header_field(h, "Message-ID", 0) && span_find_byte(text, '@', 0) < offset;
}

struct span notice_text(struct collector *c)
{
    struct span text = message_lines(c->message);
    size_t offset = 0, end;
    struct header h;
    for (; quoted_header_find(c->arena, text, &offset, &end, &h); offset = end)
        if (is_original(&h, text, offset))
            return span_slice(text, 0, offset);
    return text;
}

void notice_read(struct collector *c, struct notice *n)
{
    const struct header *h = &c->message->root->header;
    const struct original *o = collector_original(c, 0);
    *n = (struct notice){.text = notice_text(c)};
    add_own(c, n, h, "From");
    add_own(c, n, h, "To");
    add_own(c, n, h, "Delivered-To");
    add_own(c, n, h, "Return-Path");
    if (o) {
        add_own(c, n, &o->header, "From");
        add_own(c, n, &o->header, "Sender");
        add_own(c, n, &o->header, "Return-Path");
        add_own(c, n, &o->header, "Reply-To");
    }
    find_addresses(n);
}

static bool is_in(const struct string_list *list, struct span address)
{
    for (size_t i = 0; i < list->count; i++)
        if (span_equals_nocase(span_of(list->items[i]), address))
            return true;
    return false;
}

bool notice_is_own(const struct notice *n, struct span address)
{
    for (size_t i = 0; i < n->own_count; i++)
        if (is_in(&n->own[i], address))
            return true;
    return false;
}

bool notice_is_contact(struct span address)
{
    static const char *const names[] = {"postmaster", "mailer-daemon", "abuse",      "help",
                                        "helpdesk",   "support",       "hostmaster", "webmaster",
                                        "noreply",    "no-reply",      "postoffice", NULL};
    struct span local = span_slice(address, 0, span_find_byte(address, '@', 0));
    for (size_t i = 0; names[i]; i++)
        if (span_is_nocase(local, names[i]))
            return true;
    return false;
}

/* Nothing else but decoration on the line: brackets, a bullet, a colon. */
static bool is_alone(struct span text, struct span address)
{
    struct span line = line_around(text, (size_t)(address.p - text.p));
    const char *end = address.p + address.n;
    for (const char *p = line.p; p < line.p + line.n; p++)
        if ((p < address.p || p >= end) && (ascii_is_alnum(*p) || (unsigned char)*p >= 0x80))
            return false;
    return true;
}

struct choice {
    struct span *out;
    size_t max, count;
};

static void choose(struct choice *choice, struct span address)
{
    for (size_t i = 0; i < choice->count; i++)
        if (span_equals_nocase(choice->out[i], address))
            return;
    if (choice->count < choice->max)
        choice->out[choice->count++] = address;
}

static struct string_list addressed(struct collector *c, const char *name)
{
    const struct original *o = collector_original(c, 0);
    return addresses_in(c->arena, o ? header_raw(&o->header, name) : (struct span){0});
}

static void choose_addressed(struct collector *c, const struct notice *n, struct choice *choice)
{
    struct string_list to = addressed(c, "To"), cc = addressed(c, "Cc");
    for (size_t i = 0; i < n->count; i++) {
        struct span address = n->named[i].address;
        if (!notice_is_own(n, address) && (is_in(&to, address) || is_in(&cc, address)))
            choose(choice, address);
    }
}

static void choose_named(const struct notice *n, struct choice *choice, bool alone)
{
    for (size_t i = 0; i < n->count; i++) {
        struct span address = n->named[i].address;
        if (notice_is_own(n, address) || notice_is_contact(address))
            continue;
        if (alone && !is_alone(n->text, address))
            continue;
        choose(choice, address);
        if (!alone)
            return;
    }
}

size_t notice_failed(struct collector *c, const struct notice *n, struct span *out, size_t max)
{
    struct choice choice = {.out = out, .max = max};
    choose_addressed(c, n, &choice);
    if (choice.count == 0)
        choose_named(n, &choice, true);
    if (choice.count == 0)
        choose_named(n, &choice, false);
    return choice.count;
}

struct span notice_about(const struct notice *n, struct span address, bool sole)
{
    for (size_t i = 0; i < n->count; i++) {
        if (!span_equals_nocase(n->named[i].address, address))
            continue;
        size_t from = n->named[i].at, to = n->text.n;
        for (size_t k = i + 1; k < n->count && to == n->text.n; k++) {
            struct span other = n->named[k].address;
            if (!span_equals_nocase(other, address) && !notice_is_own(n, other) &&
                is_alone(n->text, other))
                to = n->named[k].at;
        }
        return span_slice(n->text, from, from + ABOUT_BYTES < to ? from + ABOUT_BYTES : to);
    }
    return sole ? span_slice(n->text, 0, ABOUT_BYTES) : (struct span){0};
}

/* Up to the first empty line. */
static struct span paragraph(struct span s)
{
    struct span rest = s, line;
    while (span_next_line(&rest, &line))
        if (span_trim(line).n == 0)
            return span_slice(s, 0, (size_t)(line.p - s.p));
    return s;
}

struct span notice_reason(const struct notice *n, struct span address)
{
    struct span about = notice_about(n, address, false);
    struct span s = paragraph(span_slice(about, address.n, about.n));
    while (s.n > 0 && (ascii_is_space(s.p[0]) || strchr(">:;,.)]\"'*-", s.p[0])) && s.p[0] != '\0')
        s = span_slice(s, 1, s.n);
    return s.n >= REASON_LEAST ? s : (struct span){0};
}

/* Whether a line's label stands behind this: nothing but decoration and an article. */
static bool is_before_label(struct span s)
{
    static const char *const words[] = {"original", "your", "the", NULL};
    while (s.n > 0 && !ascii_is_alnum(s.p[0]) && (unsigned char)s.p[0] < 0x80)
        s = span_slice(s, 1, s.n);
    for (size_t i = 0; words[i]; i++)
        if (span_is_nocase(span_trim(s), words[i]))
            return true;
    return s.n == 0;
}

/* Behind the first of the words that stands at the start as words of their own; all where none
 * does. */
static struct span behind_words(struct span s, const char *const words[])
{
    for (size_t i = 0; words[i]; i++) {
        size_t n = strlen(words[i]);
        if (span_starts_nocase(s, words[i]) && n < s.n && s.p[n] != '\0' &&
            strchr(" \t:=<", s.p[n]))
            return span_trim(span_slice(s, n, s.n));
    }
    return s;
}

/* Behind what may stand between such a label and the ID; empty when something else does. */
static struct span behind_label(struct span s)
{
    static const char *const whose[] = {
        "of the message", "of your message", "da mensagem", "de mensaje",    "del mensaje",
        "del messaggio",  "du message",      "de message",  "der nachricht", NULL};
    static const char *const verbs[] = {"is", "of", "was", "war", "era", NULL};
    while (s.n > 0 && strchr(" \t\"'`*", s.p[0]) && s.p[0] != '\0')
        s = span_slice(s, 1, s.n);
    s = behind_words(s, whose);
    struct span rest = behind_words(s, verbs);
    if (rest.n > 0 && (rest.p[0] == ':' || rest.p[0] == '='))
        return span_slice(rest, 1, rest.n);
    return rest.n < s.n || (rest.n > 0 && rest.p[0] == '<') ? rest : (struct span){0};
}

/* Behind a label that calls a Message-ID so, with a colon or what stands for one; empty when the
 * line does not begin with one. */
static struct span behind_id_words(struct span line)
{
    static const char *const words[] = {"message identifier",
                                        "message-id",
                                        "message id",
                                        "messageid",
                                        "message_id",
                                        "msg-id",
                                        "msgid",
                                        "nachrichten-id",
                                        "nachrichtenkennung",
                                        "identificador",
                                        "identifiant",
                                        "identificativo",
                                        NULL};
    for (size_t i = 0; words[i]; i++) {
        size_t at = span_find_nocase(line, span_of(words[i]));
        if (at < line.n && is_before_label(span_slice(line, 0, at)))
            return behind_label(span_slice(line, at + strlen(words[i]), line.n));
    }
    return (struct span){0};
}

/* An ID in brackets, or one that is all of the value. */
static struct span id_in(struct collector *c, struct span value)
{
    value = span_trim(value);
    if (value.n > 0 && value.p[0] == '<')
        value = span_slice(value, 0, span_find_byte(value, '>', 0) + 1);
    else
        for (size_t i = 0; i < value.n; i++)
            if (!is_local_char(value.p[i]) && value.p[i] != '@' && value.p[i] != '/')
                return (struct span){0};
    struct string_list list = message_ids_in(c->arena, value, false);
    return list.count > 0 ? span_of(list.items[0]) : (struct span){0};
}

struct span notice_id(struct collector *c)
{
    struct span rest = notice_text(c), line;
    while (span_next_line(&rest, &line)) {
        struct span id = id_in(c, behind_id_words(span_slice(line, 0, LIMIT_VALUE)));
        if (id.n > 0)
            return id;
    }
    return (struct span){0};
}
