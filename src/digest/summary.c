/*
 * What the journal holds, put into what a digest tells. Of forged responses, which may be a
 * million, only what is counted is decoded.
 */
#include "digest/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/normal_form.h"

struct summary_work {
    struct arena *arena, *scratch;
    struct summary_options options;
    struct tally names, hosts, domains;
    struct place *examples;      /* by number of a host */
    int64_t doubtful_in_picture; /* new ones of the days that are drawn */
};

/* What is counted of forged responses. */
static const uint32_t counted_kinds =
    1u << EVIDENCE_ENVELOPE_RECIPIENT | 1u << EVIDENCE_DELIVERED_TO | 1u << EVIDENCE_TO |
    1u << EVIDENCE_RESPONDER | 1u << EVIDENCE_RELAY | 1u << EVIDENCE_DKIM |
    1u << EVIDENCE_ORIGINAL_SUBJECT | 1u << EVIDENCE_SOURCE_ADDRESS | 1u << EVIDENCE_MAILER |
    1u << EVIDENCE_SOURCE_HELO | 1u << EVIDENCE_LINK_DOMAIN | 1u << EVIDENCE_RETURNED_CHECK |
    1u << EVIDENCE_RESPONSE_CHECK;

struct summary *summary_new(struct arena *arena, const struct summary_options *options)
{
    struct summary *s = arena_alloc(arena, sizeof *s);
    struct summary_work *w = arena_alloc(arena, sizeof *w);
    struct arena *scratch = s && w ? arena_new(LIMIT_ARENA) : NULL;
    if (!scratch)
        return NULL;
    struct names few = {.arena = arena, .limit = LIMIT_DIGEST_DOMAINS};
    struct names limited = {.arena = arena, .limit = LIMIT_DIGEST_NAMES};
    *w = (struct summary_work){.arena = arena,
                               .scratch = scratch,
                               .options = *options,
                               .names.names = limited,
                               .hosts.names = limited,
                               .domains.names = few};
    *s =
        (struct summary){.since = options->since, .until = options->until, .newest = -1, .work = w};
    s->mails = (struct own_mails){.arena = arena,
                                  .originals = {.arena = arena, .limit = LIMIT_DIGEST_LINES}};
    senders_begin(&s->senders, arena);
    for (int i = 0; i < SUMMARY_DAYS; i++)
        s->days[i].start = when_day_start(options->until, i - (SUMMARY_DAYS - 1));
    return s;
}

unixtime summary_reach(const struct summary *s)
{
    unixtime late = s->since - SECONDS_PER_DAY;
    if (s->work->options.after < 0)
        return s->since;
    return late < s->days[0].start ? late : s->days[0].start;
}

int64_t summary_after(const struct summary *s)
{
    return s->work->options.after;
}

/* --- one event --- */

struct kind {
    enum class class;
    enum origin origin, before;
    bool fresh;     /* told for the first time in this digest */
    bool rechecked; /* changed in the period, not by the user's own word */
};

static bool in_period(const struct summary_options *o, unixtime t)
{
    return t >= o->since && t < o->until;
}

static bool kind_of(const struct summary *s, const struct journal_event *event, struct kind *k)
{
    const struct summary_options *o = &s->work->options;
    if (!class_from_name(span_of(event->class_), &k->class) || k->class == CLASS_MAIL ||
        !origin_from_name(event->origin, &k->origin))
        return false;
    k->before = k->origin;
    bool changed = origin_from_name(event->previous_origin, &k->before) && k->before != k->origin;
    k->rechecked = changed && !event->by_user && in_period(o, event->changed);
    k->fresh = summary_is_new(s, event);
    return true;
}

/* What is told of a response beyond counting it comes from its findings. */
static bool needs_findings(const struct kind *k)
{
    return k->fresh || k->origin == ORIGIN_OURS;
}

bool summary_is_new(const struct summary *s, const struct journal_event *event)
{
    const struct summary_options *o = &s->work->options;
    return o->after >= 0 ? event->number > o->after && event->time >= summary_reach(s)
                         : in_period(o, event->time);
}

static const char *copy(struct summary *s, const char *text)
{
    char *p = text && text[0] ? arena_string(s->work->arena, span_of(text)) : NULL;
    if (text && text[0] && !p)
        s->incomplete = true;
    return p ? p : "";
}

static const char *value_of(const struct findings *f, enum evidence_kind kind)
{
    const struct evidence *e = f ? findings_get(f, kind, 0) : NULL;
    return e ? e->value : "";
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a[0] ? a : b[0] ? b : c;
}

