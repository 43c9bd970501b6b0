/*
 * Features are nodes, and a response that shows two of them joins these (union and find). Only the
 * first link counts for that: spam links to well-known hosts as well, which would join everything.
 */
#include "digest/campaign.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define SHAPE ((size_t)120) /* bytes of a shape: beyond it subjects differ by filling only */

struct campaign_node {
    uint32_t parent;
    struct campaign campaign; /* of the root; count 0 elsewhere */
};

struct campaign_pair {
    uint32_t node, source;
};

/* --- the shape of a subject --- */

/* Bytes of the reply mark that s begins with. */
static size_t reply_mark(struct span s)
{
    static const char *const marks[] = {"re:", "fw:", "fwd:", "aw:", "wg:", "sv:", NULL};
    for (size_t i = 0; marks[i]; i++)
        if (span_starts_nocase(s, marks[i]))
            return strlen(marks[i]);
    return 0;
}

static void add_word(struct buf *out, struct span word)
{
    bool digit = false;
    for (size_t i = 0; i < word.n; i++)
        digit = digit || ascii_is_digit(word.p[i]);
    if (span_find_byte(word, '@', 0) < word.n) {
        buf_add_byte(out, '@');
    } else if (digit) {
        buf_add_byte(out, '#');
    } else {
        size_t begin = out->n;
        buf_add(out, word);
        for (size_t i = begin; i < out->n; i++)
            out->p[i] = ascii_lower(out->p[i]);
    }
}

void subject_shape(struct span subject, struct buf *out)
{
    struct span s = span_trim(subject);
    size_t begin = out->n;
    for (size_t mark; (mark = reply_mark(s)) > 0;)
        s = span_trim(span_slice(s, mark, s.n));
    for (size_t at = 0; at < s.n && out->n - begin < SHAPE;) {
        size_t end = at;
        while (end < s.n && !ascii_is_space(s.p[end]))
            end++;
        if (end > at && out->n > begin)
            buf_add_byte(out, ' ');
        if (end > at)
            add_word(out, span_slice(s, at, end));
        at = end + 1;
    }
}

/* --- counting --- */

static uint32_t root_of(const struct campaigns *all, uint32_t node)
{
    while (all->nodes[node].parent != node) {
        uint32_t up = all->nodes[node].parent;
        all->nodes[node].parent = all->nodes[up].parent;
        node = up;
    }
    return node;
}

static bool prepare(struct campaigns *all)
{
    if (all->nodes && all->pair_items)
        return true;
    struct names limited = {.arena = all->arena, .limit = LIMIT_DIGEST_NAMES};
    all->features = all->pairs = limited;
    all->nodes = arena_array(all->arena, LIMIT_DIGEST_NAMES, sizeof *all->nodes);
    all->pair_items = arena_array(all->arena, LIMIT_DIGEST_NAMES, sizeof *all->pair_items);
    return all->nodes && all->pair_items;
}

/* The node of a feature, which begins with the letter of its kind; -1 when there is no room. */
static long node_of(struct campaigns *all, struct span feature)
{
    size_t before = all->features.count;
    long node = names_number(&all->features, feature);
    if (all->features.count > before)
        all->nodes[node].parent = (uint32_t)node;
    return node;
}

static const char *value_of(const struct findings *f, enum evidence_kind kind)
{
    const struct evidence *e = findings_get(f, kind, 0);
    return e ? e->value : "";
}

static long subject_node(struct campaigns *all, const struct findings *f)
{
    struct buf *shape = &all->feature;
    buf_reset(shape);
    buf_add_byte(shape, 's');
    subject_shape(span_of(value_of(f, EVIDENCE_ORIGINAL_SUBJECT)), shape);
    return shape->failed || shape->n == 1 ? -1 : node_of(all, buf_span(shape));
}

static long value_node(struct campaigns *all, char letter, const char *value)
{
    struct buf *feature = &all->feature;
    if (!value[0])
        return -1;
    buf_reset(feature);
    buf_add_byte(feature, letter);
    buf_add_string(feature, value);
    return feature->failed ? -1 : node_of(all, buf_span(feature));
}

