/*
 * Two spellings of one thing become one string. Where RFC 5322 and real mail disagree the looser
 * reading wins: a spelling too many that counts as equal costs a doubt, one too few would call our
 * own mail forged.
 */
#include "store/normal_form.h"

#include <string.h>

/* How many decorations may lie over each other: SRS over BATV over SRS is already rare. */
#define DECORATIONS_MOST 4

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* The length of the comment that starts at s.p[from] with "(", nesting and quoted pairs heeded
 * (RFC 5322 3.2.2); 0 when it is never closed, and the parenthesis then stands for itself. */
static size_t comment_length(struct span s, size_t from)
{
    size_t depth = 0;
    for (size_t i = from; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '(')
            depth++;
        else if (s.p[i] == ')' && --depth == 0)
            return i + 1 - from;
    }
    return 0;
}

/* True when a quote at s.p[from] is closed later on. */
static bool quote_closes(struct span s, size_t from)
{
    for (size_t i = from + 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return true;
    }
    return false;
}

/* The part within angle brackets, or all when there are none: comments, quotes, quoted pairs and
 * white space off; spaces in quotes stay when keep_spaces. NULL without memory. */
static char *bare(struct arena *arena, struct span s, bool keep_spaces)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; out && i < s.n; i++) {
        char c = s.p[i];
        size_t comment = !quoted && c == '(' ? comment_length(s, i) : 0;
        if (comment) {
            i += comment - 1;
            continue;
        }
        if (c == '"' && (quoted || quote_closes(s, i))) {
            quoted = !quoted;
            continue;
        }
        if (!quoted && c == '<') {
            n = 0;
            continue;
        }
        if (!quoted && c == '>')
            break;
        if (quoted && c == '\\' && i + 1 < s.n)
            c = s.p[++i];
        if (!is_control(c) && (c != ' ' || (quoted && keep_spaces)))
            out[n++] = c;
    }
    if (out)
        memset(out + n, 0, s.n + 1 - n);
    return out;
}

static void make_lower(char *s)
{
    for (; *s; s++)
        *s = ascii_lower(*s);
}

const char *normal_message_id(struct arena *arena, struct span id)
{
    char *s = bare(arena, id, false);
    if (!s || !*s)
        return NULL;
    char *at = strrchr(s, '@');
    if (at)
        make_lower(at);
    return s;
}

const char *normal_address(struct arena *arena, struct span address)
{
    char *s = bare(arena, address, true);
    if (!s)
        return NULL;
    char *colon = s[0] == '@' ? strchr(s, ':') : NULL; /* a source route, RFC 5321 4.1.2 */
    if (colon)
        s = colon + 1;
    make_lower(s);
    char *at = strrchr(s, '@');
    size_t n = strlen(s);
    if (n > 0 && s[n - 1] == '.')
        s[--n] = '\0';
    return at && at > s && at + 1 < s + n ? s : NULL;
}

struct span domain_of(struct span s)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '@')
            return span_slice(s, i, s.n);
    return (struct span){"", 0};
}

/* --- decorations: each takes the parts of an address and gives those behind the decoration --- */

struct parts {
    struct span local, domain;
};

static bool is_tag(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alnum(s.p[i]))
            return false;
    return s.n >= 6 && s.n <= 20;
}

/* Takes the text up to the byte `end` off *rest, and the byte. */
static bool take_until(struct span *rest, char end, struct span *out)
{
    size_t at = span_find_byte(*rest, end, 0);
    if (at == rest->n)
        return false;
    *out = span_slice(*rest, 0, at);
    *rest = span_slice(*rest, at + 1, rest->n);
    return true;
}

static bool take_prefix(struct span *rest, const char *prefix)
{
    if (!span_starts_nocase(*rest, prefix))
        return false;
    *rest = span_slice(*rest, strlen(prefix), rest->n);
    return true;
}

/* draft-levine-smtp-batv-01, 4: prvs=KDDDSSSSSS=local; its forerunner prvs=local/KDDDSSSSSS; the
 * same idea under other names: btv1==TAG==local, msprvs1=TAG=local; and local=prvs=TAG. */
static bool strip_batv(struct parts *p)
{
    static const char *const prefixes[] = {"prvs=", "btv1==", "msprvs1="};
    struct span rest = p->local, tag;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!take_prefix(&rest, prefixes[i]))
            continue;
        struct span whole = rest;
        if (take_until(&rest, '=', &tag) && is_tag(tag)) {
            while (rest.n > 0 && rest.p[0] == '=')
                rest = span_slice(rest, 1, rest.n);
            if (rest.n > 0)
                p->local = rest;
            return rest.n > 0;
        }
        if (take_until(&whole, '/', &rest) && rest.n > 0 && is_tag(whole)) {
            p->local = rest;
            return true;
        }
        return false;
    }
    size_t at = span_find(rest, span_of("=prvs="));
    if (at == 0 || at == rest.n || !is_tag(span_slice(rest, at + 6, rest.n)))
        return false;
    p->local = span_slice(rest, 0, at);
    return true;
}

static bool is_srs_separator(char c)
{
    return c == '=' || c == '+' || c == '-';
}

/* The inside of SRS0 behind its first separator: HASH=TIME=DOMAIN=LOCAL. */
static bool read_srs0(struct span rest, struct parts *p)
{
    struct span hash, time, domain;
    if (!take_until(&rest, '=', &hash) || !take_until(&rest, '=', &time) ||
        !take_until(&rest, '=', &domain) || hash.n == 0 || time.n == 0 || domain.n == 0 ||
        rest.n == 0)
        return false;
    *p = (struct parts){rest, domain};
    return true;
}

/* Sender Rewriting Scheme, "SRS0=HASH=TT=DOMAIN=LOCAL" and "SRS1=HASH=HOST=" followed by the inside
 * of the SRS0 address with its own separator in front; '=', '+' or '-' stands behind the name. */
static bool strip_srs(struct parts *p)
{
    struct span rest = p->local, skipped;
    bool first = take_prefix(&rest, "srs0");
    if ((!first && !take_prefix(&rest, "srs1")) || rest.n == 0 || !is_srs_separator(rest.p[0]))
        return false;
    rest = span_slice(rest, 1, rest.n);
    if (first)
        return read_srs0(rest, p);
    if (!take_until(&rest, '=', &skipped) || !take_until(&rest, '=', &skipped) || rest.n == 0 ||
        !is_srs_separator(rest.p[0]))
        return false;
    return read_srs0(span_slice(rest, 1, rest.n), p);
}

/* "+tag" (RFC 5233), which is also how VERP writes local+user=domain. */
static void strip_tag(struct parts *p)
{
    size_t plus = span_find_byte(p->local, '+', 0);
    if (plus > 0)
        p->local = span_slice(p->local, 0, plus);
}

const char *plain_address(struct arena *arena, struct span address)
{
    const char *normal = normal_address(arena, address);
    if (!normal)
        return NULL;
    struct span s = span_of(normal);
    struct parts p = {.domain = domain_of(s)};
    p.local = span_slice(s, 0, s.n - p.domain.n - 1);
    for (int i = 0; i < DECORATIONS_MOST && (strip_srs(&p) || strip_batv(&p)); i++)
        continue;
    strip_tag(&p);
    char *joined = arena_alloc(arena, p.local.n + 1 + p.domain.n + 1);
    if (joined) {
        memcpy(joined, p.local.p, p.local.n);
        joined[p.local.n] = '@';
        memcpy(joined + p.local.n + 1, p.domain.p, p.domain.n);
    }
    return joined;
}
