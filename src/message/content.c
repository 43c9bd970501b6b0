/*
 * Content-Type and its relatives, read so that nothing a stranger writes yields a type that cannot
 * stand in the structure line: only RFC 2045 token characters, in lower case, bounded.
 */
#include "message/content.h"

#include <string.h>

#include "base/limits.h"
#include "message/header.h"
#include "message/parameter.h"

#define TOKEN_MAX_BYTES ((size_t)64)

static bool is_token_char(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("-_.+$!#&^", c));
}

/* The token at the start of s in lower case; NULL when there is none, and without memory. */
static const char *take_token(struct arena *arena, struct span s)
{
    char token[TOKEN_MAX_BYTES];
    size_t n = 0;
    while (n < s.n && n < sizeof token && is_token_char(s.p[n])) {
        token[n] = ascii_lower(s.p[n]);
        n++;
    }
    return n > 0 ? arena_string(arena, (struct span){token, n}) : NULL;
}

static void read_type(struct arena *arena, struct part *p, struct span value)
{
    struct span head = parameter_head(value);
    size_t slash = span_find_byte(head, '/', 0);
    struct span type = span_slice(head, 0, slash);
    p->type = take_token(arena, type);
    if (p->type && strlen(p->type) < type.n)
        p->type = NULL;
    p->subtype = take_token(arena, span_slice(head, slash + 1, head.n));
    if (p->type && !p->subtype && strcmp(p->type, "multipart") == 0)
        p->subtype = "mixed";
    if (!p->type || !p->subtype) {
        p->type = "text";
        p->subtype = "plain";
    }
}

static const char *lower(struct arena *arena, const char *s)
{
    return s ? take_token(arena, span_of(s)) : NULL;
}

void content_read(struct arena *arena, struct part *p, const char *default_type)
{
    const struct field *type = header_field(&p->header, "content-type", 0);
    const struct field *disposition = header_field(&p->header, "content-disposition", 0);
    const struct field *encoding = header_field(&p->header, "content-transfer-encoding", 0);
    read_type(arena, p, type && type->value.n > 0 ? type->value : span_of(default_type));
    if (type) {
        p->charset = parameter_value(arena, type->value, "charset");
        p->boundary = parameter_value(arena, type->value, "boundary");
        p->report_type = lower(arena, parameter_value(arena, type->value, "report-type"));
        p->filename = parameter_value(arena, type->value, "name");
    }
    if (disposition) {
        const char *filename = parameter_value(arena, disposition->value, "filename");
        p->filename = filename ? filename : p->filename;
    }
    if (encoding)
        p->encoding = take_token(arena, parameter_head(encoding->value));
    if (!p->encoding)
        p->encoding = "7bit";
    else if (span_starts_nocase(span_of(p->encoding), "quoted"))
        p->encoding = "quoted-printable"; /* also written "quoted printable", "quoted_printable" */
}

static bool is_among(const char *s, const char *const *set)
{
    while (*set && strcmp(*set, s) != 0)
        set++;
    return *set != NULL;
}

bool content_is_header_only(const struct part *p)
{
    static const char *const names[] = {"rfc822-headers", "rfc822-header", "global-headers", NULL};
    return (strcmp(p->type, "text") == 0 || strcmp(p->type, "message") == 0) &&
           is_among(p->subtype, names);
}

bool content_is_message(const struct part *p)
{
    static const char *const names[] = {"rfc822", "global", "partial", "news", NULL};
    return content_is_header_only(p) ||
           (strcmp(p->type, "message") == 0 && is_among(p->subtype, names)) ||
           (strcmp(p->type, "text") == 0 && strcmp(p->subtype, "rfc822") == 0);
}

bool content_is_attachment(const struct part *p)
{
    return span_starts_nocase(header_raw(&p->header, "content-disposition"), "attachment");
}
