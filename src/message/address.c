/*
 * Addresses by libetpan where it reads a value rightly, else by a scan of our own. libetpan is
 * checked on: given "John Doe a@x" it answers "JohnDoea@x", given "MAILER-DAEMON <>" it answers
 * "MAILER-DAEMON<", and an address that nobody wrote would be evidence against its owner.
 */
#include "message/header.h"

#include <string.h>

#include <libetpan/mailimf.h>

#include "base/buf.h"
#include "base/limits.h"

/* libetpan's parsers read a little past what they were given, and recurse on comments. */
#define PAD_BYTES       64
#define VALUE_MAX_BYTES (4 * LIMIT_FIELD_DECODED)
#define NESTING_MAX     20

struct collector {
    struct arena *arena;
    struct string_list *list;
};

/* A byte of an unquoted local part. More than RFC 5322 3.2.3 allows, as mail systems do. */
static bool is_local_char(char c)
{
    return (unsigned char)c > ' ' && c != 127 && !strchr("()<>[]:;@\\,\"", c);
}

static bool is_domain_char(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* The length of the domain at the start of s, a literal included; 0 when there is none. */
static size_t domain_length(struct span s)
{
    size_t n = 0;
    if (s.n > 0 && s.p[0] == '[') {
        n = span_find_byte(span_slice(s, 0, LIMIT_ADDRESS), ']', 0);
        return n > 1 && n < s.n && s.p[n] == ']' ? n + 1 : 0;
    }
    while (n < s.n && is_domain_char(s.p[n]))
        n++;
    while (n > 0 && (s.p[n - 1] == '.' || s.p[n - 1] == '-'))
        n--;
    return n;
}

/* How many bytes before the "@" at position at, down to floor, are its local part. */
static size_t local_length(struct span s, size_t floor, size_t at)
{
    size_t start = at;
    if (at > floor && s.p[at - 1] == '"') {
        for (start = at - 1; start > floor; start--)
            if (s.p[start - 1] == '"' && (start < 2 || s.p[start - 2] != '\\'))
                return at - start + 1;
        return 0;
    }
    while (start > floor && is_local_char(s.p[start - 1]))
        start--;
    return at - start;
}

static void add(struct collector *c, struct span address)
{
    struct string_list *l = c->list;
    if (l->count == LIMIT_RECIPIENTS || address.n > LIMIT_ADDRESS)
        return;
    if (!l->items)
        l->items = arena_array(c->arena, LIMIT_RECIPIENTS, sizeof *l->items);
    const char *copy = l->items ? arena_string(c->arena, address) : NULL;
    if (copy)
        l->items[l->count++] = copy;
}

/* Every local@domain in s. Reads each byte twice at most. */
static void scan(struct collector *c, struct span s)
{
    size_t floor = 0;
    for (size_t at = span_find_byte(s, '@', 0); at < s.n; at = span_find_byte(s, '@', at + 1)) {
        size_t local = local_length(s, floor, at);
        size_t domain = domain_length(span_slice(s, at + 1, s.n));
        floor = at + 1 + domain;
        if (local > 1 && s.p[at - local] == '\'' && floor < s.n && s.p[floor] == '\'')
            local--; /* 'a@b' in text: apostrophes for quotes */
        if (local > 0 && domain > 0)
            add(c, span_slice(s, at - local, floor));
    }
}

/* Whether libetpan's answer is one address that stands in the value as it is. */
static bool is_sound(struct span value, const char *address)
{
    struct span a = span_of(address);
    const char *at = strrchr(address, '@');
    if (!at || a.n > LIMIT_ADDRESS || span_find(value, a) == value.n)
        return false;
    size_t position = (size_t)(at - address);
    return local_length(a, 0, position) == position && position > 0 &&
           domain_length(span_slice(a, position + 1, a.n)) == a.n - position - 1;
}

/* Collects the mailboxes of one group or list. False when an answer is unsound; one without "@" is
 * a name and none. */
static bool add_mailbox(struct collector *c, struct span value, const struct mailimf_mailbox *m)
{
    if (m->mb_addr_spec && strchr(m->mb_addr_spec, '@')) {
        if (!is_sound(value, m->mb_addr_spec))
            return false;
        add(c, span_of(m->mb_addr_spec));
    }
    return true;
}

static bool add_group(struct collector *c, struct span value, const struct mailimf_group *g)
{
    if (!g->grp_mb_list)
        return true;
    for (clistiter *i = clist_begin(g->grp_mb_list->mb_list); i; i = clist_next(i))
        if (!add_mailbox(c, value, clist_content(i)))
            return false;
    return true;
}

static bool add_list(struct collector *c, struct span value, struct mailimf_address_list *list)
{
    for (clistiter *i = clist_begin(list->ad_list); i; i = clist_next(i)) {
        const struct mailimf_address *a = clist_content(i);
        bool sound = a->ad_type == MAILIMF_ADDRESS_GROUP
                         ? add_group(c, value, a->ad_data.ad_group)
                         : add_mailbox(c, value, a->ad_data.ad_mailbox);
        if (!sound)
            return false;
    }
    return true;
}

/* What libetpan may be given: bounded, with shallow comments, without NUL. */
static bool is_harmless(struct span s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || (s.p[i] == '(' && ++depth > NESTING_MAX))
            return false;
        if (s.p[i] == ')' && depth > 0)
            depth--;
    }
    return s.n <= LIMIT_FIELD_DECODED;
}

static bool read_by_libetpan(struct collector *c, struct span value)
{
    if (!is_harmless(value))
        return false;
    char *padded = arena_alloc(c->arena, value.n + PAD_BYTES);
    struct mailimf_address_list *list = NULL;
    size_t pos = 0;
    if (!padded || value.n == 0)
        return false;
    memcpy(padded, value.p, value.n);
    if (mailimf_address_list_parse(padded, value.n, &pos, &list) != MAILIMF_NO_ERROR)
        return false;
    bool whole = span_find_byte(span_slice(value, pos, value.n), '@', 0) == value.n - pos;
    bool sound = whole && add_list(c, value, list);
    mailimf_address_list_free(list);
    return sound;
}

struct string_list addresses_in(struct arena *arena, struct span value)
{
    struct string_list list = {0};
    struct collector c = {.arena = arena, .list = &list};
    value = span_trim(span_slice(value, 0, VALUE_MAX_BYTES));
    if (!read_by_libetpan(&c, value)) {
        list.count = 0;
        scan(&c, value);
    }
    return list;
}
