/*
 * A scanner for "; name=value" that takes what mailers really write: missing or doubled semicolons,
 * unquoted specials, comments, a quote that never closes. RFC 2231 segments are joined in the order
 * they stand in.
 */
#include "message/parameter.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/charset.h"

struct parameter {
    struct span name;  /* as written: "filename", "filename*", "filename*0*" */
    struct span value; /* without the quotes around it */
    bool quoted;
};

static bool is_separator(char c)
{
    return c == ';' || ascii_is_space(c);
}

/* Steps over white space, semicolons and comments. */
static struct span skip_separators(struct span s)
{
    size_t i = 0, depth = 0;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '(')
            depth++;
        else if (c == ')' && depth > 0)
            depth--;
        else if (depth == 0 && !is_separator(c))
            break;
    }
    return span_slice(s, i, s.n);
}

static struct span skip_space(struct span s)
{
    while (s.n > 0 && ascii_is_space(s.p[0]))
        s = span_slice(s, 1, s.n);
    return s;
}

static struct span take_quoted(struct span *rest)
{
    size_t end = 1;
    while (end < rest->n && rest->p[end] != '"')
        end += rest->p[end] == '\\' && end + 1 < rest->n ? 2 : 1;
    struct span value = span_slice(*rest, 1, end);
    *rest = span_slice(*rest, end + 1, rest->n);
    return value;
}

static struct span take_plain(struct span *rest)
{
    size_t end = 0;
    while (end < rest->n && !is_separator(rest->p[end]))
        end++;
    struct span value = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end, rest->n);
    return value;
}

static bool next_parameter(struct span *rest, struct parameter *out)
{
    *rest = skip_separators(*rest);
    if (rest->n == 0)
        return false;
    size_t end = 0;
    while (end < rest->n && rest->p[end] != '=' && !is_separator(rest->p[end]))
        end++;
    *out = (struct parameter){.name = span_slice(*rest, 0, end)};
    struct span after = skip_space(span_slice(*rest, end, rest->n));
    if (after.n > 0 && after.p[0] == '=') {
        after = skip_space(span_slice(after, 1, after.n));
        out->quoted = after.n > 0 && after.p[0] == '"';
        out->value = out->quoted ? take_quoted(&after) : take_plain(&after);
    }
    *rest = after;
    return true;
}

struct span parameter_head(struct span value)
{
    value = skip_separators(value);
    return take_plain(&value);
}

/* Whether p is the wanted parameter or its next segment; *extended tells RFC 2231 coding. */
static bool is_wanted(const struct parameter *p, const char *name, unsigned segment, bool *extended)
{
    if (!span_starts_nocase(p->name, name))
        return false;
    struct span mark = span_slice(p->name, strlen(name), p->name.n);
    *extended = mark.n > 1 ? mark.p[mark.n - 1] == '*' : mark.n == 1;
    if (mark.n <= 1)
        return segment == 0 && (mark.n == 0 || mark.p[0] == '*');
    if (mark.p[0] != '*')
        return false;
    mark = span_slice(mark, 1, mark.n - *extended);
    unsigned number = 0;
    for (size_t i = 0; i < mark.n; i++) {
        if (!ascii_is_digit(mark.p[i]) || number > LIMIT_VALUE)
            return false;
        number = number * 10 + (unsigned)(mark.p[i] - '0');
    }
    return mark.n > 0 && number == segment;
}

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent_decoded(struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        buf_add_byte(out, low >= 0 ? (char)(high * 16 + low) : s.p[i]);
        i += low >= 0 ? 2 : 0;
    }
}

static void add_unquoted(struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        if (s.p[i] != '\r' && s.p[i] != '\n')
            buf_add_byte(out, s.p[i]);
    }
}

/* Takes "charset'language'" off the first extended segment. */
static struct span take_charset(struct span *value)
{
    size_t first = span_find_byte(*value, '\'', 0);
    size_t second = span_find_byte(*value, '\'', first + 1);
    if (second >= value->n)
        return (struct span){NULL, 0};
    struct span charset = span_slice(*value, 0, first);
    *value = span_slice(*value, second + 1, value->n);
    return charset;
}

const char *parameter_value(struct arena *arena, struct span value, const char *name)
{
    struct span rest = value, charset = {NULL, 0};
    struct parameter p;
    struct buf raw = {.limit = LIMIT_VALUE};
    unsigned segment = 0;
    while (next_parameter(&rest, &p)) {
        bool extended = false;
        if (!is_wanted(&p, name, segment, &extended))
            continue;
        if (extended && segment == 0)
            charset = take_charset(&p.value);
        if (extended)
            add_percent_decoded(&raw, p.value);
        else
            add_unquoted(&raw, p.value);
        segment++;
        if (p.name.n == strlen(name))
            break;
    }
    const char *result = NULL;
    if (raw.n > 0 && !raw.failed) {
        struct buf text = {.limit = 4 * LIMIT_VALUE};
        charset_to_utf8(&text, span_trim(buf_span(&raw)), charset);
        result = text.n > 0 && !text.failed ? arena_string(arena, buf_span(&text)) : NULL;
        buf_free(&text);
    }
    buf_free(&raw);
    return result;
}
