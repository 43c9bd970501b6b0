/*
 * A journal of a million events is read in a second because most of them are never looked at: the
 * picture of two weeks is counted by an index, and only what is new, what was changed, and mail of
 * ours is visited.
 */
#include "digest/journal_reading.h"

struct reading {
    struct summary *summary;
    bool new_ones, changed_ones; /* visited already */
};

static bool was_changed(const struct summary *s, const struct journal_event *event)
{
    return event->changed >= s->since && event->changed < s->until;
}

/* Each event counts once, whichever of its marks it is found by. */
static bool visit(void *context, const struct journal_event *event)
{
    struct reading *r = context;
    if ((r->new_ones && summary_is_new(r->summary, event)) ||
        (r->changed_ones && was_changed(r->summary, event)))
        return true;
    return summary_visit(r->summary, event);
}

static bool read_new(struct reading *r, struct store *store, struct error *e)
{
    struct summary *s = r->summary;
    struct journal_range range = {.after = summary_after(s), .from = summary_reach(s)};
    range.to = range.after >= 0 ? INT64_MAX : s->until;
    bool ok = journal_each_since(store, &range, visit, r, e);
    r->new_ones = true;
    return ok;
}

static bool read_changed(struct reading *r, struct store *store, struct error *e)
{
    bool ok = journal_each_changed(store, r->summary->since, r->summary->until, visit, r, e);
    r->changed_ones = true;
    return ok;
}

/* When day `i` of the picture ends; the last one holds what is dated ahead of it, too. */
static unixtime day_end(const struct summary *s, int i)
{
    if (i + 1 < SUMMARY_DAYS)
        return s->days[i + 1].start;
    return summary_after(s) >= 0 ? INT64_MAX : s->until;
}

static bool read_ours(struct reading *r, struct store *store, struct error *e)
{
    struct summary *s = r->summary;
    for (int class = 0; class < CLASS_COUNT; class ++)
        if (class_tells_of_delivery((enum class) class) &&
            !journal_each_of(store, class_name((enum class) class), origin_name(ORIGIN_OURS),
                             s->days[0].start, day_end(s, SUMMARY_DAYS - 1), visit, r, e))
            return false;
    return true;
}

/* The days of a class that did not come at all need no question each. */
static bool count_days(struct summary *s, struct store *store, enum class class, enum origin origin,
                       struct error *e)
{
    int64_t n = 0;
    const char *class_text = class_name(class), *origin_text = origin_name(origin);
    enum lookup any = journal_has(store, class_text, origin_text, s->days[0].start,
                                  day_end(s, SUMMARY_DAYS - 1), e);
    for (int i = 0; any == LOOKUP_YES && i < SUMMARY_DAYS; i++) {
        if (!journal_count(store, class_text, origin_text, s->days[i].start, day_end(s, i), &n, e))
            return false;
        summary_count(s, i, class, origin, n);
    }
    return any != LOOKUP_ERROR;
}

static bool read_picture(struct summary *s, struct store *store, struct error *e)
{
    for (int class = 0; class < CLASS_COUNT; class ++)
        for (int origin = 0; class != CLASS_MAIL && origin < 3; origin++)
            if (!count_days(s, store, (enum class) class, (enum origin)origin, e))
                return false;
    return true;
}

bool summary_read(struct summary *s, struct store *store, struct error *e)
{
    struct reading r = {.summary = s};
    return read_new(&r, store, e) && read_changed(&r, store, e) && read_ours(&r, store, e) &&
           read_picture(s, store, e);
}
