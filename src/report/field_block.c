/*
 * Finds header blocks in text by their looks. Two passes over a block's lines: the first decides
 * whether it is one and where it ends, the second copies it without its decoration, so that the
 * parser of real headers can read it.
 */
#include "report/field_block.h"

#include <string.h>

#include "base/limits.h"

/* Lines in a row, inside a block, that are neither field nor folding: what a mailer's wrapping or a
 * stray mbox line leaves. More is text whose empty line was lost. */
#define JUNK_LINES_ACCEPTED 3
/* Lines from this length on may have been wrapped: what follows belongs to them. */
#define WRAPPED_LINE ((size_t)58)
/* No field name is longer. */
#define FIELD_NAME ((size_t)64)

static const char *const mail_names[] = {"Received",
                                         "Return-Path",
                                         "Message-ID",
                                         "From",
                                         "To",
                                         "Subject",
                                         "Date",
                                         "Cc",
                                         "Sender",
                                         "Reply-To",
                                         "Bcc",
                                         "In-Reply-To",
                                         "References",
                                         "Comments",
                                         "Keywords",
                                         "Resent-From",
                                         "Resent-To",
                                         "Resent-Date",
                                         "Resent-Cc",
                                         "Resent-Bcc",
                                         "Resent-Sender",
                                         "Resent-Message-ID",
                                         NULL};
static const char *const mail_keys[] = {"Received", "Message-ID", "From", "Subject", NULL};

const struct field_block_kind field_block_mail = {mail_names, mail_keys, 3, true};

/* A line of text taken apart. */
struct line {
    struct span content; /* behind quote marks and indentation */
    size_t start, end;   /* in the text; end is behind the line end */
    unsigned marks;      /* quote marks */
    size_t indent;       /* white space behind the marks */
};

/* A run of lines that may be a block. */
struct run {
    bool open;
    size_t start;
    unsigned marks, known, junk;
    size_t indent;
    bool key;
};

static struct line line_at(struct span text, size_t start)
{
    struct span rest = span_slice(text, start, text.n), s;
    span_next_line(&rest, &s);
    struct line l = {.start = start, .end = text.n - rest.n};
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '>' || s.p[i] == '|') {
            l.marks++;
            at = i + 1;
            if (at < s.n && s.p[at] == ' ')
                i = at++;
        } else if (s.p[i] != ' ' && s.p[i] != '\t')
            break;
    }
    while (at + l.indent < s.n && (s.p[at + l.indent] == ' ' || s.p[at + l.indent] == '\t'))
        l.indent++;
    l.content = span_trim(span_slice(s, at + l.indent, s.n));
    return l;
}

/* The field name at the start of a line, empty when there is none; *value gets what is behind the
 * colon, untrimmed. */
static struct span name_in(struct span content, struct span *value)
{
    size_t n = 0, colon;
    while (n < content.n && n < FIELD_NAME &&
           (ascii_is_alnum(content.p[n]) || content.p[n] == '-' || content.p[n] == '_'))
        n++;
    for (colon = n; colon < content.n && content.p[colon] == ' '; colon++)
        ;
    if (n == 0 || ascii_is_digit(content.p[0]) || colon == content.n || content.p[colon] != ':')
        return (struct span){0};
    *value = span_slice(content, colon + 1, content.n);
    return span_slice(content, 0, n);
}

static bool is_listed(const char *const *list, struct span name)
{
    for (; *list; list++)
        if (span_is_nocase(name, *list))
            return true;
    return false;
}

enum line_role { LINE_ENDS, LINE_FIELD, LINE_FOLDING, LINE_JUNK };

/* What a line is to a run. Where the whole block is indented, labels may be aligned to the right:
 * a known name followed by a colon and a space is then a field, not folding. */
static enum line_role role_of(const struct run *r, const struct line *l, const char *const *names,
                              struct span *name)
{
    if (l->content.n == 0 || l->marks != r->marks)
        return LINE_ENDS;
    struct span value = {0};
    *name = name_in(l->content, &value);
    bool deeper = l->indent > r->indent;
    if (deeper && name->n > 0 && r->indent > 0 && is_listed(names, *name) &&
        (value.n == 0 || value.p[0] == ' '))
        return LINE_FIELD;
    if (deeper)
        return LINE_FOLDING;
    return name->n > 0 ? LINE_FIELD : LINE_JUNK;
}

static bool is_block(const struct field_block_kind *kind, const struct run *r)
{
    return r->open && r->known >= kind->least && r->key;
}

static void begin(struct run *r, const struct line *l)
{
    *r = (struct run){.open = true, .start = l->start, .marks = l->marks, .indent = l->indent};
}

static void count_name(const struct field_block_kind *kind, struct run *r, struct span name)
{
    r->junk = 0;
    if (is_listed(kind->names, name)) {
        r->known++;
        r->key = r->key || is_listed(kind->keys, name);
    }
}

