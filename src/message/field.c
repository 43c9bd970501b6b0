/*
 * A field's value as people see it. Nearly all values are plain ASCII: these are only collapsed.
 */
#include "message/header.h"

#include "base/buf.h"
#include "base/limits.h"
#include "message/charset.h"
#include "message/encoded_word.h"
#include "message/white_space.h"

/* Folding and runs of white space go when the value is collapsed, so more than the result is read.
 */
#define READ_MAX_BYTES (4 * LIMIT_FIELD_DECODED)

static const char *collapsed(struct arena *arena, struct span s)
{
    char *copy = arena_string(arena, span_slice(s, 0, READ_MAX_BYTES));
    if (!copy)
        return "";
    size_t n = white_space_collapse(
        copy, (struct span){copy, s.n < READ_MAX_BYTES ? s.n : READ_MAX_BYTES});
    copy[utf8_cut((struct span){copy, n}, LIMIT_FIELD_DECODED).n] = '\0';
    return copy;
}

static bool is_plain(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80 || (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?'))
            return false;
    return true;
}

const char *field_decoded(struct arena *arena, const struct field *f)
{
    struct span value = span_slice(f->value, 0, READ_MAX_BYTES);
    if (is_plain(value))
        return collapsed(arena, value);
    struct buf out = {.limit = READ_MAX_BYTES};
    encoded_words_decode(&out, value);
    const char *decoded = collapsed(arena, buf_span(&out));
    buf_free(&out);
    return decoded;
}

const char *header_decoded(struct arena *arena, const struct header *h, const char *name)
{
    const struct field *f = header_field(h, name, 0);
    return f ? field_decoded(arena, f) : "";
}
