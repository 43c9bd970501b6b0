/*
 * Time: the wall clock for what is written down, the monotonic clock for deadlines.
 */
#ifndef BACKSIFT_BASE_CLOCK_H
#define BACKSIFT_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970-01-01 UTC. */
typedef int64_t unixtime;

#define SECONDS_PER_DAY ((unixtime)86400)

unixtime clock_now(void);

/* Microseconds of the monotonic clock; only differences mean anything. */
int64_t clock_monotonic_us(void);

/* Reads "YYYY-MM-DD" or "YYYY-MM-DDTHH:MM:SSZ" (UTC). False when s is neither or no such date. */
bool clock_parse_date(const char *s, unixtime *out);

/* Writes "YYYY-MM-DDTHH:MM:SSZ"; out holds at least 32 bytes. */
void clock_format(unixtime t, char out[32]);

#endif
