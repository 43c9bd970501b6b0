/*
 * The wire form of findings. The reader takes every byte for hostile, because the child that wrote
 * it parsed a hostile message: what does not fit the contract exactly is refused whole.
 */
#include "evidence/evidence.h"

#include "base/limits.h"
#include "base/printable.h"

/* The first byte. A journal keeps old forms: a new version means a reader for both. */
#define WIRE_VERSION 1

static void put_number(struct buf *out, size_t n)
{
    buf_add_byte(out, (char)(n & 0xff));
    buf_add_byte(out, (char)(n >> 8 & 0xff));
}

static void put_string(struct buf *out, const char *s, size_t max)
{
    struct span text = span_of(s);
    if (text.n > max)
        out->failed = true;
    put_number(out, text.n);
    buf_add(out, text);
}

static void put_recipient(struct buf *out, const struct report_recipient *r)
{
    put_string(out, r->address, LIMIT_VALUE);
    put_string(out, r->original, LIMIT_VALUE);
    put_string(out, r->action, LIMIT_VALUE);
    put_string(out, r->status, LIMIT_VALUE);
    put_string(out, r->diagnostic, LIMIT_VALUE);
    put_string(out, r->remote_mta, LIMIT_VALUE);
}

static void put_evidence(struct buf *out, const struct evidence *e)
{
    buf_add_byte(out, (char)e->kind);
    buf_add_byte(out, (char)e->nesting);
    put_string(out, e->where, LIMIT_PLACE);
    put_string(out, e->value, LIMIT_VALUE);
}

bool findings_encode(const struct findings *f, struct buf *out)
{
    size_t start = out->n;
    buf_add_byte(out, WIRE_VERSION);
    buf_add_byte(out, (char)f->class);
    buf_add_byte(out, f->truncated ? 1 : 0);
    put_string(out, f->rule, LIMIT_VALUE);
    put_string(out, f->message_id, LIMIT_VALUE);
    put_string(out, f->reporting_mta, LIMIT_VALUE);
    put_number(out, f->recipient_count);
    for (size_t i = 0; i < f->recipient_count; i++)
        put_recipient(out, &f->recipients[i]);
    put_number(out, f->evidence_count);
    for (size_t i = 0; i < f->evidence_count; i++)
        put_evidence(out, &f->evidence[i]);
    return !out->failed && out->n - start <= LIMIT_FINDINGS;
}

/* Reading stops at the first thing that is wrong; what is read afterwards is 0 and "". */
struct wire {
    struct arena *arena;
    struct span rest;
    bool wrong;
};

static void advance(struct wire *w, size_t n)
{
    w->rest.p += n;
    w->rest.n -= n;
}

static unsigned get_byte(struct wire *w)
{
    if (w->wrong || w->rest.n == 0) {
        w->wrong = true;
        return 0;
    }
    unsigned byte = (unsigned char)w->rest.p[0];
    advance(w, 1);
    return byte;
}

/* A number below the bound. */
static unsigned get_below(struct wire *w, unsigned bound)
{
    unsigned n = get_byte(w);
    w->wrong = w->wrong || n >= bound;
    return w->wrong ? 0 : n;
}

static size_t get_count(struct wire *w, size_t max)
{
    if (w->wrong || w->rest.n < 2) {
        w->wrong = true;
        return 0;
    }
    size_t n = (unsigned char)w->rest.p[0] | (size_t)(unsigned char)w->rest.p[1] << 8;
    advance(w, 2);
    w->wrong = n > max;
    return w->wrong ? 0 : n;
}

/* The bytes of a string, unread. */
static struct span pass_string(struct wire *w, size_t max)
{
    size_t n = get_count(w, max);
    struct span s = {w->rest.p, n};
    w->wrong = w->wrong || w->rest.n < n;
    if (w->wrong)
        return (struct span){0};
    advance(w, n);
    return s;
}

static const char *get_string(struct wire *w, size_t max)
{
    struct span s = pass_string(w, max);
    w->wrong = w->wrong || !printable_is_clean(s);
    const char *copy = w->wrong ? NULL : arena_string(w->arena, s);
    w->wrong = !copy;
    return copy ? copy : "";
}

