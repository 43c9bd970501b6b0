/*
 * Words are told apart by where they stand: the receiver's own knowledge is in parentheses or, in
 * Exim's form, before them, the other side's claim is marked "helo=" or "HELO" or stands first.
 */
#include "evidence/hop.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_word_byte(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

/* Text up to the clause "by", which must not stand in parentheses. */
static struct span from_clause(struct span value)
{
    value = span_trim(value);
    if (!span_starts_nocase(value, "from") || value.n < 5 || !ascii_is_space(value.p[4]))
        return (struct span){0};
    int depth = 0;
    for (size_t i = 5; i < value.n; i++) {
        char c = value.p[i];
        depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
        if (depth == 0 && ascii_is_space(c) && i + 3 < value.n &&
            span_starts_nocase(span_slice(value, i + 1, i + 3), "by") &&
            ascii_is_space(value.p[i + 3]))
            return span_slice(value, 5, i);
    }
    return span_slice(value, 5, value.n);
}

/* The bytes of an address, 4 or 16 of them; 0 when it is none. */
static int read_address(struct span s, unsigned char bytes[16])
{
    char text[INET6_ADDRSTRLEN + 1];
    if (s.n == 0 || s.n >= sizeof text)
        return 0;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1    ? 4
           : inet_pton(AF_INET6, text, bytes) == 1 ? 16
                                                   : 0;
}

static bool is_address(struct span s)
{
    unsigned char bytes[16];
    return read_address(s, bytes) > 0;
}

static struct span without_tag(struct span word)
{
    return span_starts_nocase(word, "ipv6:") ? span_slice(word, 5, word.n) : word;
}

/* "192.0.2.1:4711" without the port. */
static struct span without_port(struct span word)
{
    size_t colon = span_find_byte(word, ':', 0);
    return span_find_byte(word, ':', colon + 1) == word.n ? span_slice(word, 0, colon) : word;
}

static struct span next_word(struct span s, size_t *at)
{
    while (*at < s.n && !is_word_byte(s.p[*at]))
        (*at)++;
    size_t start = *at;
    while (*at < s.n && is_word_byte(s.p[*at]))
        (*at)++;
    return span_slice(s, start, *at);
}

/* A name behind a parenthesis, and not the login name of "(user@192.0.2.1)". */
static bool is_seen_name(struct span clause, struct span word)
{
    return word.p > clause.p && word.p[-1] == '(' && !span_is_nocase(word, "unknown") &&
           (word.p + word.n == clause.p + clause.n || word.p[word.n] != '@');
}

/* One word of the clause: what it is depends on what stands before it. */
static void take(struct span clause, struct span word, struct hop *h, bool *marked)
{
    struct span plain = without_port(without_tag(word));
    if (span_is_nocase(word, "helo") || span_is_nocase(word, "ehlo")) {
        *marked = true;
        return;
    }
    if (*marked) {
        *marked = false;
        h->helo = plain;
    } else if (is_address(plain)) {
        /* The claim may be an address, too: what the receiver saw stands behind it. */
        h->address = plain;
    } else if (h->name.n == 0 && is_seen_name(clause, word)) {
        h->name = word;
    }
}

bool hop_read(struct span received, struct hop *out)
{
    struct span clause = from_clause(received), word;
    struct span first = {0};
    bool marked = false;
    *out = (struct hop){0};
    for (size_t at = 0; (word = next_word(clause, &at)).n > 0;) {
        if (!first.p)
            first = word;
        take(clause, word, out, &marked);
    }
    bool named = first.n > 0 && !is_address(without_port(without_tag(first))) &&
                 !span_is_nocase(first, "unknown");
    if (out->helo.n > 0 && out->name.n == 0 && named)
        out->name = first;
    else if (out->helo.n == 0 && named)
        out->helo = first;
    return out->address.n > 0;
}

static bool is_private_4(const unsigned char *b)
{
    return b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224 ||
           (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
           (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64);
}

static bool is_private_6(const unsigned char *b)
{
    static const unsigned char zero[15], mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(b, mapped, sizeof mapped) == 0)
        return is_private_4(b + 12);
    return (memcmp(b, zero, sizeof zero) == 0 && b[15] <= 1) || (b[0] & 0xfe) == 0xfc ||
           (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || b[0] == 0xff;
}

bool address_is_private(struct span address)
{
    unsigned char bytes[16];
    int n = read_address(address, bytes);
    return n == 4 ? is_private_4(bytes) : n == 16 ? is_private_6(bytes) : true;
}
