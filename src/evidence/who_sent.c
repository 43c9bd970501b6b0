/*
 * Who is behind a returned original: the host that handed it in, its mailer, where its links lead,
 * and what others found when they checked its sender. All of it is for people and for grouping; no
 * verdict rests on it, so what finds no room any more is left out without raising doubt.
 */
#include "evidence/collector.h"

#include <string.h>

#include "base/limits.h"
#include "base/organisation.h"
#include "evidence/hop.h"
#include "message/header.h"

#define HOPS  30 /* Received fields looked at: RFC 5321 6.3 lets loops end at 100 */
#define LINKS 5  /* domains kept; a message has one that matters */
#define TEXTS 6  /* parts of a returned message searched for links */
#define SHORT ((size_t)200)

static void add(struct collector *c, enum evidence_kind kind, const char *where, struct span value)
{
    value = span_slice(span_trim(value), 0, SHORT);
    if (value.n > 0 && c->findings->evidence_count < LIMIT_EVIDENCE)
        collector_add(c, kind, 0, where, value);
}

static void add_lower(struct collector *c, enum evidence_kind kind, const char *where,
                      struct span value)
{
    char *lower = arena_string(c->arena, value);
    for (char *p = lower; p && *p; p++)
        *p = ascii_lower(*p);
    if (lower)
        add(c, kind, where, span_of(lower));
}

/* --- the way it took --- */

static bool is_of_any(const struct config_list *domains, struct span host)
{
    for (size_t i = 0; i < domains->count; i++)
        if (domain_is_under(host, span_of(domains->items[i])))
            return true;
    return false;
}

static bool is_of_responder(const struct collector *c, struct span host)
{
    if (same_organisation(host, span_of(c->findings->reporting_mta)))
        return true;
    const struct evidence *from = findings_get(c->findings, EVIDENCE_RESPONDER, 0);
    struct span address = span_of(from ? from->value : "");
    return same_organisation(host,
                             span_slice(address, span_find_byte(address, '@', 0) + 1, address.n));
}

/* Only the name that the receiver looked up is believed: the other side may greet with any. */
static bool is_trusted(const struct collector *c, const struct hop *h)
{
    return address_is_private(h->address) || is_of_any(&c->config->relays, h->name) ||
           is_of_any(&c->config->domains, h->name) || is_of_responder(c, h->name);
}

static void add_source(struct collector *c, const struct original *o)
{
    const struct field *f;
    struct hop h;
    for (size_t i = 0; i < HOPS && (f = header_field(&o->header, "Received", i)); i++) {
        if (!hop_read(f->value, &h) || is_trusted(c, &h))
            continue;
        const char *where = collector_place(c, o->place, f->name);
        add(c, EVIDENCE_SOURCE_ADDRESS, where, h.address);
        add(c, EVIDENCE_SOURCE_HELO, where, h.helo);
        return;
    }
}

static void add_mailer(struct collector *c, const struct original *o)
{
    static const char *const names[] = {"X-Mailer", "User-Agent", NULL};
    for (size_t i = 0; names[i]; i++) {
        const struct field *f = header_field(&o->header, names[i], 0);
        if (f) {
            add(c, EVIDENCE_MAILER, collector_place(c, o->place, f->name),
                span_of(field_decoded(c->arena, f)));
            return;
        }
    }
}

/* --- what others found when they checked --- */

static bool is_result_byte(char ch)
{
    return ascii_is_alnum(ch) || ch == '-';
}

/* Adds "spf=fail" for each method in a value of RFC 8601, once each. */
static void add_methods(struct collector *c, enum evidence_kind kind, const char *where,
                        struct span value)
{
    static const char *const methods[] = {"spf", "dkim", "dmarc", NULL};
    for (size_t i = 0; methods[i]; i++) {
        size_t length = strlen(methods[i]);
        struct span rest = value;
        for (size_t at; (at = span_find_nocase(rest, span_of(methods[i]))) < rest.n;) {
            struct span found = span_slice(rest, at, rest.n);
            bool starts = at == 0 || !is_result_byte(rest.p[at - 1]);
            size_t end = length + 1;
            while (end < found.n && is_result_byte(found.p[end]))
                end++;
            if (starts && length < found.n && found.p[length] == '=' && end > length + 1) {
                add_lower(c, kind, where, span_slice(found, 0, end));
                break;
            }
            rest = span_slice(found, length, found.n);
        }
    }
}

