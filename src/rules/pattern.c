/*
 * The tokens of a pattern (pcre2pattern(3)). Everything rare is given up on rather than modelled:
 * back references, recursion, conditions, verbs, \Q...\E, extended mode, comments.
 */
#include "rules/pattern.h"

#include <string.h>

#include "base/printable.h"
#include "rules/fold.h"

static const struct pattern_token unsure = {.kind = TOKEN_UNSURE};

static char at(struct span s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static void skip(struct span *s, size_t n)
{
    n = n < s->n ? n : s->n;
    s->p += n;
    s->n -= n;
}

static struct pattern_token item(enum token_kind kind)
{
    return (struct pattern_token){.kind = kind, .min = 1, .max = 1};
}

static struct pattern_token set(bool line_end)
{
    struct pattern_token t = item(TOKEN_SET);
    t.line_end = line_end;
    return t;
}

static struct pattern_token character(unsigned c)
{
    struct pattern_token t = item(fold_is_known(c) ? TOKEN_CHAR : TOKEN_SET);
    t.c = fold(c);
    return t;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind \x: {HHH} or up to two digits. */
static struct pattern_token hex_escape(struct span *s)
{
    unsigned value = 0;
    if (at(*s, 0) == '{') {
        size_t i = 1;
        for (; hex_digit(at(*s, i)) >= 0 && i <= 6; i++)
            value = value * 16 + (unsigned)hex_digit(at(*s, i));
        if (i == 1 || at(*s, i) != '}')
            return unsure;
        skip(s, i + 1);
        return character(value);
    }
    for (int i = 0; i < 2 && hex_digit(at(*s, 0)) >= 0; i++) {
        value = value * 16 + (unsigned)hex_digit(at(*s, 0));
        skip(s, 1);
    }
    return character(value);
}

/* Behind \p or \P: one letter or {name}. */
static struct pattern_token property(struct span *s)
{
    size_t n = 1;
    if (at(*s, 0) == '{') {
        n = span_find_byte(*s, '}', 0) + 1;
        if (n > s->n)
            return unsure;
    }
    skip(s, n);
    return set(true);
}

static struct pattern_token assertion(char c)
{
    struct pattern_token t = item(TOKEN_ASSERTION);
    t.c = (unsigned char)c;
    return t;
}

static struct pattern_token escape(struct span *s)
{
    char c = at(*s, 0);
    skip(s, 1);
    switch (c) {
    case 'x':
        return hex_escape(s);
    case 'p':
    case 'P':
        return property(s);
    case 'N':
        return at(*s, 0) == '{' ? unsure : set(false);
    case 'd':
    case 'w':
    case 'S':
    case 'h':
    case 'V':
        return set(false);
    case 'D':
    case 'W':
    case 's':
    case 'H':
    case 'v':
    case 'R':
    case 'X':
        return set(true);
    case 'b':
    case 'B':
    case 'A':
    case 'z':
    case 'Z':
    case 'G':
    case 'K':
        return assertion(c);
    case 't':
        return character('\t');
    case 'n':
        return character('\n');
    case 'r':
        return character('\r');
    case 'f':
        return character('\f');
    case 'e':
        return character(033);
    case 'a':
        return character('\a');
    default:
        return c == '\0' || ascii_is_alnum(c) || (unsigned char)c > 127
                   ? unsure
                   : character((unsigned char)c);
    }
}

/* The length of a POSIX name such as [:alpha:] that begins at i, or 0. */
static size_t posix_name(struct span s, size_t i)
{
    char mark = at(s, i + 1);
    if (at(s, i) != '[' || (mark != ':' && mark != '.' && mark != '='))
        return 0;
    for (size_t j = i + 2; j + 1 < s.n && (ascii_is_alnum(s.p[j]) || strchr("^<>:.=", s.p[j])); j++)
        if (s.p[j] == mark && s.p[j + 1] == ']')
            return j + 2 - i;
    return 0;
}

/* Behind [. A class of one character, such as [.], is that character. */
static struct pattern_token character_class(struct span *s)
{
    if (s->n >= 2 && s->p[1] == ']' && !strchr("\\^[]", s->p[0])) {
        char c = s->p[0];
        skip(s, 2);
        return character((unsigned char)c);
    }
    bool negated = at(*s, 0) == '^', has_line_end = false;
    size_t i = negated;
    if (at(*s, i) == ']')
        i++;
    while (i < s->n && s->p[i] != ']') {
        size_t posix = posix_name(*s, i);
        char escaped = s->p[i] == '\\' ? at(*s, i + 1) : '\0';
        if (escaped == 'Q' || escaped == 'E')
            return unsure;
        has_line_end = has_line_end || (escaped && strchr("nsvDWHpP", escaped)) || posix;
        i += posix ? posix : escaped ? 2 : 1;
    }
    if (i >= s->n)
        return unsure;
    skip(s, i + 1);
    return set(has_line_end != negated);
}

static struct pattern_token named_group(struct span *s, size_t start, char end)
{
    size_t to = span_find_byte(*s, end, start);
    if (to >= s->n)
        return unsure;
    struct pattern_token t = item(TOKEN_OPEN);
    t.name = span_slice(*s, start, to);
    skip(s, to + 1);
    return t;
}

/* Behind (? where options stand: (?i) or (?i:. */
static struct pattern_token options(struct span *s)
{
    size_t i = 0;
    while (i < s->n && strchr("imsnUJ^-", s->p[i]))
        i++;
    char end = at(*s, i);
    if (end != ')' && end != ':')
        return unsure; /* x among them */
    skip(s, i + 1);
    return item(end == ')' ? TOKEN_OPTION : TOKEN_OPEN);
}

/* Behind (. */
static struct pattern_token group(struct span *s)
{
    struct pattern_token t = item(TOKEN_OPEN);
    char c = at(*s, 1), d = at(*s, 2);
    if (at(*s, 0) == '*')
        return unsure;
    if (at(*s, 0) != '?')
        return t;
    if (c == '<' && d != '=' && d != '!')
        return d == '*' ? unsure : named_group(s, 2, '>');
    if (c == 'P' && d == '<')
        return named_group(s, 3, '>');
    if (c == '\'')
        return named_group(s, 2, '\'');
    t.look = c == '=' || c == '!' || c == '<';
    t.atomic = c == '>';
    if (t.look && d == '*')
        return unsure;
    if (t.look || t.atomic || c == ':' || c == '|') {
        skip(s, c == '<' ? 3 : 2);
        return t;
    }
    skip(s, 1);
    return options(s);
}

static bool number(struct span s, size_t *i, unsigned *value)
{
    size_t start = *i;
    for (*value = 0; ascii_is_digit(at(s, *i)) && *i - start < 6; ++*i)
        *value = *value * 10 + (unsigned)(at(s, *i) - '0');
    return *i > start;
}

/* Whether what stands behind a brace could be a quantifier in some version of PCRE2. */
static bool looks_like_quantifier(struct span s, size_t i)
{
    char c = at(s, i);
    return ascii_is_digit(c) || c == ',' || c == ' ' || c == '\t';
}

/* At { : {n} {n,} n,} or {n,m}. 1 when it is a quantifier, 0 when the brace is a character, -1 when
 * versions of PCRE2 disagree ({,n} and inner spaces are quantifiers since 10.43). */
static int braces(struct span *s, struct pattern_token *t)
{
    size_t i = 1;
    unsigned min, max;
    bool unbounded = false, ok = number(*s, &i, &min);
    max = min;
    if (ok && at(*s, i) == ',') {
        i++;
        unbounded = !number(*s, &i, &max);
    }
    if (ok && at(*s, i) == '}') {
        t->min = min;
        t->max = max;
        t->unbounded = unbounded;
        skip(s, i + 1);
        return 1;
    }
    return looks_like_quantifier(*s, 1) ? -1 : 0;
}

/* False when unsure. */
static bool quantifier(struct span *s, struct pattern_token *t)
{
    char c = at(*s, 0);
    if (c == '{') {
        int found = braces(s, t);
        if (found <= 0)
            return found == 0;
    } else if (c == '*' || c == '+' || c == '?') {
        t->min = c == '+';
        t->unbounded = c != '?';
        skip(s, 1);
    } else {
        return !(c == '(' && at(*s, 1) == '?' && at(*s, 2) == '#');
    }
    t->possessive = at(*s, 0) == '+';
    if (t->possessive || at(*s, 0) == '?')
        skip(s, 1);
    return true;
}

/* A character beyond ASCII, whose first byte is taken already, with all its bytes: a quantifier
 * applies to the whole. */
static struct pattern_token wide_character(struct span *s)
{
    unsigned cp;
    size_t n = utf8_decode((struct span){s->p - 1, s->n + 1}, &cp);
    if (n == 0)
        return unsure;
    skip(s, n - 1);
    return character(cp);
}

static struct pattern_token unquantified(struct span *s)
{
    char c = s->p[0];
    skip(s, 1);
    switch (c) {
    case '\\':
        return escape(s);
    case '[':
        return character_class(s);
    case '(':
        return group(s);
    case ')':
        return item(TOKEN_CLOSE);
    case '|':
        return item(TOKEN_OR);
    case '^':
    case '$':
        return assertion(c);
    case '.':
        return item(TOKEN_SET);
    case '*':
    case '+':
    case '?':
        return unsure; /* nothing to repeat */
    case '{':
        return looks_like_quantifier(*s, 0) ? unsure : character('{');
    default:
        return (unsigned char)c > 127 ? wide_character(s) : character((unsigned char)c);
    }
}

size_t pattern_plain(struct span rest)
{
    size_t n = 0;
    for (; n < rest.n; n++) {
        unsigned char c = (unsigned char)rest.p[n], letter = c | 0x20;
        if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != ' ' && c != '-')
            break;
    }
    return n > 0 && strchr("*+?{(", at(rest, n)) ? n - 1 : n;
}

struct pattern_token pattern_next(struct span *rest)
{
    if (rest->n == 0)
        return item(TOKEN_END);
    struct pattern_token t = unquantified(rest);
    bool quantified = t.kind == TOKEN_CHAR || t.kind == TOKEN_SET || t.kind == TOKEN_CLOSE ||
                      t.kind == TOKEN_ASSERTION;
    return quantified && !quantifier(rest, &t) ? unsure : t;
}
