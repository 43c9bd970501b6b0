/*
 * A walk over the pattern's tokens by recursive descent. Along a concatenation every run of plain
 * characters is required, and so is one branch of every group; the best of these candidates is
 * kept. Repeats of at least one are required once, everything optional is passed over.
 */
#include "rules/literal.h"

#include <string.h>

#include "base/printable.h"
#include "rules/fold.h"
#include "rules/pattern.h"

#define SET_MAX     200 /* literals in a set */
#define LITERAL_MAX 64  /* bytes of one: the rest of a longer text is not needed */
#define DEPTH_MAX   24
#define SCRATCH     8192

/* A candidate: any one of these must stand in the subject. exact: the expression matches the single
 * string items[0] and nothing else. count 0: nothing is known. */
struct found {
    struct span items[SET_MAX];
    size_t count, shortest;
    bool exact;
};

struct walk {
    struct span rest;
    bool unsure;
    size_t depth;
    struct pattern_token end; /* what ended the last alternation */
    size_t used;
    char *scratch; /* SCRATCH bytes */
};

/* The concatenation being read. */
struct run {
    char text[LITERAL_MAX];
    size_t n;
    bool whole; /* all read so far is in text */
};

static struct span keep(struct walk *w, const char *text, size_t n)
{
    if (w->used + n > SCRATCH) {
        w->unsure = true;
        return (struct span){0};
    }
    char *p = memcpy(w->scratch + w->used, text, n);
    w->used += n;
    return (struct span){p, n};
}

/* Length tells more than anything up to a word's; then fewer literals are better. */
static long score(size_t count, size_t shortest)
{
    if (count == 0 || shortest == 0)
        return -1;
    return (long)(shortest > 10 ? 10 : shortest) * SET_MAX - (long)count;
}

static void offer(struct found *best, const struct span *items, size_t count, size_t shortest)
{
    if (score(count, shortest) > score(best->count, best->shortest)) {
        best->count = count;
        best->shortest = shortest;
        memcpy(best->items, items, count * sizeof *items);
    }
}

static void end_run(struct walk *w, struct run *r, struct found *best)
{
    if (score(1, r->n) > score(best->count, best->shortest)) {
        struct span kept = keep(w, r->text, r->n);
        offer(best, &kept, 1, r->n);
    }
    r->n = 0;
    r->whole = false;
}

/* Adds one or more whole characters. */
static void add_to_run(struct walk *w, struct run *r, struct found *best, struct span text)
{
    if (r->n + text.n > LITERAL_MAX)
        end_run(w, r, best);
    memcpy(r->text + r->n, text.p, text.n);
    r->n += text.n;
}

static void read_char(struct walk *w, struct run *r, struct found *best,
                      const struct pattern_token *t)
{
    char bytes[3];
    struct span c = {bytes, fold_write(t->c, bytes)};
    unsigned times = t->min < LITERAL_MAX ? t->min : LITERAL_MAX;
    for (unsigned i = 0; i < times; i++)
        add_to_run(w, r, best, c);
    if (t->unbounded || t->max != times) {
        end_run(w, r, best);
        if (t->min > 0)
            add_to_run(w, r, best, c);
    }
}

static void read_plain(struct walk *w, struct run *r, struct found *best, size_t n)
{
    char lower[LITERAL_MAX];
    while (n > 0) {
        size_t part = n < LITERAL_MAX ? n : LITERAL_MAX;
        for (size_t i = 0; i < part; i++)
            lower[i] = w->rest.p[i] | 0x20; /* letters; the others have the bit set already */
        add_to_run(w, r, best, (struct span){lower, part});
        w->rest = span_slice(w->rest, part, w->rest.n);
        n -= part;
    }
}

static void read_alternation(struct walk *w, struct found *out);

static void read_group(struct walk *w, struct run *r, struct found *best,
                       const struct pattern_token *open)
{
    struct found inner;
    read_alternation(w, &inner);
    const struct pattern_token *close = &w->end;
    if (w->unsure || open->look)
        return;
    if (inner.exact && !close->unbounded && close->min == 1 && close->max == 1) {
        add_to_run(w, r, best, inner.items[0]);
        return;
    }
    end_run(w, r, best);
    if (close->min > 0)
        offer(best, inner.items, inner.count, inner.shortest);
}