static struct told *told_room(struct summary *s, struct told_list *list)
{
    list->total++;
    if (list->count == LIMIT_DIGEST_LINES)
        return NULL;
    if (list->count == list->size) {
        size_t size = list->size ? 2 * list->size : 64;
        struct told *items = arena_array(s->work->arena, size, sizeof *items);
        if (!items)
            return NULL;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->size = size;
    }
    return &list->items[list->count++];
}

static void tell(struct summary *s, struct told_list *list, const struct kind *k,
                 const struct journal_event *event, const struct findings *f)
{
    struct told *t = told_room(s, list);
    if (!t) {
        s->incomplete = true;
        return;
    }
    bool named = f && f->recipient_count > 0;
    *t = (struct told){
        .class = k->class,
        .origin = k->origin,
        .before = k->before,
        .arrival = event->arrival,
        .from = copy(s, first_of(value_of(f, EVIDENCE_RESPONDER), f ? f->reporting_mta : "",
                                 value_of(f, EVIDENCE_ENVELOPE_SENDER))),
        .recipient =
            copy(s, named ? first_of(f->recipients[0].address, f->recipients[0].original, "") : ""),
        .subject = copy(s, value_of(f, EVIDENCE_SUBJECT)),
        .original_subject = copy(s, value_of(f, EVIDENCE_ORIGINAL_SUBJECT)),
        .mailbox = copy(s, event->mailbox),
        .folder = copy(s, event->folder),
        .file = copy(s, event->file),
    };
}

bool class_tells_of_delivery(enum class class)
{
    return class == CLASS_BOUNCE || class == CLASS_DELAY || class == CLASS_SUCCESS ||
           class == CLASS_FILTER_NOTICE;
}

static void add_ours(struct summary *s, const struct kind *k, const struct journal_event *event,
                     const struct findings *f)
{
    bool fresh = k->fresh || k->rechecked;
    if (k->rechecked)
        tell(s, &s->rescued, k, event, f);
    if (class_tells_of_delivery(k->class) && f)
        own_mails_add(&s->mails, event, f, fresh);
    else if (fresh)
        tell(s, &s->answers, k, event, f);
}

static void add_doubtful(struct summary *s, const struct kind *k, const struct journal_event *event,
                         const struct findings *f)
{
    tell(s, &s->doubtful, k, event, f);
    s->work->doubtful_in_picture += event->arrival >= s->days[0].start;
}

static long tally_lower(struct tally *t, struct span name)
{
    char lower[LIMIT_ADDRESS];
    for (size_t i = 0; i < name.n && i < sizeof lower; i++)
        lower[i] = ascii_lower(name.p[i]);
    if (name.n > 0 && name.n <= sizeof lower)
        return tally_add(t, (struct span){lower, name.n});
    t->others++;
    return -1;
}

static void keep_example(struct summary *s, long host, const struct journal_event *event)
{
    struct summary_work *w = s->work;
    if (!w->examples)
        w->examples = arena_array(w->arena, LIMIT_DIGEST_NAMES, sizeof *w->examples);
    if (host >= 0 && w->examples && !w->examples[host].file)
        w->examples[host] = (struct place){.mailbox = copy(s, event->mailbox),
                                           .folder = copy(s, event->folder),
                                           .file = copy(s, event->file)};
}

/* The examples of the most frequent hosts, in their order. */
static void choose_examples(struct summary *s)
{
    struct summary_work *w = s->work;
    s->forged_host_examples =
        arena_array(w->arena, s->forged_host_count, sizeof *s->forged_host_examples);
    for (size_t i = 0; s->forged_host_examples && i < s->forged_host_count; i++) {
        long host = names_number(&w->hosts.names, span_of(s->forged_hosts[i].name));
        s->forged_host_examples[i] = host >= 0 && w->examples && w->examples[host].file
                                         ? w->examples[host]
                                         : (struct place){"", "", ""};
    }
    s->incomplete = s->incomplete || !s->forged_host_examples;
}

/* The address in whose name the original was sent is the one the response came to. */
static const char *came_to(struct summary *s, const struct findings *f)
{
    const char *address = first_of(value_of(f, EVIDENCE_ENVELOPE_RECIPIENT),
                                   value_of(f, EVIDENCE_DELIVERED_TO), value_of(f, EVIDENCE_TO));
    return plain_address(s->work->scratch, span_of(address));
}

