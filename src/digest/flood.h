/*
 * The picture of the flood: forged responses by day and kind, the same in text and HTML.
 */
#ifndef BACKSIFT_DIGEST_FLOOD_H
#define BACKSIFT_DIGEST_FLOOD_H

#include <stdint.h>

#include "digest/summary.h"

/* Classes are told apart by kind, because ten signs or colours tell nobody anything. */
struct flood_kind {
    char sign;         /* in text */
    const char *name;  /* "bounces" */
    unsigned classes;  /* bits by class */
    const char *color; /* in HTML, "#rrggbb"; holds on white and on black */
};

#define FLOOD_KINDS 3
extern const struct flood_kind flood_kinds[FLOOD_KINDS];

/* Forged responses of a kind on one day; on all days. */
int64_t flood_on_day(const struct summary_day *day, const struct flood_kind *kind);
int64_t flood_in_all(const struct summary *s, const struct flood_kind *kind);

/* The most forged responses on one day; 0 when there are none at all. */
int64_t flood_highest(const struct summary *s);

/* How many of `room` units each kind takes on a day, the highest day taking all. Rounding never
 * makes the sum larger than room; a day with anything at all takes at least one. */
void flood_bar(const struct summary_day *day, int64_t highest, int64_t room,
               int64_t units[FLOOD_KINDS]);

/* True when there is anything to say of a flood: in the period or in the picture. */
bool flood_any(const struct summary *s);

#endif
