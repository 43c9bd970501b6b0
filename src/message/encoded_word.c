/*
 * Word by word with a decoder of our own: in libetpan's one bad letter fails the whole field, and a
 * character that is split between two words is lost.
 */
#include "message/encoded_word.h"

#include "message/charset.h"
#include "message/transfer.h"

/* RFC 2047 2 allows 75 bytes; mailers exceed it, and a bound keeps a field full of openings without
 * end from being searched again and again. */
#define WORD_MAX_BYTES    ((size_t)2000)
#define CHARSET_MAX_BYTES ((size_t)60)

struct word {
    struct span charset, text;
    bool base64;
    size_t length; /* of the whole word */
};

/* What was decoded from neighbouring words in one charset and is not converted yet. */
struct joined {
    struct span charset;
    struct buf bytes;
};

static bool is_decodable(const struct word *w)
{
    if (w->base64)
        return base64_is_clean(w->text);
    for (size_t i = span_find_byte(w->text, '=', 0); i < w->text.n;
         i = span_find_byte(w->text, '=', i + 1))
        if (quoted_byte(span_slice(w->text, i, w->text.n)) < 0)
            return false;
    return true;
}

/* Reads the word that "=?" at the start of s may begin. */
static bool read_word(struct span s, struct word *w)
{
    s = span_slice(s, 0, WORD_MAX_BYTES);
    size_t mark = span_find_byte(span_slice(s, 0, CHARSET_MAX_BYTES), '?', 2);
    if (mark <= 2 || mark + 2 >= s.n || s.p[mark] != '?' || s.p[mark + 2] != '?')
        return false;
    char encoding = ascii_lower(s.p[mark + 1]);
    struct span rest = span_slice(s, mark + 3, s.n);
    size_t end = span_find(rest, span_of("?="));
    if (end == rest.n || (encoding != 'b' && encoding != 'q'))
        return false;
    w->charset = span_slice(s, 2, mark);
    w->text = span_slice(rest, 0, end);
    w->base64 = encoding == 'b';
    w->length = mark + 3 + end + 2;
    return is_decodable(w);
}

/* The first whole word at or behind from; s.n when there is none. */
static size_t find_word(struct span s, size_t from, struct word *w)
{
    while (from < s.n) {
        from += span_find(span_slice(s, from, s.n), span_of("=?"));
        if (from < s.n && read_word(span_slice(s, from, s.n), w))
            return from;
        from += 2;
    }
    return s.n;
}

static void quoted_word_decode(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        int byte = quoted_byte(span_slice(text, i, text.n));
        buf_add_byte(out, byte >= 0 ? (char)byte : text.p[i] == '_' ? ' ' : text.p[i]);
        i += byte >= 0 ? 2 : 0;
    }
}

static void flush(struct joined *j, struct buf *out)
{
    if (j->bytes.n > 0)
        charset_to_utf8(out, buf_span(&j->bytes), j->charset);
    buf_reset(&j->bytes);
}

static void join(struct joined *j, const struct word *w, struct buf *out)
{
    if (!span_equals_nocase(j->charset, w->charset))
        flush(j, out);
    j->charset = w->charset;
    if (w->base64)
        base64_text_decode(&j->bytes, w->text);
    else
        quoted_word_decode(&j->bytes, w->text);
}

static void add_literal(struct buf *out, struct span s)
{
    charset_to_utf8(out, s, (struct span){NULL, 0});
}

bool encoded_words_in(struct span s)
{
    return span_find(s, span_of("=?")) < s.n;
}

void encoded_words_decode(struct buf *out, struct span s)
{
    struct joined j = {0};
    struct word w;
    size_t pos = 0, at;
    while ((at = find_word(s, pos, &w)) < s.n) {
        struct span between = span_slice(s, pos, at);
        if (pos == 0 || span_trim(between).n > 0) {
            flush(&j, out);
            add_literal(out, between);
        }
        join(&j, &w, out);
        pos = at + w.length;
    }
    flush(&j, out);
    add_literal(out, span_slice(s, pos, s.n));
    buf_free(&j.bytes);
}
