/*
 * The sections of the text, one function each; private to text*.c.
 */
#ifndef BACKSIFT_DIGEST_TEXT_PARTS_H
#define BACKSIFT_DIGEST_TEXT_PARTS_H

#include "digest/digest.h"
#include "digest/page.h"

/* A heading with an empty line before and behind it. */
void text_heading(struct page *p, const char *heading);

/* A sentence, indented as all below headings. scratch is emptied behind it. */
void text_paragraph(struct page *p, struct buf *scratch);

/* "  42 more are not shown here" when some are not. */
void text_more(struct page *p, int64_t total, size_t shown);

void text_mails(struct page *p, const struct digest *d);
void text_flood(struct page *p, const struct digest *d);
void text_index(struct page *p, const struct digest *d);

#endif
