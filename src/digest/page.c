/*
 * Laying text out by the columns that characters take, not by bytes.
 */
#include "digest/page.h"

#include <string.h>

static void spaces(struct page *p, size_t n)
{
    while (n-- > 0)
        buf_add_byte(p->out, ' ');
}

static void fill_up(struct page *p, size_t used, size_t columns)
{
    if (used < columns)
        spaces(p, columns - used);
}

void page_blank(struct page *p)
{
    buf_add_byte(p->out, '\n');
}

/* The longest beginning of text that fits, broken at a space where there is one. */
static struct span take_line(struct page *p, struct span *text, size_t room)
{
    struct span fit = columns_fit(p->columns, *text, room);
    size_t n = fit.n;
    if (n < text->n && text->p[n] != ' ') {
        while (n > 0 && text->p[n - 1] != ' ')
            n--;
        if (n == 0)
            n = fit.n;
    }
    struct span line = span_trim(span_slice(*text, 0, n));
    *text = span_trim(span_slice(*text, n, text->n));
    return line;
}

/* text from the current column on, which is `column`; further lines begin there, too. */
static void fill(struct page *p, size_t column, size_t further, struct span text)
{
    text = span_trim(text);
    for (size_t at = column;; at = further) {
        buf_add(p->out, take_line(p, &text, p->width > at ? p->width - at : 1));
        buf_add_byte(p->out, '\n');
        if (text.n == 0)
            return;
        spaces(p, further);
    }
}

void page_paragraph(struct page *p, size_t indent, size_t hanging, struct span text)
{
    if (span_trim(text).n == 0)
        return;
    spaces(p, indent);
    fill(p, indent, indent + hanging, text);
}

void page_verbatim(struct page *p, size_t indent, const char *line)
{
    spaces(p, indent);
    buf_add_string(p->out, line);
    buf_add_byte(p->out, '\n');
}

void page_labelled(struct page *p, size_t indent, size_t label_width, const char *label,
                   struct span value)
{
    if (span_trim(value).n == 0)
        return;
    spaces(p, indent);
    buf_add_string(p->out, label);
    size_t used = strlen(label);
    spaces(p, used < label_width ? label_width - used : 1);
    fill(p, indent + label_width, indent + label_width, value);
}

static void add_cell(struct page *p, const struct cell *c)
{
    size_t width = columns_of(p->columns, c->text);
    if (width > c->columns) {
        struct span fit = columns_fit(p->columns, c->text, c->columns - 1);
        width = columns_of(p->columns, fit) + 1;
        buf_add(p->out, fit);
        buf_add_string(p->out, "\xe2\x80\xa6");
        fill_up(p, width, c->columns);
        return;
    }
    if (c->right)
        fill_up(p, width, c->columns);
    buf_add(p->out, c->text);
    if (!c->right)
        fill_up(p, width, c->columns);
}

void page_row(struct page *p, size_t indent, const struct cell *cells, size_t count)
{
    spaces(p, indent);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            spaces(p, 2);
        add_cell(p, &cells[i]);
    }
    while (p->out->n > 0 && p->out->p && p->out->p[p->out->n - 1] == ' ')
        p->out->p[--p->out->n] = '\0';
    buf_add_byte(p->out, '\n');
}
