/*
 * BODYSTRUCTURE (RFC 3501 7.4.2) as message_structure writes the tree of a message that is here.
 */
#include "mailbox/imap_fetch.h"

#include "base/buf.h"
#include "base/limits.h"

static void add_lower(struct buf *out, const char *s)
{
    for (; s && *s; s++)
        buf_add_byte(out, ascii_lower(*s));
}

static const char *basic_type(const struct mailimap_media_basic *m)
{
    switch (m->med_type) {
    case MAILIMAP_MEDIA_BASIC_APPLICATION:
        return "application";
    case MAILIMAP_MEDIA_BASIC_AUDIO:
        return "audio";
    case MAILIMAP_MEDIA_BASIC_IMAGE:
        return "image";
    case MAILIMAP_MEDIA_BASIC_MESSAGE:
        return "message";
    case MAILIMAP_MEDIA_BASIC_VIDEO:
        return "video";
    default:
        return m->med_basic_type;
    }
}

/* Messages within that the server does not look into, but the parser here does. */
static bool is_opaque_message(const struct mailimap_media_basic *m)
{
    struct span subtype = span_of(m->med_subtype);
    return m->med_type == MAILIMAP_MEDIA_BASIC_MESSAGE &&
           (span_is_nocase(subtype, "global") || span_is_nocase(subtype, "rfc822"));
}

static bool add_body(struct buf *out, const struct mailimap_body *body, int depth);

static bool add_single(struct buf *out, const struct mailimap_body_type_1part *p, int depth)
{
    if (p->bd_type == MAILIMAP_BODY_TYPE_1PART_TEXT) {
        buf_add_string(out, "text/");
        add_lower(out, p->bd_data.bd_type_text->bd_media_text);
        return true;
    }
    if (p->bd_type == MAILIMAP_BODY_TYPE_1PART_MSG) {
        buf_add_string(out, "message/rfc822(");
        bool ok = add_body(out, p->bd_data.bd_type_msg->bd_body, depth + 1);
        buf_add_byte(out, ')');
        return ok;
    }
    if (p->bd_type != MAILIMAP_BODY_TYPE_1PART_BASIC)
        return false;
    const struct mailimap_media_basic *m = p->bd_data.bd_type_basic->bd_media_basic;
    add_lower(out, basic_type(m));
    buf_add_byte(out, '/');
    add_lower(out, m->med_subtype);
    return !is_opaque_message(m);
}

static bool add_multipart(struct buf *out, const struct mailimap_body_type_mpart *p, int depth)
{
    bool ok = true, first = true;
    buf_add_string(out, "multipart/");
    add_lower(out, p->bd_media_subtype);
    buf_add_byte(out, '(');
    for (clistiter *i = clist_begin(p->bd_list); ok && i; i = clist_next(i)) {
        if (!first)
            buf_add_byte(out, ',');
        first = false;
        ok = add_body(out, clist_content(i), depth + 1);
    }
    buf_add_byte(out, ')');
    return ok;
}

static bool add_body(struct buf *out, const struct mailimap_body *body, int depth)
{
    if (!body || depth > LIMIT_IMAP_DEPTH)
        return false;
    return body->bd_type == MAILIMAP_BODY_MPART
               ? add_multipart(out, body->bd_data.bd_body_mpart, depth)
               : add_single(out, body->bd_data.bd_body_1part, depth);
}

struct span imap_structure(struct arena *arena, const struct mailimap_body *body)
{
    struct buf out = {.limit = LIMIT_STRUCTURE};
    struct span line = {0};
    if (add_body(&out, body, 0) && !out.failed) {
        const char *copy = arena_string(arena, buf_span(&out));
        line = (struct span){copy, copy ? out.n : 0};
    }
    buf_free(&out);
    return line;
}
