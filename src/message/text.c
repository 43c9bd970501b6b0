/*
 * The words of a message as its reader sees them: what the rules match and the scanners search.
 * Text of a returned message is not among them, or a returned newsletter's wording would classify
 * the bounce.
 */
#include "message/kept.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/charset.h"
#include "message/content.h"
#include "message/html_text.h"
#include "message/white_space.h"

/* Bytes of a part that are converted for at most LIMIT_TEXT of text: UTF-32 takes four bytes a
 * character; markup takes more. */
#define PLAIN_READ_MAX (4 * LIMIT_TEXT)

static bool is_text(const struct part *p)
{
    static const char *const machine_made[] = {"calendar", "x-vcard",    "vcard",      "directory",
                                               "css",      "javascript", "x-amp-html", NULL};
    if (p->kind != PART_LEAF)
        return false;
    if (strcmp(p->type, "text") != 0)
        return strcmp(p->type, "multipart") == 0;
    for (size_t i = 0; machine_made[i]; i++)
        if (strcmp(machine_made[i], p->subtype) == 0)
            return false;
    return true;
}

/* out with LF line ends, cut, as arena memory. */
static struct span finished(struct arena *arena, const struct buf *out)
{
    struct span s = buf_span(out);
    char *copy = arena_bytes(arena, s.n);
    if (!copy)
        return span_of("");
    return utf8_cut((struct span){copy, line_ends_normalise(copy, s)}, LIMIT_TEXT);
}

static void convert_html(struct buf *out, struct span bytes, struct span charset)
{
    struct buf html = {.limit = 2 * LIMIT_PART_DECODED};
    charset_to_utf8(&html, bytes, charset);
    html_to_text(out, buf_span(&html));
    buf_free(&html);
}

static struct span convert(struct message *m, const struct part *p, struct span bytes)
{
    /* Line ends shrink when CR goes, so that more than LIMIT_TEXT is converted. */
    struct buf out = {.limit = 2 * LIMIT_TEXT};
    struct span charset = span_of(p->charset);
    if (strcmp(p->subtype, "html") == 0 || strcmp(p->subtype, "enriched") == 0) {
        convert_html(&out, bytes, charset);
    } else {
        charset_to_utf8(&out, span_slice(bytes, 0, PLAIN_READ_MAX), charset);
        if (looks_like_html(buf_span(&out))) {
            buf_reset(&out);
            convert_html(&out, bytes, charset);
        }
    }
    struct span text = finished(m->arena, &out);
    buf_free(&out);
    return text;
}

struct span message_part_text(struct message *m, struct part *p)
{
    struct kept_span *kept = &m->kept->parts[p->index].text;
    if (!kept->done) {
        kept->bytes = span_of("");
        kept->done = true;
        if (is_text(p))
            kept->bytes = convert(m, p, message_part_decoded(m, p));
    }
    return kept->bytes;
}

static bool is_alternative(const struct part *p)
{
    return p->kind == PART_MULTIPART && strcmp(p->subtype, "alternative") == 0;
}

static bool has_words(struct message *m, struct part *p)
{
    return is_text(p) && span_trim(message_part_text(m, p)).n > 0;
}

/* The next part behind p in the tree below root, or NULL; children only where descend holds. */
static struct part *next_below(const struct part *root, struct part *p, bool descend)
{
    if (descend && p->first_child)
        return p->first_child;
    while (p != root && !p->next)
        p = p->parent;
    return p == root ? NULL : p->next;
}

static bool has_words_below(struct message *m, struct part *root)
{
    for (struct part *p = root; p; p = next_below(root, p, p->kind == PART_MULTIPART))
        if (has_words(m, p))
            return true;
    return false;
}

/* text/plain when it says anything, else the first that does. */
static struct part *chosen_alternative(struct message *m, const struct part *p)
{
    for (struct part *c = p->first_child; c; c = c->next)
        if (strcmp(c->subtype, "plain") == 0 && has_words(m, c))
            return c;
    for (struct part *c = p->first_child; c; c = c->next)
        if (has_words_below(m, c))
            return c;
    return p->first_child;
}

/* The next part of the message's own: one branch of each alternative, nothing of messages within.
 */
static struct part *next_own(struct message *m, struct part *p)
{
    if (is_alternative(p))
        return chosen_alternative(m, p);
    if (p->kind == PART_MULTIPART)
        return p->first_child;
    while (p->parent && (is_alternative(p->parent) || !p->next))
        p = p->parent;
    return p->parent ? p->next : NULL;
}

static void add_texts(struct message *m, struct buf *out, bool attachments)
{
    for (struct part *p = m->root; p && out->n < LIMIT_TEXT; p = next_own(m, p)) {
        if (!is_text(p) || content_is_attachment(p) != attachments)
            continue;
        if (out->n > 0 && out->p[out->n - 1] != '\n')
            buf_add_byte(out, '\n');
        buf_add(out, message_part_text(m, p));
    }
}

struct span message_lines(struct message *m)
{
    struct kept_span *kept = &m->kept->lines;
    if (kept->done)
        return kept->bytes;
    struct buf out = {0};
    add_texts(m, &out, false);
    if (span_trim(buf_span(&out)).n == 0)
        add_texts(m, &out, true);
    struct span lines = utf8_cut(buf_span(&out), LIMIT_TEXT);
    const char *copy = arena_string(m->arena, lines);
    kept->bytes = copy ? (struct span){copy, lines.n} : span_of("");
    kept->done = true;
    buf_free(&out);
    return kept->bytes;
}

struct span message_text(struct message *m)
{
    struct kept_span *kept = &m->kept->text;
    if (!kept->done) {
        struct span lines = message_lines(m);
        char *copy = arena_bytes(m->arena, lines.n);
        kept->bytes = copy ? (struct span){copy, white_space_collapse(copy, lines)} : span_of("");
        kept->done = true;
    }
    return kept->bytes;
}
