/*
 * Traces that our own systems leave in mail they send: relays in Received, our DKIM domain, SRS
 * addresses and keyed header fields. All but the keyed fields can be forged; the verdict takes them
 * for doubt only, so they are recognised generously.
 */
#include "evidence/collector.h"

#include <string.h>

#include "base/limits.h"
#include "message/header.h"

/* Whether host is domain or a name below it. */
static bool is_under(struct span host, struct span domain)
{
    while (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    if (domain.n == 0 || host.n < domain.n)
        return false;
    struct span tail = span_slice(host, host.n - domain.n, host.n);
    return span_equals_nocase(tail, domain) &&
           (host.n == domain.n || host.p[host.n - domain.n - 1] == '.');
}

static bool is_under_any(const struct config_list *domains, struct span host)
{
    for (size_t i = 0; i < domains->count; i++)
        if (is_under(host, span_of(domains->items[i])))
            return true;
    return false;
}

static bool is_host_byte(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

/* The next word of host name letters in s at or behind *at; what stands between is skipped. */
static struct span next_word(struct span s, size_t *at)
{
    while (*at < s.n && !is_host_byte(s.p[*at]))
        (*at)++;
    size_t start = *at;
    while (*at < s.n && is_host_byte(s.p[*at]))
        (*at)++;
    return span_slice(s, start, *at);
}

/* A Received field names hosts behind "from" (with what the receiver saw in parentheses) and behind
 * "by" (RFC 5321 4.4). Words behind "for" and "with", and what has an "@" before it, are no hosts.
 */
static struct span relay_in(const struct config_list *relays, struct span received)
{
    bool host_clause = false;
    for (size_t at = 0; at < received.n;) {
        struct span word = next_word(received, &at);
        size_t start = word.n > 0 ? (size_t)(word.p - received.p) : 0;
        bool address = start > 0 && received.p[start - 1] == '@';
        if (span_is_nocase(word, "from") || span_is_nocase(word, "by"))
            host_clause = true;
        else if (span_is_nocase(word, "for") || span_is_nocase(word, "with") ||
                 span_is_nocase(word, "via") || span_is_nocase(word, "id"))
            host_clause = false;
        else if (host_clause && !address && is_under_any(relays, word))
            return word;
    }
    return (struct span){0};
}

/* The d= tag of a DKIM-Signature (RFC 6376 3.5). */
static struct span dkim_domain(struct span value)
{
    for (size_t at = 0; at < value.n;) {
        size_t end = span_find_byte(value, ';', at);
        struct span tag = span_trim(span_slice(value, at, end));
        size_t equals = span_find_byte(tag, '=', 0);
        if (span_is(span_trim(span_slice(tag, 0, equals)), "d"))
            return span_trim(span_slice(tag, equals + 1, tag.n));
        at = end + 1;
    }
    return (struct span){0};
}

static bool is_srs(struct span address)
{
    return address.n > 5 &&
           (span_starts_nocase(address, "srs0") || span_starts_nocase(address, "srs1")) &&
           (address.p[4] == '=' || address.p[4] == '+' || address.p[4] == '-');
}

/* The SRS addresses of ours in a value. */
static void add_srs(struct collector *c, int nesting, const char *where, struct span value)
{
    if (span_find_nocase(value, span_of("srs")) == value.n)
        return;
    struct string_list list = addresses_in(c->arena, value);
    for (size_t i = 0; i < list.count; i++) {
        struct span address = span_of(list.items[i]);
        struct span domain = span_slice(address, span_find_byte(address, '@', 0) + 1, address.n);
        if (is_srs(address) && is_under_any(&c->config->domains, domain))
            collector_add(c, EVIDENCE_SRS, nesting, where, address);
    }
}

/* "Name: value" of the config against a field: the name without case, the value exactly. */
static bool is_keyed(struct collector *c, const char *setting, const struct field *f)
{
    struct span s = span_of(setting);
    size_t colon = span_find_byte(s, ':', 0);
    struct span value = span_trim(span_slice(s, colon + 1, s.n));
    return value.n > 0 && span_equals_nocase(span_trim(span_slice(s, 0, colon)), f->name) &&
           span_is(value, field_decoded(c->arena, f));
}

static void add_keyed(struct collector *c, const struct original *o, const struct field *f)
{
    for (size_t i = 0; i < c->config->keyed_headers.count; i++)
        if (is_keyed(c, c->config->keyed_headers.items[i], f))
            collector_add(c, EVIDENCE_KEYED_HEADER, o->nesting,
                          collector_place(c, o->place, f->name),
                          span_of(c->config->keyed_headers.items[i]));
}

static bool may_hold_sender(const struct field *f)
{
    static const char *const names[] = {"Return-Path",   "Sender",    "From", "X-Envelope-From",
                                        "Envelope-From", "Errors-To", NULL};
    for (size_t i = 0; names[i]; i++)
        if (span_is_nocase(f->name, names[i]))
            return true;
    return false;
}

static void read_field(struct collector *c, const struct original *o, const struct field *f)
{
    if (span_is_nocase(f->name, "Received")) {
        struct span relay = relay_in(&c->config->relays, f->value);
        if (relay.n > 0)
            collector_add(c, EVIDENCE_RELAY, o->nesting, collector_place(c, o->place, f->name),
                          relay);
    } else if (span_is_nocase(f->name, "DKIM-Signature")) {
        struct span domain = dkim_domain(f->value);
        if (is_under_any(&c->config->domains, domain))
            collector_add(c, EVIDENCE_DKIM, o->nesting, collector_place(c, o->place, f->name),
                          domain);
    } else if (may_hold_sender(f)) {
        add_srs(c, o->nesting, collector_place(c, o->place, f->name), f->value);
    }
    add_keyed(c, o, f);
}

/* A response that came to an SRS address of ours answers mail that we forwarded. */
static void add_srs_recipient(struct collector *c)
{
    const struct field *to = header_field(&c->message->root->header, "To", 0);
    if (c->envelope && c->envelope->recipient)
        add_srs(c, 0, "envelope", span_of(c->envelope->recipient));
    if (to)
        add_srs(c, 0, collector_place(c, NULL, to->name), to->value);
}

void collect_traces(struct collector *c)
{
    const struct original *o;
    for (size_t i = 0; (o = collector_original(c, i)); i++)
        for (size_t k = 0; k < o->header.count; k++)
            read_field(c, o, &o->header.fields[k]);
    add_srs_recipient(c);
}