static void add_forged(struct summary *s, const struct journal_event *event,
                       const struct findings *f, const char *name)
{
    struct span host = span_of(f ? f->reporting_mta : "");
    tally_lower(&s->work->names, span_of(name));
    if (host.n == 0)
        host = domain_of(span_of(value_of(f, EVIDENCE_RESPONDER)));
    keep_example(s, tally_lower(&s->work->hosts, host), event);
}

void summary_count(struct summary *s, int day, enum class class, enum origin origin, int64_t n)
{
    s->days[day].counts[class][origin] += n;
}

static void add(struct summary *s, const struct kind *k, const struct journal_event *event,
                const struct findings *f)
{
    const struct summary_options *o = &s->work->options;
    if (o->after < 0 && event->time >= o->until)
        return;
    if (event->number > s->newest)
        s->newest = event->number;
    if (!k) {
        s->unreadable++;
        return;
    }
    if (!f && needs_findings(k))
        s->unreadable++;
    if (k->fresh)
        s->counts[k->class][k->origin]++;
    if (k->origin == ORIGIN_OURS)
        add_ours(s, k, event, f);
    else if (k->origin == ORIGIN_FORGED && k->rechecked)
        s->found_forged++;
    else if (k->origin == ORIGIN_UNKNOWN && k->fresh)
        add_doubtful(s, k, event, f);
    if (!k->fresh)
        return;
    const char *name = came_to(s, f);
    tally_lower(&s->work->domains, domain_of(span_of(name)));
    if (k->origin == ORIGIN_FORGED)
        add_forged(s, event, f, name);
    if (k->origin != ORIGIN_OURS && f)
        senders_add(&s->senders, event, k->origin, f);
}

void summary_add(struct summary *s, const struct journal_event *event, const struct findings *f)
{
    struct kind k;
    add(s, kind_of(s, event, &k) ? &k : NULL, event, f);
}

bool summary_visit(void *context, const struct journal_event *event)
{
    struct summary *s = context;
    struct kind k;
    struct findings *f = NULL;
    bool known = kind_of(s, event, &k);
    if (known && needs_findings(&k)) {
        arena_reset(s->work->scratch);
        f = k.origin == ORIGIN_FORGED
                ? findings_decode_kinds(s->work->scratch, event->findings, counted_kinds)
                : findings_decode(s->work->scratch, event->findings);
    }
    add(s, known ? &k : NULL, event, f);
    return true;
}

/* --- the end --- */

static int by_folder_then_latest(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    int order = strcmp(x->mailbox, y->mailbox);
    if (order == 0)
        order = strcmp(x->folder, y->folder);
    if (order != 0)
        return order;
    if (x->arrival != y->arrival)
        return x->arrival > y->arrival ? -1 : 1;
    return strcmp(x->file, y->file);
}

static void sort(struct told_list *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_folder_then_latest);
}

void summary_finish(struct summary *s)
{
    struct summary_work *w = s->work;
    sort(&s->rescued);
    sort(&s->answers);
    sort(&s->doubtful);
    own_mails_finish(&s->mails);
    s->incomplete = s->incomplete || s->mails.incomplete;
    s->forged_name_count =
        tally_top(&w->names, SUMMARY_TOP, &s->forged_names, &s->other_forged_names);
    s->forged_host_count =
        tally_top(&w->hosts, SUMMARY_TOP, &s->forged_hosts, &s->other_forged_hosts);
    choose_examples(s);
    senders_finish(&s->senders, SUMMARY_TOP);
    for (int i = 0; i < SUMMARY_DAYS; i++)
        s->older_doubtful += summary_total(s->days[i].counts, ORIGIN_UNKNOWN);
    s->older_doubtful -= w->doubtful_in_picture;
    struct tally_count *domain;
    int64_t rest;
    s->domain = tally_top(&w->domains, 1, &domain, &rest) > 0 ? domain->name : "";
    arena_free(w->scratch);
    w->scratch = NULL;
}

/* --- figures --- */

int64_t summary_total(const class_counts counts, enum origin origin)
{
    int64_t sum = 0;
    for (int c = 0; c < CLASS_COUNT; c++)
        sum += counts[c][origin];
    return sum;
}

int64_t summary_mails(const struct summary *s, enum fate fate)
{
    int64_t n = 0;
    for (size_t i = 0; i < s->mails.count; i++)
        n += s->mails.items[i].fate == fate;
    return n;
}

bool summary_is_empty(const struct summary *s)
{
    int64_t sum = s->rescued.total + s->found_forged + (int64_t)s->mails.count;
    for (int o = 0; o < 3; o++)
        sum += summary_total(s->counts, (enum origin)o);
    return sum == 0;
}
