/*
 * Foreign text as the digest shows it: one line, valid UTF-8, nothing hidden in it, of a known
 * width. Everything a response brings (subjects, diagnostics, addresses, host names) passes through
 * here once, whatever it is written into afterwards.
 */
#ifndef BACKSIFT_DIGEST_VISIBLE_H
#define BACKSIFT_DIGEST_VISIBLE_H

#include <locale.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* How wide characters are: the C library's knowledge of C.UTF-8, used through a locale object so
 * that the program's own locale stays as it is. */
struct columns {
    locale_t locale; /* (locale_t)0: not there; then every character counts as one column */
};

/* Always usable afterwards; ended with columns_close. */
void columns_open(struct columns *c);
void columns_close(struct columns *c);

/* The columns that text takes: 2 for wide characters, 0 for combining ones, 1 for what cannot be
 * shown. */
size_t columns_of(const struct columns *c, struct span text);

/* The longest beginning of text that takes at most max_columns, never within a character and never
 * before a combining one; at least one character of a text that is not empty. */
struct span columns_fit(const struct columns *c, struct span text, size_t max_columns);

/* Adds s to out on one line, at most max_columns (1 or more) wide; an ellipsis stands for what was
 * cut. White space and line ends become single spaces, leading and trailing ones go. Other control
 * characters, bidirectional controls and unassigned characters are written as <U+202E>; invisible
 * joiners go; bytes that are no UTF-8 become U+FFFD; of the combining marks on one character four
 * stay. "://" becomes "[:]//" and "www." at the start of a word "www[.]", so that no mail program
 * makes a link of it. */
void visible_add(const struct columns *c, struct buf *out, struct span s, size_t max_columns);

#endif