/* Reads up to the token that ends the branch and gives it. */
static struct pattern_token read_branch(struct walk *w, struct found *best)
{
    struct run r = {.whole = true};
    best->count = best->shortest = 0;
    best->exact = false;
    for (;;) {
        read_plain(w, &r, best, pattern_plain(w->rest));
        struct pattern_token t = pattern_next(&w->rest);
        if (t.kind == TOKEN_CHAR) {
            read_char(w, &r, best, &t);
        } else if (t.kind == TOKEN_SET) {
            end_run(w, &r, best);
        } else if (t.kind == TOKEN_OPEN) {
            read_group(w, &r, best, &t);
        } else if (t.kind != TOKEN_ASSERTION && t.kind != TOKEN_OPTION) {
            if (r.whole) {
                best->exact = true;
                best->items[0] = keep(w, r.text, r.n);
                best->count = 1;
                best->shortest = r.n;
            } else {
                end_run(w, &r, best);
            }
            return t;
        }
        if (w->unsure)
            return (struct pattern_token){.kind = TOKEN_UNSURE};
    }
}

static void add_branch(struct found *all, const struct found *branch, bool *none)
{
    if (branch->count == 0 || branch->shortest == 0 || all->count + branch->count > SET_MAX) {
        *none = true;
        return;
    }
    memcpy(all->items + all->count, branch->items, branch->count * sizeof *branch->items);
    all->count += branch->count;
    if (branch->shortest < all->shortest)
        all->shortest = branch->shortest;
}

/* One branch is passed up as it is (it may be exact); of several, each must give its part. */
static void read_alternation(struct walk *w, struct found *out)
{
    struct found branch;
    bool none = false;
    if (++w->depth > DEPTH_MAX) {
        w->unsure = true;
        return;
    }
    w->end = read_branch(w, out);
    if (w->end.kind == TOKEN_OR) {
        out->exact = false;
        none = out->count == 0 || out->shortest == 0;
    }
    while (w->end.kind == TOKEN_OR && !w->unsure) {
        w->end = read_branch(w, &branch);
        add_branch(out, &branch, &none);
    }
    if (none)
        out->count = 0;
    w->unsure = w->unsure || w->end.kind == TOKEN_UNSURE;
    w->depth--;
}

static struct literal literal_of(const char *p, size_t n)
{
    struct literal l = {.text = {p, n}, .has_grams = n >= GRAM_LENGTH};
    if (l.has_grams) {
        l.grams[0] = gram_hash(p);
        l.grams[1] = gram_hash(p + n - GRAM_LENGTH);
    }
    return l;
}

/* All texts of a set stand in one piece of memory. */
static struct literal_set literal_set_of(struct arena *arena, const struct found *found)
{
    size_t bytes = 0;
    for (size_t i = 0; i < found->count; i++)
        bytes += found->items[i].n;
    struct literal *items = arena_array(arena, found->count, sizeof *items);
    char *to = items ? arena_alloc(arena, bytes) : NULL;
    if (!to)
        return (struct literal_set){0};
    for (size_t i = 0; i < found->count; i++) {
        size_t n = found->items[i].n;
        memcpy(to, found->items[i].p, n);
        items[i] = literal_of(to, n);
        to += n;
    }
    return (struct literal_set){items, found->count};
}

struct literal_set literals_required(struct arena *arena, struct span pattern)
{
    char scratch[SCRATCH];
    struct walk w = {.rest = pattern, .scratch = scratch};
    struct found found;
    read_alternation(&w, &found);
    if (w.unsure || w.end.kind != TOKEN_END || found.count == 0 || found.shortest == 0)
        return (struct literal_set){0};
    return literal_set_of(arena, &found);
}

/* In place: a folded character is never longer. */
static size_t fold_beyond_ascii(char *p, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n;) {
        unsigned cp = (unsigned char)p[i];
        size_t length = cp < 0x80 ? 1 : utf8_decode((struct span){p + i, n - i}, &cp);
        if (length == 2 || length == 3) {
            to += fold_write(fold(cp), p + to);
        } else {
            length = length ? length : 1;
            memmove(p + to, p + i, length);
            to += length;
        }
        i += length;
    }
    return to;
}

struct span literal_subject(struct arena *arena, struct span s)
{
    char *p = arena_bytes(arena, s.n);
    if (!p)
        return (struct span){0};
    unsigned char beyond = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        beyond |= c;
        p[i] = (char)(c + ((unsigned char)(c - 'A') < 26) * 32);
    }
    return (struct span){p, beyond & 0x80 ? fold_beyond_ascii(p, s.n) : s.n};
}

bool literals_may_hold(const struct literal_set *set, struct span subject,
                       const struct grams *grams)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct literal *l = &set->items[i];
        if (l->has_grams &&
            !(grams_may_have(grams, l->grams[0]) && grams_may_have(grams, l->grams[1])))
            continue;
        if (memmem(subject.p, subject.n, l->text.p, l->text.n))
            return true;
    }
    return set->count == 0;
}
