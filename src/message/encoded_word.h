/*
 * Encoded words (RFC 2047): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_ENCODED_WORD_H
#define BACKSIFT_MESSAGE_ENCODED_WORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Whether s may hold an encoded word. */
bool encoded_words_in(struct span s);

/* Adds s to out as UTF-8 with encoded words decoded, up to out's limit. Neighbours in one charset
 * are joined before conversion, because mailers split characters between them; white space between
 * neighbours goes (RFC 2047 6.2). A broken word stays as it stands. Folding stays, too. */
void encoded_words_decode(struct buf *out, struct span s);

#endif
