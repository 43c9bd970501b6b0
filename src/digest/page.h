/*
 * A page of text of a fixed width: headings, paragraphs, labelled values, table rows, bars. Knows
 * nothing of mail; what it is given must already be visible (digest/visible.h) or be our own.
 */
#ifndef BACKSIFT_DIGEST_PAGE_H
#define BACKSIFT_DIGEST_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "digest/visible.h"

struct page {
    struct buf *out;
    const struct columns *columns;
    size_t width; /* columns of a line, 72 for mail */
};

void page_blank(struct page *p);

/* Text filled into lines, each indented; the lines after the first by hanging more. Words longer
 * than a line are broken. No text, no line. */
void page_paragraph(struct page *p, size_t indent, size_t hanging, struct span text);

/* One line as it is, for commands to paste: may be longer than the page. */
void page_verbatim(struct page *p, size_t indent, const char *line);

/* "  label     value": the value filled into the lines from column indent + label_width on. */
void page_labelled(struct page *p, size_t indent, size_t label_width, const char *label,
                   struct span value);

/* A cell of a table row: cut to its columns with an ellipsis, or filled up to them with spaces. */
struct cell {
    struct span text;
    size_t columns;
    bool right; /* aligned to the right */
};

/* Cells with two spaces between them, behind an indent; spaces at the end of the line go. */
void page_row(struct page *p, size_t indent, const struct cell *cells, size_t count);

#endif
