/*
 * The frame around findings on the pipe from a child that reads messages: its length, whether the
 * system call filter holds, the name of a broken rule, the findings; or, for a header, one byte.
 * Private to evidence/.
 */
#ifndef BACKSIFT_EVIDENCE_FRAME_H
#define BACKSIFT_EVIDENCE_FRAME_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "evidence/evidence.h"
#include "evidence/reader.h"

/* The length of all that follows it, in the byte order of the machine that both run on. 0 stands
 * for "no answer: out of memory". */
#define FRAME_LENGTH sizeof(uint32_t)
/* Behind it: the byte of the filter, the length of the broken rule's name. */
#define FRAME_HEAD        (FRAME_LENGTH + 2)
#define FRAME_BROKEN_RULE 255
#define FRAME_MAX         (FRAME_HEAD + FRAME_BROKEN_RULE + LIMIT_FINDINGS)

/* Reads one message and appends the frame of its findings to out, whose memory is the caller's.
 * False without memory; out is then of no use. The findings live in arena. */
bool frame_read_message(struct arena *arena, const struct reader_job *job, struct span bytes,
                        bool filtered, struct buf *out);

/* Appends the frame that answers whether some rule may hold for a message of which the header and,
 * unless its p is NULL, the line of its structure are known. False without memory. */
bool frame_read_header(struct arena *arena, const struct reader_job *job, struct span header,
                       struct span structure, struct buf *out);

/* That answer. False when the frame is none such. */
bool frame_open_header(struct span frame, bool *may_match);

/* How many bytes the frame that begins at s has in all; FRAME_LENGTH while that is not known. */
size_t frame_size(struct span s);

/* The findings of a whole frame and, when notes is not NULL, what it notes. Nothing of it is
 * trusted. NULL with *e (kind ERROR_DATA). */
struct findings *frame_open(struct arena *arena, struct span frame, struct reader_notes *notes,
                            struct error *e);

#endif
