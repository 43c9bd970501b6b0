/*
 * How the tree of parts is named to people and to rules: as one line, and part by part.
 */
#include "message/kept.h"

#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/content.h"

static void add_type(struct buf *out, const struct part *p)
{
    buf_add_string(out, p->type);
    buf_add_byte(out, '/');
    buf_add_string(out, p->subtype);
}

/* A header alone has no parts worth a name: its types are those of a body that is not there. */
static const struct part *named_child(const struct part *p)
{
    return content_is_header_only(p) ? NULL : p->first_child;
}

static void add_tree(struct buf *out, const struct part *root)
{
    const struct part *p = root;
    for (;;) {
        add_type(out, p);
        if (named_child(p)) {
            buf_add_byte(out, '(');
            p = named_child(p);
            continue;
        }
        while (p != root && !p->next) {
            p = p->parent;
            buf_add_byte(out, ')');
        }
        if (p == root)
            return;
        buf_add_byte(out, ',');
        p = p->next;
    }
}

struct span message_structure(struct message *m)
{
    struct kept_span *kept = &m->kept->structure;
    if (kept->done)
        return kept->bytes;
    struct buf out = {0};
    add_tree(&out, m->root);
    struct span whole = span_slice(buf_span(&out), 0, LIMIT_STRUCTURE);
    const char *copy = arena_string(m->arena, whole);
    kept->bytes = copy ? (struct span){copy, whole.n} : span_of("");
    kept->done = true;
    buf_free(&out);
    return kept->bytes;
}

/* Whether the part was read from decoded bytes and not from the message itself. */
static bool is_within_decoded(const struct message *m, const struct part *p)
{
    uintptr_t at = (uintptr_t)p->body.p, start = (uintptr_t)m->bytes.p;
    return at < start || at > start + m->bytes.n;
}

const char *message_place(struct message *m, const struct part *p)
{
    if (!p->parent)
        return "message";
    const char *place = arena_printf(
        m->arena, is_within_decoded(m, p) ? "part %s (decoded)" : "part %s", p->number);
    return place ? place : "part";
}
