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
 * complete-since there is no coverage: only the user can say since when all is recorded. */
bool coverage_find(struct store *s, struct arena *arena, const struct config *config, unixtime now,
                   struct coverage *out, struct error *e);

/* True when all of [arrival - reach, arrival] is covered and no gap lies in it; else false with
 * the reason in *why (arena memory). */
bool coverage_spans(struct store *s, struct arena *arena, const struct config *config,
                    const struct coverage *c, unixtime arrival, const char **why);

#endif
