/*
 * Coverage. It is what lets a missing ID mean "forged", so everything not known here ends it: a
 * source that never ran, an error, a span that was pruned once.
 */
#include "sources/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/pending_gap.h"
#include "sources/write_count.h"

/* The store's note of coverage_forget: seconds since 1970. */
#define FORGOTTEN_NOTE "forgotten-before"

static const char *day(struct arena *arena, unixtime t)
{
    char text[32];
    clock_format(t, text);
    const char *copy = arena_string(arena, span_slice(span_of(text), 0, 16));
    return copy ? copy : "";
}

static bool time_noted(struct store *s, struct arena *arena, const char *name, unixtime *out,
                       struct error *e)
{
    const char *note;
    if (!store_note_get(s, arena, name, &note, e))
        return false;
    *out = strtoll(note, NULL, 10);
    return true;
}

/* The later of what a source has left out and what pruning has removed. */
bool coverage_forgotten(struct store *s, struct arena *arena, unixtime *out, struct error *e)
{
    unixtime pruned;
    if (!time_noted(s, arena, FORGOTTEN_NOTE, out, e) ||
        !time_noted(s, arena, STORE_NOTE_PRUNED, &pruned, e))
        return false;
    if (pruned > *out)
        *out = pruned;
    return true;
}

bool coverage_forget(struct store *s, unixtime before, struct error *e)
{
    struct arena *arena = arena_new(64 * 1024);
    unixtime known = 0;
    if (!arena)
        return error_memory(e);
    bool ok = coverage_forgotten(s, arena, &known, e);
    arena_free(arena);
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)before);
    return ok && (before <= known || store_note_set(s, FORGOTTEN_NOTE, text, e));
}

static bool none(struct coverage *c, const char *why)
{
    *c = (struct coverage){.why = why};
    return true;
}

/* Where coverage begins, and in words why there. */
static const char *begin(const struct config *config, unixtime now, unixtime forgotten,
                         struct coverage *c)
{
    const char *why = "[index] complete-since";
    c->from = config->complete_since;
    if (now - config->retain_days * SECONDS_PER_DAY > c->from) {
        c->from = now - config->retain_days * SECONDS_PER_DAY;
        why = "[index] retain-days";
    }
    if (forgotten > c->from) {
        c->from = forgotten;
        why = "what was sent before was removed from the index";
    }
    return why;
}

/* Where coverage ends: the earliest last run of a pull source; *holds_back names it. A source that
 * never ran is named in *missing. */
static bool end(struct store *s, struct arena *arena, const struct config *config, unixtime now,
                struct coverage *c, const char **holds_back, const char **missing, struct error *e)
{
    c->to = now;
    for (size_t i = 0; i < config->sources.count; i++) {
        struct source_state state;
        if (!store_source(s, arena, config->sources.items[i], &state, e))
            return false;
        if (state.first_run == 0)
            *missing = config->sources.items[i];
        else if (!state.is_push && (!*holds_back || state.last_run < c->to)) {
            *holds_back = config->sources.items[i];
            c->to = state.last_run < c->to ? state.last_run : c->to;
        }
    }
    return true;
}

bool coverage_find(struct store *s, struct arena *arena, const struct config *config, unixtime now,
                   struct coverage *out, struct error *e)
{
    unixtime forgotten;
    const char *holds_back = NULL, *missing = NULL;
    if (config->sources.count == 0)
        return none(out, "no source of sent mail is declared ([index] source)");
    if (config->complete_since == 0)
        return none(out, "it is not said since when the sources hold all that was sent "
                         "(write complete-since = DATE under [index])");
    *out = (struct coverage){.any = true};
    if (!coverage_forgotten(s, arena, &forgotten, e) ||
        !end(s, arena, config, now, out, &holds_back, &missing, e))
        return false;
    const char *begin_why = begin(config, now, forgotten, out);
    if (missing)
        none(out, arena_printf(arena, "the source %s has not recorded anything yet", missing));
    else if (holds_back)
        out->why = arena_printf(arena, "from %s (%s) to %s (last run of %s)", day(arena, out->from),
                                begin_why, day(arena, out->to), holds_back);
    else
        out->why = arena_printf(arena, "from %s (%s) up to now", day(arena, out->from), begin_why);
    return out->why || error_memory(e);
}

static bool not_covered(const char **why, const char *reason)
{
    *why = reason ? reason : "out of memory";
    return false;
}

bool coverage_holds(struct store *s, struct arena *arena, const struct config *config,
                    const struct coverage *c, unixtime from, unixtime to, const char **why)
{
    struct error e = {0};
    struct gap *gaps;
    size_t count;
    if (!c->any)
        return not_covered(why, c->why);
    if (from < c->from || to > c->to)
        return not_covered(why, arena_printf(arena,
                                             "it holds all that was sent %s, and asked for is "
                                             "from %s to %s",
                                             c->why, day(arena, from), day(arena, to)));
    if (!store_gaps(s, arena, from, to, &gaps, &count, &e))
        return not_covered(why, arena_string(arena, span_of(e.text)));
    if (count > 0)
        return not_covered(why, arena_printf(arena, "%s has a gap from %s to %s: %s",
                                             gaps[0].source, day(arena, gaps[0].from),
                                             day(arena, gaps[0].to), gaps[0].reason));
    return !pending_gap_lies_in(arena, config, from, to, why) &&
           !write_count_gap_lies_in(s, arena, config, from, to, why);
}

bool coverage_spans(struct store *s, struct arena *arena, const struct config *config,
                    const struct coverage *c, unixtime arrival, const char **why)
{
    unixtime reach = config->reach_days * SECONDS_PER_DAY;
    return coverage_holds(s, arena, config, c, arrival - reach, arrival, why);
}
