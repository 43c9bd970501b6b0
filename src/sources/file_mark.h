/*
 * How far a file has been read, so that it is known again under another name, compressed, or
 * rewritten: by its first bytes rather than by its name or inode, which compressing changes.
 */
#ifndef BACKSIFT_SOURCES_FILE_MARK_H
#define BACKSIFT_SOURCES_FILE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Bytes that a fingerprint covers at most: some lines with their times. */
#define FILE_MARK_BYTES ((size_t)512)

struct file_mark {
    uint64_t device, inode; /* where it was last found: a hint */
    uint64_t fingerprint;   /* of the first fingerprint_n bytes */
    size_t fingerprint_n;   /* 0: no file has been read */
    int64_t offset;         /* bytes read, uncompressed */
};

/* The fingerprint of s. */
uint64_t file_fingerprint(struct span s);

/* Is the file that starts with these bytes (FILE_MARK_BYTES, or all when it is shorter) the one of
 * the mark? */
bool file_mark_fits(const struct file_mark *m, struct span start);

/* A mark as text of at most 128 bytes with its NUL; and back, giving what stands behind it and the
 * space after it, or NULL when text does not begin with one. */
#define FILE_MARK_TEXT 128
void file_mark_write(const struct file_mark *m, char out[FILE_MARK_TEXT]);
const char *file_mark_read(const char *text, struct file_mark *out);

#endif
