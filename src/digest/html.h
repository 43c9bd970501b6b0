/*
 * The digest as an HTML page that mail programs hold: tables, inline style, nothing fetched, no
 * script, no link; light and dark, from 320 pixels of width on.
 */
#ifndef BACKSIFT_DIGEST_HTML_H
#define BACKSIFT_DIGEST_HTML_H

#include "base/buf.h"
#include "digest/digest.h"

/* Adds the whole page; lines end in LF. Failure of memory shows in out->failed. */
void digest_html(const struct digest *d, struct buf *out);

#endif
