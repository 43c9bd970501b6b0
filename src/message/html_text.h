/*
 * HTML as a reader would see it, as plain text: private to message/.
 */
#ifndef BACKSIFT_MESSAGE_HTML_TEXT_H
#define BACKSIFT_MESSAGE_HTML_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Adds the text of html (UTF-8) to out, up to out's limit. Block elements and <br> end a line,
 * cells are parted by a space, other white space is one space outside <pre>. Comments, <head>,
 * <script>, <style> and tags are dropped; entities are decoded. What stands in angle brackets and
 * holds an "@" but no space is an address or a Message-ID that somebody forgot to escape, and
 * stays. Reads every byte a bounded number of times. */
void html_to_text(struct buf *out, struct span html);

/* Whether a text is HTML throughout though its type says plain. */
bool looks_like_html(struct span text);

#endif
