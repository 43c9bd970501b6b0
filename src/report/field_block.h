/*
 * Header-like blocks that stand in text: a quoted original, or status fields that a broken mail
 * system put into its notice. Private to report/ and evidence/.
 */
#ifndef BACKSIFT_REPORT_FIELD_BLOCK_H
#define BACKSIFT_REPORT_FIELD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "message/message.h"

/* What makes a block of "Name: value" lines one of this kind. */
struct field_block_kind {
    const char *const *names; /* known field names; NULL ends the list */
    const char *const *keys;  /* those of them of which one must be there; NULL ends the list */
    unsigned least;           /* how many lines with known names at least */
    bool quoted;              /* whether blocks behind quote marks ("> ", "| ") count */
};

/* Searches text from *offset on for a block of that kind: contiguous lines up to an empty one or
 * the end of the text. Quote marks and the first line's indentation are taken off, lines that a
 * mailer wrapped without indentation are joined, other junk is stepped over. *offset gets where the
 * block begins, *end what is behind it. Linear in what is searched. False when there is none or
 * without memory. */
bool field_block_find(struct arena *arena, const struct field_block_kind *kind, struct span text,
                      size_t *offset, size_t *end, struct header *out);

/* Reads the block that begins at offset (white space before it is stepped over) and has at least
 * one field of RFC 5322 3.6; false when there is none. */
bool field_block_read(struct arena *arena, struct span text, size_t offset, size_t *end,
                      struct header *out);

/* Whether a header has enough fields of that kind. */
bool field_block_is(const struct field_block_kind *kind, const struct header *h);

/* RFC 5322 3.6 and Received: what quoted_header_find looks for. */
extern const struct field_block_kind field_block_mail;

#endif
