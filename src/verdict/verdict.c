/*
 * Walking the origin table. An index that fails on the way is row 4, whatever row was asking.
 */
#include "verdict/verdict.h"

#include <string.h>

#include "verdict/judgement.h"

static const char *const names[] = {
    [ORIGIN_UNKNOWN] = "unknown", [ORIGIN_OURS] = "ours", [ORIGIN_FORGED] = "forged"};

const char *origin_name(enum origin o)
{
    return names[o];
}

bool origin_from_name(const char *name, enum origin *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum origin)i;
            return true;
        }
    return false;
}

static bool index_was_lost(const struct judgement *j)
{
    return !j->store;
}

static void walk(struct judgement *j)
{
    for (const struct row *r = origin_table; r->number; r++) {
        bool asks_index = r->number > 4;
        j->out->row = r->number;
        j->out->origin = r->origin;
        if (r->holds(j) && !(asks_index && index_was_lost(j)))
            return;
        if (asks_index && index_was_lost(j))
            break;
    }
    j->out->row = 4;
    j->out->origin = ORIGIN_UNKNOWN;
    because(j, "the outbound index cannot be read: %s", j->out->store_note);
}

bool verdict_judge(struct arena *arena, const struct findings *f, const struct config *config,
                   const struct index_access *index, unixtime arrival, struct verdict *out)
{
    *out = (struct verdict){.class = f->class,
                            .reason = "no rule calls it a response",
                            .known_id = "",
                            .store_note = ""};
    struct judgement j = {.arena = arena,
                          .f = f,
                          .config = config,
                          .store = index->store,
                          .count_strays = index->count_strays,
                          .now = clock_now(),
                          .reach = config->reach_days * SECONDS_PER_DAY,
                          .out = out};
    j.arrival = arrival > j.now ? j.now : arrival < 0 ? 0 : arrival;
    if (f->class != CLASS_MAIL) {
        if (!judgement_prepare(&j))
            return false;
        if (!j.store)
            judgement_lose_index(&j, index->note ? index->note : "there is none");
        walk(&j);
    }
    out->folder = verdict_folder(config, f->class, out->origin);
    return !j.no_memory;
}