/* RFC 7208 9.1: the result is the first word. */
static void add_received_spf(struct collector *c, enum evidence_kind kind, const char *where,
                             struct span value)
{
    size_t end = 0;
    while (end < value.n && is_result_byte(value.p[end]))
        end++;
    const char *text =
        end > 0 ? arena_printf(c->arena, "spf=%.*s", (int)(end < 20 ? end : 20), value.p) : NULL;
    if (text)
        add_lower(c, kind, where, span_of(text));
}

static void add_checks(struct collector *c, enum evidence_kind kind, const struct header *h,
                       const char *place)
{
    const struct field *f = header_field(h, "Authentication-Results", 0);
    if (f)
        add_methods(c, kind, collector_place(c, place, f->name), f->value);
    f = header_field(h, "Received-SPF", 0);
    if (f)
        add_received_spf(c, kind, collector_place(c, place, f->name), span_trim(f->value));
}

/* --- links --- */

static bool is_host_byte(char ch)
{
    return ascii_is_alnum(ch) || ch == '.' || ch == '-';
}

/* In HTML only what is a link's target: namespaces of markup look like links, too. */
static bool is_target(struct span text, size_t at)
{
    static const char *const before[] = {"href=", "href=\"", "href='", NULL};
    for (size_t i = 0; before[i]; i++)
        if (span_ends_nocase(span_slice(text, 0, at), before[i]))
            return true;
    return false;
}

/* The host behind "http://" at the beginning of s, without user, port and "www.". */
static struct span host_of(struct span s)
{
    struct span rest = span_slice(s, span_find_byte(s, '/', 0) + 2, s.n);
    size_t end = 0;
    while (end < rest.n && end < SHORT && is_host_byte(rest.p[end]))
        end++;
    struct span host = span_slice(rest, 0, end);
    while (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    if (span_starts_nocase(host, "www."))
        host = span_slice(host, 4, host.n);
    return span_find_byte(host, '.', 0) < host.n ? host : (struct span){0};
}

static void add_host(struct collector *c, const char *where, struct span host)
{
    if (host.n > 0 && !is_of_any(&c->config->domains, host) &&
        !findings_get(c->findings, EVIDENCE_LINK_DOMAIN, LINKS - 1))
        add_lower(c, EVIDENCE_LINK_DOMAIN, where, host);
}

static void add_links_in(struct collector *c, const char *where, struct span text, bool html)
{
    text = span_slice(text, 0, LIMIT_TEXT);
    for (size_t at = 0; at < text.n; at++) {
        at = span_find_byte(text, ':', at);
        struct span link = {0};
        if (at >= 4 && span_starts_nocase(span_slice(text, at - 4, text.n), "http://"))
            link = span_slice(text, at - 4, text.n);
        else if (at >= 5 && span_starts_nocase(span_slice(text, at - 5, text.n), "https://"))
            link = span_slice(text, at - 5, text.n);
        if (link.n > 0 && (!html || is_target(text, (size_t)(link.p - text.p))))
            add_host(c, where, host_of(link));
    }
}

/* Messages around a part; the returned original's own parts have one. */
static int messages_around(const struct part *p)
{
    int n = 0;
    for (p = p->parent; p; p = p->parent)
        n += p->kind == PART_MESSAGE;
    return n;
}

static void add_links(struct collector *c)
{
    struct message *m = c->message;
    int texts = 0;
    for (size_t i = 0; i < m->part_count && texts < TEXTS; i++) {
        struct part *p = m->parts[i];
        if (p->kind != PART_LEAF || !span_is(span_of(p->type), "text") || messages_around(p) != 1)
            continue;
        bool html = span_is(span_of(p->subtype), "html");
        struct span text = html ? message_part_decoded(m, p) : message_part_text(m, p);
        add_links_in(c, message_place(m, p), text, html);
        texts++;
    }
}

void collect_who_sent(struct collector *c)
{
    const struct original *o;
    add_checks(c, EVIDENCE_RESPONSE_CHECK, &c->message->root->header, NULL);
    for (size_t i = 0; (o = collector_original(c, i)); i++)
        if (o->nesting == 0) {
            add_source(c, o);
            add_mailer(c, o);
            add_checks(c, EVIDENCE_RETURNED_CHECK, &o->header, o->place);
            add_links(c);
            return;
        }
}