/* Takes one line into the run. True when a block is complete before this line. */
static bool step(const struct field_block_kind *kind, struct run *r, const struct line *l)
{
    struct span name = {0}, value;
    if (r->open) {
        enum line_role role = role_of(r, l, kind->names, &name);
        if (role == LINE_FOLDING)
            return false;
        if (role == LINE_JUNK && r->known > 0 && ++r->junk <= JUNK_LINES_ACCEPTED)
            return false;
        if (role != LINE_FIELD && is_block(kind, r))
            return true;
        r->open = role == LINE_FIELD;
    }
    if (!r->open && (l->marks == 0 || kind->quoted) && name_in(l->content, &value).n > 0) {
        begin(r, l);
        name = name_in(l->content, &value);
    }
    if (r->open)
        count_name(kind, r, name);
    return false;
}

/* Finds where a block begins and ends. */
static bool find_run(const struct field_block_kind *kind, struct span text, size_t from,
                     struct run *r, size_t *end)
{
    *r = (struct run){0};
    for (size_t at = from; at < text.n;) {
        struct line l = line_at(text, at);
        if (step(kind, r, &l)) {
            *end = l.content.n == 0 ? l.end : l.start;
            return true;
        }
        at = l.end;
    }
    *end = text.n;
    return is_block(kind, r);
}

struct copy {
    char *p;
    size_t n;
    struct span last; /* the line copied last */
};

static void copy_line(struct copy *c, bool folded, struct span content)
{
    if (folded)
        c->p[c->n++] = ' ';
    memcpy(c->p + c->n, content.p, content.n);
    c->n += content.n;
    c->p[c->n++] = '\n';
    c->last = content;
}

static bool continues(const struct copy *c, struct span junk)
{
    if (c->last.n == 0 || span_starts_nocase(junk, "from ") || span_starts_nocase(junk, "--"))
        return false;
    return junk.p[0] == '<' || c->last.n >= WRAPPED_LINE || c->last.p[c->last.n - 1] == ':';
}

/* Copies the block's lines in [r->start, end) without marks and indentation and parses them. */
static bool parse_run(struct arena *arena, const struct field_block_kind *kind, struct span text,
                      const struct run *r, size_t end, struct header *out)
{
    /* A line grows by one byte at most (folding), and a line end is there or the text's end. */
    struct copy c = {.p = arena_alloc(arena, 2 * (end - r->start) + 2)};
    if (!c.p)
        return false;
    for (size_t at = r->start; at < end && c.n < LIMIT_HEADER_BYTES;) {
        struct line l = line_at(text, at);
        struct span name = {0};
        enum line_role role = role_of(r, &l, kind->names, &name);
        if (role == LINE_FIELD)
            copy_line(&c, false, l.content);
        else if (role == LINE_FOLDING || (role == LINE_JUNK && continues(&c, l.content)))
            copy_line(&c, true, l.content);
        at = l.end;
    }
    size_t used;
    return header_parse(arena, (struct span){c.p, c.n}, r->start, out, &used);
}

bool field_block_find(struct arena *arena, const struct field_block_kind *kind, struct span text,
                      size_t *offset, size_t *end, struct header *out)
{
    struct run r;
    if (!find_run(kind, text, *offset, &r, end))
        return false;
    *offset = r.start;
    return parse_run(arena, kind, text, &r, *end, out);
}

/* Back to the line's start where only marks and white space stand before at: a capture begins at
 * the first letter, and the indentation of the other lines is measured by the first. */
static size_t back_over_decoration(struct span text, size_t at)
{
    size_t start = at;
    while (start > 0 && (text.p[start - 1] == ' ' || text.p[start - 1] == '\t' ||
                         text.p[start - 1] == '>' || text.p[start - 1] == '|'))
        start--;
    return start == 0 || text.p[start - 1] == '\n' ? start : at;
}

bool field_block_read(struct arena *arena, struct span text, size_t offset, size_t *end,
                      struct header *out)
{
    static const struct field_block_kind any = {mail_names, mail_names, 1, true};
    while (offset < text.n && ascii_is_space(text.p[offset]))
        offset++;
    if (offset >= text.n)
        return false;
    offset = back_over_decoration(text, offset);
    struct run r;
    return find_run(&any, text, offset, &r, end) && r.start == offset &&
           parse_run(arena, &any, text, &r, *end, out);
}

bool field_block_is(const struct field_block_kind *kind, const struct header *h)
{
    unsigned known = 0;
    bool key = false;
    for (size_t i = 0; i < h->count; i++) {
        known += is_listed(kind->names, h->fields[i].name);
        key = key || is_listed(kind->keys, h->fields[i].name);
    }
    return known >= kind->least && key;
}