static struct report_recipient get_recipient(struct wire *w)
{
    struct report_recipient r;
    r.address = get_string(w, LIMIT_VALUE);
    r.original = get_string(w, LIMIT_VALUE);
    r.action = get_string(w, LIMIT_VALUE);
    r.status = get_string(w, LIMIT_VALUE);
    r.diagnostic = get_string(w, LIMIT_VALUE);
    r.remote_mta = get_string(w, LIMIT_VALUE);
    return r;
}

static struct evidence get_evidence(struct wire *w)
{
    struct evidence e;
    e.kind = (enum evidence_kind)get_below(w, EVIDENCE_KIND_COUNT);
    e.nesting = (int)get_below(w, LIMIT_PART_DEPTH + 1);
    e.where = get_string(w, LIMIT_PLACE);
    e.value = get_string(w, LIMIT_VALUE);
    return e;
}

static void get_recipients(struct wire *w, struct findings *f)
{
    size_t count = get_count(w, LIMIT_RECIPIENTS);
    f->recipients = arena_array(w->arena, count, sizeof *f->recipients);
    for (; f->recipients && !w->wrong && f->recipient_count < count; f->recipient_count++)
        f->recipients[f->recipient_count] = get_recipient(w);
    w->wrong = w->wrong || !f->recipients;
}

static void pass_recipients(struct wire *w)
{
    for (size_t count = get_count(w, LIMIT_RECIPIENTS); count > 0; count--)
        for (int string = 0; string < 6; string++)
            pass_string(w, LIMIT_VALUE);
}

static void get_all_evidence(struct wire *w, struct findings *f)
{
    size_t count = get_count(w, LIMIT_EVIDENCE);
    f->evidence = arena_array(w->arena, count, sizeof *f->evidence);
    for (; f->evidence && !w->wrong && f->evidence_count < count; f->evidence_count++)
        f->evidence[f->evidence_count] = get_evidence(w);
    w->wrong = w->wrong || !f->evidence;
}

static void get_evidence_of(struct wire *w, uint32_t kinds, struct findings *f)
{
    size_t count = get_count(w, LIMIT_EVIDENCE);
    f->evidence = arena_array(w->arena, count, sizeof *f->evidence);
    for (; f->evidence && !w->wrong && count > 0; count--) {
        struct evidence e = {.where = ""};
        e.kind = (enum evidence_kind)get_below(w, EVIDENCE_KIND_COUNT);
        e.nesting = (int)get_below(w, LIMIT_PART_DEPTH + 1);
        pass_string(w, LIMIT_PLACE);
        if (kinds >> e.kind & 1) {
            e.value = get_string(w, LIMIT_VALUE);
            f->evidence[f->evidence_count++] = e;
        } else
            pass_string(w, LIMIT_VALUE);
    }
    w->wrong = w->wrong || !f->evidence;
}

static struct findings *begin(struct wire *w, struct arena *arena, struct span bytes)
{
    *w = (struct wire){.arena = arena, .rest = bytes};
    struct findings *f = arena_alloc(arena, sizeof *f);
    if (!f || bytes.n > LIMIT_FINDINGS || get_byte(w) != WIRE_VERSION)
        return NULL;
    f->class = (enum class)get_below(w, CLASS_COUNT);
    f->truncated = get_below(w, 2) == 1;
    return f;
}

struct findings *findings_decode(struct arena *arena, struct span bytes)
{
    struct wire w;
    struct findings *f = begin(&w, arena, bytes);
    if (!f)
        return NULL;
    f->rule = get_string(&w, LIMIT_VALUE);
    f->message_id = get_string(&w, LIMIT_VALUE);
    f->reporting_mta = get_string(&w, LIMIT_VALUE);
    get_recipients(&w, f);
    get_all_evidence(&w, f);
    return w.wrong || w.rest.n > 0 ? NULL : f;
}

struct findings *findings_decode_kinds(struct arena *arena, struct span bytes, uint32_t kinds)
{
    struct wire w;
    struct findings *f = begin(&w, arena, bytes);
    if (!f)
        return NULL;
    f->rule = f->message_id = "";
    pass_string(&w, LIMIT_VALUE);
    pass_string(&w, LIMIT_VALUE);
    f->reporting_mta = get_string(&w, LIMIT_VALUE);
    pass_recipients(&w);
    get_evidence_of(&w, kinds, f);
    return w.wrong || w.rest.n > 0 ? NULL : f;
}
