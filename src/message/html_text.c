/*
 * Not an HTML parser: responses hold a notice in a few paragraphs, and what is needed is its words
 * and lines in order. What a hostile page gains by confusing it is unreadable text, never time.
 */
#include "message/html_text.h"

#include <string.h>

#include "message/charset.h"
#include "message/html_entity.h"

#define TAG_NAME_MAX_BYTES ((size_t)12)
/* As far as the "@" of an unescaped address in angle brackets is looked for. */
#define ADDRESS_MAX_BYTES ((size_t)1000)

struct converter {
    struct span html;
    struct buf *out;
    size_t pos;
    int pre;             /* depth of <pre> */
    bool space;          /* white space is due before the next character */
    bool no_more_ends;   /* no ">" follows any more */
    bool open_head;      /* a <head> is never closed */
    bool no_more_quotes; /* an attribute's quote never closes: quotes mean nothing from there */
};

static bool is_full(const struct converter *c)
{
    return c->out->failed || (c->out->limit != 0 && c->out->n + 4 > c->out->limit);
}

static bool at_line_start(const struct converter *c)
{
    return c->out->n == 0 || c->out->p[c->out->n - 1] == '\n';
}

static void end_line(struct converter *c)
{
    c->space = false;
    if (!is_full(c))
        buf_add_byte(c->out, '\n');
}

static void add_pending_space(struct converter *c)
{
    if (c->space && !at_line_start(c) && !is_full(c))
        buf_add_byte(c->out, ' ');
    c->space = false;
}

struct tag {
    char name[TAG_NAME_MAX_BYTES + 1];
    bool closing;
};

static bool is_among(const char *name, const char *const *set)
{
    while (*set && strcmp(*set, name) != 0)
        set++;
    return *set != NULL;
}

static bool is_block(const char *name)
{
    static const char *const names[] = {
        "p",      "div",     "tr",     "table",   "ul",      "ol",       "li",  "h1",
        "h2",     "h3",      "h4",     "h5",      "h6",      "hr",       "pre", "blockquote",
        "center", "section", "header", "article", "footer",  "dl",       "dt",  "dd",
        "form",   "address", "body",   "title",   "caption", "fieldset", NULL};
    return is_among(name, names);
}

static bool is_dropped_with_content(const char *name)
{
    static const char *const names[] = {"script", "style", "head", "template", NULL};
    return is_among(name, names);
}

static struct tag read_tag_name(struct span s)
{
    struct tag t = {.closing = s.n > 1 && s.p[1] == '/'};
    size_t n = 0, at = t.closing ? 2 : 1;
    while (at + n < s.n && n < TAG_NAME_MAX_BYTES && ascii_is_alnum(s.p[at + n])) {
        t.name[n] = ascii_lower(s.p[at + n]);
        n++;
    }
    return t;
}

/* Where the tag that begins at pos ends, behind its ">", quoted attributes heeded; html.n when it
 * never does. */
static size_t tag_end(struct converter *c, size_t pos)
{
    char quote = '\0';
    for (size_t i = pos; !c->no_more_quotes && i < c->html.n; i++) {
        char x = c->html.p[i];
        if (quote)
            quote = x == quote ? '\0' : quote;
        else if ((x == '"' || x == '\'') && c->html.p[i - 1] == '=')
            quote = x;
        else if (x == '>')
            return i + 1;
    }
    c->no_more_quotes = true;
    size_t end = span_find_byte(c->html, '>', pos);
    c->no_more_ends = end == c->html.n;
    return c->no_more_ends ? end : end + 1;
}

/* "<local@domain>", which no tag looks like. */
static bool is_bare_address(struct span s)
{
    bool at = false;
    for (size_t i = 1; i < s.n && i < ADDRESS_MAX_BYTES; i++) {
        if (s.p[i] == '>')
            return at;
        if (s.p[i] == '<' || s.p[i] == '"' || ascii_is_space(s.p[i]))
            return false;
        at = at || s.p[i] == '@';
    }
    return false;
}

/* Steps behind the closing tag of an element whose content is dropped. Without one the rest is
 * dropped, as browsers do it; of <head>, which no browser needs closed, only the tag. */
