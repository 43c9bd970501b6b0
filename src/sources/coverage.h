/*
 * Coverage: the span for which the declared sources are known to hold everything sent (DESIGN.md,
 * Origin).
 */
#ifndef BACKSIFT_SOURCES_COVERAGE_H
#define BACKSIFT_SOURCES_COVERAGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "store/store.h"

struct coverage {
    bool any;          /* false: no source is declared, or one never ran, or no complete-since */
    unixtime from, to; /* covered: [from, to] */
    const char *why;   /* in words: what begins it, what ends it, and which source holds it back */
};

/* From config->sources (declared), complete-since, retain-days and the sources' last runs. Without
 * complete-since there is no coverage: only the user can say since when all is recorded. What was
 * pruned or left out as too old once is not covered either, though retain-days may be longer now
 * (coverage_forget). */
bool coverage_find(struct store *s, struct arena *arena, const struct config *config, unixtime now,
                   struct coverage *out, struct error *e);

/* Notes that sent messages of before `before` may be missing from the index from now on. */
bool coverage_forget(struct store *s, unixtime before, struct error *e);
/* The latest such `before`; 0 when there was none. */
bool coverage_forgotten(struct store *s, struct arena *arena, unixtime *out, struct error *e);

/* True when all of [arrival - reach, arrival] is covered and no gap lies in it; else false with
 * the reason in *why (arena memory). */
bool coverage_spans(struct store *s, struct arena *arena, const struct config *config,
                    const struct coverage *c, unixtime arrival, const char **why);

/* The same for any span [from, to]. */
bool coverage_holds(struct store *s, struct arena *arena, const struct config *config,
                    const struct coverage *c, unixtime from, unixtime to, const char **why);

#endif
