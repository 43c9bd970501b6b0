/*
 * Marks. A fingerprint covers no more than what has been read, so that a file which was short then
 * still fits when it has grown.
 */
#include "sources/file_mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t file_fingerprint(struct span s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h;
}

bool file_mark_fits(const struct file_mark *m, struct span start)
{
    return m->fingerprint_n > 0 && start.n >= m->fingerprint_n &&
           file_fingerprint(span_slice(start, 0, m->fingerprint_n)) == m->fingerprint;
}

void file_mark_write(const struct file_mark *m, char out[FILE_MARK_TEXT])
{
    snprintf(out, FILE_MARK_TEXT, "1.%llx.%llx.%llx.%zx.%llx ", (unsigned long long)m->device,
             (unsigned long long)m->inode, (unsigned long long)m->fingerprint, m->fingerprint_n,
             (unsigned long long)m->offset);
}

const char *file_mark_read(const char *text, struct file_mark *out)
{
    unsigned long long part[5];
    const char *p = strncmp(text, "1.", 2) == 0 ? text + 1 : NULL;
    for (size_t i = 0; p && i < 5; i++) {
        char *end;
        part[i] = *p == '.' ? strtoull(p + 1, &end, 16) : 0;
        p = *p == '.' && end != p + 1 ? end : NULL;
    }
    if (!p || *p != ' ' || part[3] > FILE_MARK_BYTES || part[4] > INT64_MAX)
        return NULL;
    *out = (struct file_mark){part[0], part[1], part[2], (size_t)part[3], (int64_t)part[4]};
    return p + 1;
}
