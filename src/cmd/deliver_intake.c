/*
 * From standard input to tmp/. Whole blocks are read before they are written, so that the first one
 * holds all of a From_ line whatever pieces the pipe gives.
 */
#include "cmd/deliver_intake.h"

#include <errno.h>

#include "base/io.h"
#include "cmd/envelope_source.h"

#define BLOCK ((size_t)64 * 1024)

bool intake_copy(int fd, struct maildir_draft *draft, struct arena *arena, struct span *from_line,
                 struct error *e)
{
    char block[BLOCK]; /* not of the arena, which would clear, and so touch, all of it */
    *from_line = (struct span){0};
    for (bool first = true;; first = false) {
        ssize_t n = read_all(fd, block, BLOCK);
        if (n < 0)
            return error_system(e, ERROR_RETRY, errno, "standard input: cannot read the message");
        struct span bytes = {block, (size_t)n};
        size_t skip = first ? envelope_from_line(bytes) : 0;
        if (skip > 0) {
            struct span line = span_slice(bytes, 0, skip);
            *from_line = (struct span){arena_string(arena, line), line.n};
            if (!from_line->p)
                return error_memory(e);
        }
        if (!maildir_draft_write(draft, span_slice(bytes, skip, bytes.n), e))
            return false;
        if (bytes.n < BLOCK)
            return true;
    }
}
