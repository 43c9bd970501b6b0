/*
 * Dates in config, output and store are UTC and ISO 8601: a mail host's local time jumps twice a
 * year, and coverage counts in seconds.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

unixtime clock_now(void)
{
    return (unixtime)time(NULL);
}

int64_t clock_monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool clock_parse_date(const char *s, unixtime *out)
{
    struct tm t = {0};
    const char *rest = strptime(s, "%Y-%m-%d", &t);
    if (rest && *rest == 'T')
        rest = strptime(rest, "T%H:%M:%SZ", &t);
    if (!rest || *rest != '\0')
        return false;
    int day = t.tm_mday;
    time_t made = timegm(&t);
    if (made == (time_t)-1 || t.tm_mday != day)
        return false; /* timegm moved 30 February into March */
    *out = (unixtime)made;
    return true;
}

void clock_format(unixtime when, char out[32])
{
    time_t seconds = (time_t)when;
    struct tm t;
    if (!gmtime_r(&seconds, &t) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &t) == 0)
        snprintf(out, 32, "unknown time");
}
