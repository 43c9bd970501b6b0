/*
 * A part's bytes after transfer decoding, done when first asked for and kept with the message.
 */
#include "message/kept.h"

#include "base/buf.h"
#include "base/limits.h"
#include "message/transfer.h"

struct span decode_body(struct arena *arena, const struct part *p, size_t max)
{
    struct buf out = {.limit = max};
    if (max > 0)
        transfer_decode(&out, p->body, p->encoding);
    struct span decoded = buf_span(&out);
    const char *copy = arena_string(arena, decoded);
    buf_free(&out);
    return copy ? (struct span){copy, decoded.n} : span_of("");
}

struct span message_part_decoded(struct message *m, struct part *p)
{
    struct kept_span *kept = &m->kept->parts[p->index].decoded;
    if (kept->done || p->kind == PART_MULTIPART)
        return kept->bytes;
    kept->done = true;
    kept->bytes = transfer_is_coded(p->encoding) ? decode_body(m->arena, p, LIMIT_PART_DECODED)
                                                 : span_slice(p->body, 0, LIMIT_PART_DECODED);
    return kept->bytes;
}
