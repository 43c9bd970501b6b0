/*
 * Local time through the C library's time zones; names of days and months of our own, because the
 * library's follow the locale.
 */
#include "digest/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const week_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* A time that has no calendar date (beyond the year 2^31) reads as the beginning of 1970. */
static struct tm local(unixtime t)
{
    struct tm tm;
    time_t native = (time_t)t, zero = 0;
    if (!localtime_r(&native, &tm) || tm.tm_year > 8099)
        localtime_r(&zero, &tm);
    return tm;
}

struct when when(unixtime t, enum when_form form)
{
    struct when w;
    struct tm tm = local(t);
    const char *day = week_days[tm.tm_wday % 7], *month = months[tm.tm_mon % 12];
    int year = tm.tm_year + 1900, offset = (int)(tm.tm_gmtoff / 60);
    char sign = offset < 0 ? '-' : '+';
    int minutes = offset < 0 ? -offset : offset;
    switch (form) {
    case WHEN_SHORT:
        snprintf(w.text, sizeof w.text, "%s %d %s %02d:%02d", day, tm.tm_mday, month, tm.tm_hour,
                 tm.tm_min);
        break;
    case WHEN_STAMP:
        snprintf(w.text, sizeof w.text, "%2d %s %02d:%02d", tm.tm_mday, month, tm.tm_hour,
                 tm.tm_min);
        break;
    case WHEN_FULL:
        snprintf(w.text, sizeof w.text, "%s %d %s %d, %02d:%02d", day, tm.tm_mday, month, year,
                 tm.tm_hour, tm.tm_min);
        break;
    case WHEN_DAY:
        snprintf(w.text, sizeof w.text, "%s %d %s", day, tm.tm_mday, month);
        break;
    case WHEN_DATE:
        snprintf(w.text, sizeof w.text, "%04d-%02d-%02d", year, tm.tm_mon + 1, tm.tm_mday);
        break;
    case WHEN_HEADER:
        snprintf(w.text, sizeof w.text, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d", day,
                 tm.tm_mday, month, year, tm.tm_hour, tm.tm_min, tm.tm_sec, sign, minutes / 60,
                 minutes % 60);
        break;
    }
    return w;
}

/* The library puts days of 0 or 32 where they belong. */
static unixtime midnight(struct tm tm)
{
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (unixtime)mktime(&tm);
}

unixtime when_day_start(unixtime t, int days)
{
    struct tm tm = local(t);
    tm.tm_mday += days;
    return midnight(tm);
}

bool when_parse(const char *s, unixtime *out)
{
    if (!clock_parse_date(s, out))
        return false;
    if (strchr(s, 'T'))
        return true;
    struct tm tm;
    time_t utc = (time_t)*out;
    if (!gmtime_r(&utc, &tm))
        return false;
    *out = midnight(tm);
    return true;
}

bool period_from_name(const char *s, enum period *out)
{
    static const char *const names[] = {"hour", "day", "week", "month"};
    for (int i = 0; i < 4; i++)
        if (strcmp(s, names[i]) == 0) {
            *out = (enum period)i;
            return true;
        }
    return false;
}

unixtime period_start(enum period period, unixtime t)
{
    struct tm tm = local(t);
    switch (period) {
    case PERIOD_HOUR:
        return t - tm.tm_min * 60 - tm.tm_sec;
    case PERIOD_DAY:
        break;
    case PERIOD_WEEK:
        tm.tm_mday -= (tm.tm_wday + 6) % 7;
        break;
    case PERIOD_MONTH:
        tm.tm_mday = 1;
        break;
    }
    return midnight(tm);
}