static void drop_content(struct converter *c, const char *name)
{
    bool head = strcmp(name, "head") == 0;
    if (head && c->open_head)
        return;
    char closing[TAG_NAME_MAX_BYTES + 3] = "</";
    strcat(closing, name);
    struct span rest = span_slice(c->html, c->pos, c->html.n);
    size_t end = span_find_nocase(rest, span_of(closing));
    if (end < rest.n)
        c->pos = tag_end(c, c->pos + end + 2);
    else if (head)
        c->open_head = true;
    else
        c->pos = c->html.n;
}

static void apply_tag(struct converter *c, const struct tag *t)
{
    if (strcmp(t->name, "br") == 0)
        end_line(c);
    else if (is_block(t->name) && !at_line_start(c))
        end_line(c);
    else if (strcmp(t->name, "td") == 0 || strcmp(t->name, "th") == 0)
        c->space = true;
    if (strcmp(t->name, "pre") == 0)
        c->pre += t->closing ? (c->pre > 0 ? -1 : 0) : 1;
    if (!t->closing && is_dropped_with_content(t->name))
        drop_content(c, t->name);
}

static void drop_comment(struct converter *c)
{
    struct span rest = span_slice(c->html, c->pos, c->html.n);
    size_t end = span_find(rest, span_of("-->"));
    c->pos = end < rest.n ? c->pos + end + 3 : c->html.n;
}

/* A "<" at pos. False when it is no tag and stands for itself. */
static bool read_tag(struct converter *c)
{
    struct span rest = span_slice(c->html, c->pos, c->html.n);
    char next = rest.n > 1 ? rest.p[1] : ' ';
    bool letter = ascii_is_alnum(next) && !ascii_is_digit(next);
    if (c->no_more_ends || (!letter && next != '/' && next != '!' && next != '?'))
        return false;
    if (span_starts_nocase(rest, "<!--")) {
        drop_comment(c);
        return true;
    }
    if (is_bare_address(rest))
        return false;
    struct tag t = read_tag_name(rest);
    size_t end = tag_end(c, c->pos + 1);
    if (c->no_more_ends)
        return false;
    c->pos = end;
    apply_tag(c, &t);
    return true;
}

static void read_entity(struct converter *c)
{
    unsigned cp = '&';
    size_t n = html_entity(span_slice(c->html, c->pos, c->html.n), &cp);
    c->pos += n ? n : 1;
    if (n > 0 && cp == 0xa0) {
        c->space = true;
        return;
    }
    add_pending_space(c);
    utf8_add(c->out, n > 0 ? cp : '&');
}

/* A run of text up to the next byte that means something. */
static void read_text(struct converter *c)
{
    size_t start = c->pos++;
    while (c->pos < c->html.n && (unsigned char)c->html.p[c->pos] > ' ' &&
           c->html.p[c->pos] != '<' && c->html.p[c->pos] != '&')
        c->pos++;
    add_pending_space(c);
    struct span text = span_slice(c->html, start, c->pos);
    if (c->out->limit == 0 || text.n <= c->out->limit - c->out->n)
        buf_add(c->out, text);
    else
        charset_to_utf8(c->out, text, (struct span){NULL, 0});
}

static void read_space(struct converter *c)
{
    char x = c->html.p[c->pos++];
    if (c->pre > 0 && x == '\n')
        end_line(c);
    else if (c->pre > 0 && x != '\r' && !is_full(c))
        buf_add_byte(c->out, ' ');
    else
        c->space = true;
}

void html_to_text(struct buf *out, struct span html)
{
    struct converter c = {.html = html, .out = out};
    while (c.pos < html.n && !is_full(&c)) {
        char x = html.p[c.pos];
        if ((unsigned char)x <= ' ')
            read_space(&c);
        else if (x == '&')
            read_entity(&c);
        else if (x != '<' || !read_tag(&c))
            read_text(&c);
    }
}

bool looks_like_html(struct span text)
{
    text = span_trim(text);
    return span_starts_nocase(text, "<html") || span_starts_nocase(text, "<!doctype html") ||
           span_starts_nocase(text, "<head>") || span_starts_nocase(text, "<body");
}
