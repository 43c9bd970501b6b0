/*
 * Reading a header block (RFC 5322 2.2, RFC 2045 3): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_HEADER_BLOCK_H
#define BACKSIFT_MESSAGE_HEADER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "message/message.h"

/* What the block heads. Broken lines are judged by it: behind a message's header a lost empty line
 * is rare and lost fields are costly; in a MIME part text without any header is common; and before
 * a message within, an empty line that slipped into the part's own header leaves a stray piece of
 * it, such as "Content-Transfer-Encoding:". */
enum header_owner { HEADER_OF_MESSAGE, HEADER_OF_MESSAGE_WITHIN, HEADER_OF_PART };

/* Reads the header block at the start of bytes; offset is that of bytes. *used gets where the body
 * begins. False without memory. */
bool header_block_read(struct arena *arena, struct span bytes, size_t offset,
                       enum header_owner owner, struct header *out, size_t *used);

/* The bytes without leading mbox lines ("From ", ">From ") and a UTF-8 byte order mark. */
struct span skip_envelope_lines(struct span bytes);

#endif