/* The larger one's example stays. */
static uint32_t join(struct campaigns *all, uint32_t a, uint32_t b)
{
    a = root_of(all, a);
    b = root_of(all, b);
    if (a == b)
        return a;
    if (all->nodes[a].campaign.count < all->nodes[b].campaign.count) {
        uint32_t c = a;
        a = b;
        b = c;
    }
    struct campaign *kept = &all->nodes[a].campaign, *gone = &all->nodes[b].campaign;
    if (gone->count > 0) {
        kept->first = gone->first < kept->first ? gone->first : kept->first;
        kept->last = gone->last > kept->last ? gone->last : kept->last;
    }
    kept->count += gone->count;
    gone->count = 0;
    all->nodes[b].parent = a;
    return a;
}

static const char *copy(struct campaigns *all, const char *text)
{
    const char *p = text && text[0] ? arena_string(all->arena, span_of(text)) : NULL;
    return p ? p : "";
}

static void count_in(struct campaigns *all, uint32_t node, const struct journal_event *event,
                     const struct findings *f)
{
    struct campaign *c = &all->nodes[node].campaign;
    if (c->count++ > 0) {
        c->first = event->arrival < c->first ? event->arrival : c->first;
        c->last = event->arrival > c->last ? event->arrival : c->last;
        return;
    }
    *c = (struct campaign){.count = 1,
                           .first = event->arrival,
                           .last = event->arrival,
                           .subject = copy(all, value_of(f, EVIDENCE_ORIGINAL_SUBJECT)),
                           .link = copy(all, value_of(f, EVIDENCE_LINK_DOMAIN)),
                           .mailer = copy(all, value_of(f, EVIDENCE_MAILER)),
                           .source = copy(all, value_of(f, EVIDENCE_SOURCE_ADDRESS)),
                           .helo = copy(all, value_of(f, EVIDENCE_SOURCE_HELO)),
                           .mailbox = copy(all, event->mailbox),
                           .folder = copy(all, event->folder),
                           .file = copy(all, event->file)};
}

/* A pair is a name of letters that hold four bits each: there is no NUL in it. */
static void note_source(struct campaigns *all, uint32_t node, long source)
{
    size_t before = all->pairs.count;
    char name[16];
    if (source < 0)
        return;
    uint64_t both = (uint64_t)node << 32 | (uint32_t)source;
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = (char)('A' + (both >> 4 * i & 15));
    long number = names_number(&all->pairs, (struct span){name, sizeof name});
    if (all->pairs.count > before)
        all->pair_items[number] = (struct campaign_pair){node, (uint32_t)source};
}

void campaigns_add(struct campaigns *all, const struct journal_event *event,
                   const struct findings *f, long source)
{
    if (!prepare(all))
        return;
    long a = subject_node(all, f), b = value_node(all, 'l', value_of(f, EVIDENCE_LINK_DOMAIN));
    if (a < 0 && b < 0)
        a = value_node(all, 'm', value_of(f, EVIDENCE_MAILER));
    if (a < 0 && b < 0)
        return;
    uint32_t node = join(all, (uint32_t)(a < 0 ? b : a), (uint32_t)(b < 0 ? a : b));
    count_in(all, node, event, f);
    note_source(all, node, source);
}

/* --- the end --- */

static int by_node_and_source(const void *a, const void *b)
{
    const struct campaign_pair *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

static void count_sources(struct campaigns *all)
{
    size_t n = all->pairs.count;
    for (size_t i = 0; i < n; i++)
        all->pair_items[i].node = root_of(all, all->pair_items[i].node);
    qsort(all->pair_items, n, sizeof *all->pair_items, by_node_and_source);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_node_and_source(&all->pair_items[i - 1], &all->pair_items[i]) != 0)
            all->nodes[all->pair_items[i].node].campaign.sources++;
}

static int by_count_then_first(const void *a, const void *b)
{
    const struct campaign *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return strcmp(x->subject, y->subject);
}

void campaigns_finish(struct campaigns *all, size_t most)
{
    buf_free(&all->feature);
    if (!all->nodes || !all->pair_items)
        return;
    count_sources(all);
    all->items = arena_array(all->arena, all->features.count, sizeof *all->items);
    for (size_t i = 0; all->items && i < all->features.count; i++)
        if (all->nodes[i].campaign.count > 1)
            all->items[all->count++] = all->nodes[i].campaign;
    if (all->count > 0)
        qsort(all->items, all->count, sizeof *all->items, by_count_then_first);
    all->count = all->count < most ? all->count : most;
}
