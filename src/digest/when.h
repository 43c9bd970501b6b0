/*
 * Points in time as people read them, in the time zone of the user. English, without locale.
 */
#ifndef BACKSIFT_DIGEST_WHEN_H
#define BACKSIFT_DIGEST_WHEN_H

#include <stdbool.h>

#include "base/clock.h"

enum when_form {
    WHEN_SHORT, /* "Tue 4 Aug 14:02" */
    WHEN_STAMP, /* " 4 Aug 14:02", of one width */
    WHEN_FULL,  /* "Tue 4 Aug 2026, 14:02" */
    WHEN_DAY,   /* "Tue 4 Aug" */
    WHEN_DATE,  /* "2026-08-04" */
    WHEN_HEADER /* "Tue, 04 Aug 2026 14:02:03 +0200" (RFC 5322 3.3) */
};

struct when {
    char text[48];
};

struct when when(unixtime t, enum when_form form);

/* The start of the local day that t is in, moved by days (negative: earlier). Days of 23 and 25
 * hours are what they are. */
unixtime when_day_start(unixtime t, int days);

/* Reads "YYYY-MM-DD" as the local midnight that day begins with, or "YYYY-MM-DDTHH:MM:SSZ" (UTC).
 */
bool when_parse(const char *s, unixtime *out);

/* How often a digest is made. */
enum period { PERIOD_HOUR, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };

/* "hour", "day", "week", "month"; false when s is none of them. */
bool period_from_name(const char *s, enum period *out);

/* When the period that t is in began, by the local calendar; weeks begin on Monday. */
unixtime period_start(enum period period, unixtime t);

#endif
